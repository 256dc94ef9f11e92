"""Times a half by pyperf's Runner, whose worker processes run this file again."""

from argparse import Namespace

import pyperf

from bench.agreement.work import prepare

OWN = ("framework", "probe", "seed", "core")


def main() -> None:
    runner = pyperf.Runner(add_cmdline_args=_pass_on)
    for name in OWN:
        runner.argparser.add_argument(f"--{name}", required=True)
    asked = runner.parse_args()
    if not asked.worker:  # the manager calls nothing: it imports no framework
        runner.bench_func(asked.framework, _never)
        return
    call, context = prepare(asked.framework, asked.probe, int(asked.seed), int(asked.core))
    with context:
        runner.bench_func(asked.framework, call)


def _pass_on(command: list[str], asked: Namespace) -> None:
    for name in OWN:
        command += [f"--{name}", getattr(asked, name)]


def _never() -> None:
    raise AssertionError("called outside a worker")


if __name__ == "__main__":
    main()
