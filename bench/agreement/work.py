"""A probe's half in this process, made as a worker makes it: pinned, one thread, the same inputs and weights.

Imports nothing of the service: the processes that use this are to be like a worker.
"""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import cycle
from pathlib import Path
from typing import Any

from probes.worker.backends import make_backend
from probes.worker.limits import pin
from probes.worker.probe import load_probe
from probes.worker.workload import SLOTS, Workload


def prepare(framework: str, probe: str, seed: int, core: int) -> tuple[Callable[[], Any], AbstractContextManager[Any]]:
    """The step without arguments, fed with the probe's inputs in turn, and the context in which it is to be called."""
    pin([core])
    backend = make_backend(framework)
    backend.load("cpu", 1)
    scratch = Path(os.environ["TMPDIR"])
    work = Workload(load_probe(probe, framework), backend, seed, "", "ordinary", "cpu", scratch)
    work.build()
    work.first_outputs()
    step, feed = work.step.call, cycle(work.calls(SLOTS))

    def call() -> Any:
        return step(*next(feed))

    return call, work.context
