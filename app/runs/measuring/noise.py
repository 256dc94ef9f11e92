"""The noise gate: what shows that a round was not this measurement's alone."""

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.machine.load import busy_seconds, cpu_pressure_us

WALL_OVER_CPU = 1.03
"""At one thread: the process waited for the processor."""
FOREIGN_CORES = 0.1
FOREIGN_SLACK_SECONDS = 0.05
"""/proc counts in hundredths of a second, for the machine and for each worker; a round lasts few of those."""
PRESSURE = 0.05
"""The share of the round in which some other process waited for a processor."""
CANARY_DRIFT = 0.05


@dataclass(frozen=True)
class Snapshot:
    """The machine at a moment; None where the system does not tell.

    Attributes:
        busy: processor seconds of the whole machine; own: those of the workers.
        pressure: microseconds in which some process waited for a processor; own_waiting: seconds in which the
            threads of the workers and of this process did. A framework's threads that share one core wait for each
            other, which is no noise.
    """

    clock: float
    busy: float | None
    pressure: int | None
    own: float
    own_waiting: float = 0.0

    @classmethod
    def take(cls, own_seconds: float, own_waiting: float = 0.0) -> "Snapshot":
        return cls(time.perf_counter(), busy_seconds(), cpu_pressure_us(), own_seconds, own_waiting)


def machine_noise(before: Snapshot, after: Snapshot, threads_asked: int | None) -> list[str]:
    """What the machine shows of others between two moments."""
    seconds, found = after.clock - before.clock, []
    if before.busy is not None and after.busy is not None:
        foreign = after.busy - before.busy - (after.own - before.own)
        if foreign - FOREIGN_SLACK_SECONDS > FOREIGN_CORES * seconds:
            found.append(f"other processes used {foreign / seconds:.2f} cores")
    if threads_asked == 1 and before.pressure is not None and after.pressure is not None:
        waited = ((after.pressure - before.pressure) / 1e6 - (after.own_waiting - before.own_waiting)) / seconds
        if waited > PRESSURE:
            found.append(f"other processes waited for a processor {waited:.0%} of the time")
    return found


@dataclass
class Canaries:
    """The fixed loop's times of each arm in one pair of processes, and how far a new one drifts from them."""

    times: dict[str, list[float]] = field(default_factory=dict)

    def drift(self, arm: str, seconds: float) -> list[str]:
        before = self.times.setdefault(arm, [])
        usual = statistics.median(before) if len(before) >= 3 else seconds
        before.append(seconds)
        drift = seconds / usual - 1
        return [f"{arm}: a fixed loop took {drift:+.0%}"] if abs(drift) > CANARY_DRIFT else []


def block_noise(arm: str, block: Mapping[str, float], on_one_core: bool) -> list[str]:
    """What a block itself shows: on one core, wall clock and processor time must agree."""
    if not on_one_core or block["cpu"] <= 0:
        return []
    waited = block["wall"] / block["cpu"]
    return [f"{arm}: wall over processor time {waited:.2f}"] if waited > WALL_OVER_CPU else []


def joined(*parts: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for part in parts for word in part)
