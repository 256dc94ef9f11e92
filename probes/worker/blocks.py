"""Timing: warm-up, blocks, single calls, and the audit against remembered results."""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from probes.worker.backends.base import Backend
from probes.worker.workload import Inputs, Workload

PRIMING_SECONDS = 0.003
CANARY_TURNS = 20_000
AUDIT_CALLS = 8
MEMOISED_FACTOR = 4.0
"""A step that is this many times slower on inputs it has not seen remembers results; cold caches cost less."""
MEMOISED_SECONDS = 50e-6
"""Below this difference an audit says nothing: the clock and a cold cache cost as much."""


@contextmanager
def collector_off() -> Iterator[None]:
    """Collect garbage, set aside what is left, and keep the collector from running meanwhile."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def canary_seconds() -> float:
    """A fixed piece of interpreted work, the best of three: when its time drifts, the processor changed its pace."""
    return min(_canary_once() for _ in range(3))


def _canary_once() -> float:
    started = time.perf_counter()
    total = 0
    for turn in range(CANARY_TURNS):
        total += turn
    return time.perf_counter() - started


def involuntary_switches() -> int | None:
    """How often the system took the processor away from this process so far."""
    if sys.platform == "win32":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw


def run_calls(call: Callable[..., Any], inputs: list[Inputs]) -> Any:
    """Call once for each set of inputs; the last output."""
    output = None
    for arguments in inputs:
        output = call(*arguments)
    return output


def time_calls(workload: Workload, backend: Backend, count: int) -> float:
    """Seconds for that many calls, waited for."""
    inputs = workload.calls(count)
    backend.synchronise()
    started = time.perf_counter()
    run_calls(workload.step.call, inputs)
    backend.synchronise()
    return time.perf_counter() - started


def warm_up(workload: Workload, backend: Backend, seconds: float, limit: float) -> dict[str, Any]:
    """Call until two windows in a row agree within 5%: at least 3 calls and `seconds`, at most `limit` seconds.

    Returns:
        calls: how many; seconds: how long; steady: whether two windows agreed; per_call: the last window's mean.
    """
    began, calls = time.perf_counter(), 3
    with workload.context:
        before = per_call = time_calls(workload, backend, 3) / 3
        while True:
            count = max(1, round(seconds / 2 / max(per_call, 1e-9)))
            per_call, calls = time_calls(workload, backend, count) / count, calls + count
            passed = time.perf_counter() - began
            steady = abs(per_call / before - 1) <= 0.05
            if (steady and passed >= seconds) or passed >= limit:
                return {"calls": calls, "seconds": passed, "steady": steady, "per_call": per_call}
            before = per_call


def block(
    workload: Workload, backend: Backend, round: int, count: int, extra: float = 0.0, cold: bool = False
) -> dict[str, Any]:
    """One timed block of `count` calls, with an untimed priming block before and the check of the output after.

    Args:
        extra: this share of the calls is made once more; a slow-down of known size, to test the measuring itself.
        cold: flush the GPU's cache before each call, and time each call apart.

    Returns:
        wall, cpu: seconds of wall clock and of this process's processor time; switches: involuntary ones;
        canary: seconds of the fixed loop; fault: what is wrong with the last output, or None.
    """
    workload.refresh(round)
    inputs = workload.calls(count + int(count * extra))
    with workload.context, collector_off():
        _prime(workload, backend)
        canary = canary_seconds()
        switches, cpu = involuntary_switches(), time.process_time()
        wall, output = _timed(workload, backend, inputs, cold)
        cpu = time.process_time() - cpu
        after = involuntary_switches()
    lost = None if after is None or switches is None else after - switches
    return {"wall": wall, "cpu": cpu, "switches": lost, "canary": canary, "fault": workload.check(output)}


def _prime(workload: Workload, backend: Backend) -> None:
    until = time.perf_counter() + PRIMING_SECONDS
    while True:
        time_calls(workload, backend, 1)
        if time.perf_counter() >= until:
            return


def _timed(workload: Workload, backend: Backend, inputs: list[Inputs], cold: bool) -> tuple[float, Any]:
    if cold:
        return _timed_cold(workload, backend, inputs)
    backend.synchronise()
    started = time.perf_counter()
    output = run_calls(workload.step.call, inputs)
    backend.synchronise()
    return time.perf_counter() - started, output


def _timed_cold(workload: Workload, backend: Backend, inputs: list[Inputs]) -> tuple[float, Any]:
    seconds, output = 0.0, None
    for arguments in inputs:
        backend.flush()
        started = time.perf_counter()
        output = workload.step.call(*arguments)
        backend.synchronise()
        seconds += time.perf_counter() - started
    return seconds, output


def single_calls(workload: Workload, backend: Backend, count: int) -> list[float]:
    """The seconds of that many calls, each timed and waited for alone."""
    with workload.context, collector_off():
        return [_one(workload, backend, arguments) for arguments in workload.calls(count)]


def _one(workload: Workload, backend: Backend, arguments: Inputs) -> float:
    backend.synchronise()
    started = time.perf_counter()
    workload.step.call(*arguments)
    backend.synchronise()
    return time.perf_counter() - started


def audit_memory(workload: Workload, backend: Backend) -> str | None:
    """What shows that a step remembers results instead of computing them, or None.

    After MLPerf LoadGen's audit: the same inputs over and over must take as long as inputs that were never seen.
    """
    with workload.context, collector_off():
        fresh = workload.distinct(AUDIT_CALLS)
        seen = statistics.median(_one(workload, backend, arguments) for arguments in workload.calls(AUDIT_CALLS))
        unseen = min(_one(workload, backend, arguments) for arguments in fresh)
    if unseen > MEMOISED_FACTOR * seen and unseen - seen > MEMOISED_SECONDS:
        return f"inputs never seen take {unseen / seen:.0f} times as long: the step remembers results"
    return None


def audit_training(workload: Workload) -> str | None:
    """What shows that a step leaves its weights alone, or None: on the same inputs again the loss must be another."""
    with workload.context:
        arguments = workload.calls(1)[0]
        losses = {float(workload.outputs(workload.step.call(*arguments))[0].ravel()[0]) for _ in range(3)}
    return "the same batch gives the very same loss again: the step does not train" if len(losses) == 1 else None
