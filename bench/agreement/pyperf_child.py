"""Times a half by pyperf's Runner, whose worker processes run this file again."""

from argparse import Namespace

import pyperf

from bench.agreement.work import prepare

OWN = ("framework", "probe", "seed", "core")


def main() -> None:
    runner = pyperf.Runner(add_cmdline_args=_pass_on)
    for name in OWN:
        runner.argparser.add_argument(f"--{name}", required=True)
    arguments = runner.parse_args()
    if not arguments.worker:  # the manager calls nothing: it imports no framework
        runner.bench_func(arguments.framework, _never)
        return
    call, context = prepare(arguments.framework, arguments.probe, int(arguments.seed), int(arguments.core))
    with context:
        runner.bench_func(arguments.framework, call)


def _pass_on(command: list[str], arguments: Namespace) -> None:
    for name in OWN:
        command += [f"--{name}", getattr(arguments, name)]


def _never() -> None:
    raise AssertionError("called outside a worker")


if __name__ == "__main__":
    main()
