"""Times a half by `torch.utils.benchmark`, in a fresh process: framework, probe, seed, core, file for the answer."""

import json
import sys
from pathlib import Path

from bench.agreement.work import prepare

MIN_SECONDS = 1.0


def main(framework: str, probe: str, seed: str, core: str, answer: str) -> None:
    call, context = prepare(framework, probe, int(seed), int(core))
    from torch.utils.benchmark import Timer

    with context:
        timer = Timer("call()", globals={"call": call}, num_threads=1)
        measured = timer.blocked_autorange(min_run_time=MIN_SECONDS)
    Path(answer).write_text(json.dumps({"median_s": measured.median, "samples": len(measured.times)}), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
