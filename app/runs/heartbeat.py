"""Saying that this runner lives, and knowing which others do not any more."""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from app.runs.run_settings import RunLimits
from app.runs.runner_names import runner_is_gone, this_place, this_runner
from app.runs.store.store import Store


@dataclass
class _Silence:
    """Since when a runner's sign of life is the same, and when it was last looked at, by a clock that nobody sets."""

    sign: datetime
    since: float
    looked: float


@dataclass
class Heartbeat:
    """This process among all that execute runs out of one database.

    Where the process of another runner can be looked at, that decides. On other machines the runner's sign of life in
    the database does: it is gone when it was looked at all the time for as long as the lease lasts, and stayed the
    same. No two clocks are compared, so that setting one changes nothing; and while the database is away nobody looks,
    so that its return finds everybody alive.
    """

    store: Store
    limits: RunLimits = field(default_factory=RunLimits)
    name: str = field(default_factory=this_runner)
    place: str = field(default_factory=this_place)
    clock: Callable[[], float] = time.monotonic
    _silences: dict[str, _Silence] = field(default_factory=dict)
    _beaten: float = -math.inf

    async def beat(self) -> None:
        """Say that this runner lives. Raises NotReady."""
        if self.store.database.is_shared:
            await self.store.beat(self.name, self.place)
        self._beaten = self.clock()

    async def beat_if_late(self) -> None:
        """Say so before a run is taken, when the last time is long ago: others may think that a process that stood
        still is gone, and would take the run away from it. Raises NotReady.
        """
        if self.clock() - self._beaten > self.limits.beat_seconds:
            await self.beat()

    async def gone_among(self, runners: Iterable[str]) -> set[str]:
        """Which of these runners have ended. Raises NotReady."""
        others = set(runners) - {self.name}
        if not others:
            return set()
        if not self.store.database.is_shared:
            return {runner for runner in others if runner_is_gone(runner)}
        beats, gone = await self.store.runners(), set()
        for runner in others:
            sign = beats.get(runner)
            if sign is None:  # each says so before it takes a run
                gone.add(runner)
            elif sign.place == self.place:
                gone |= {runner} if runner_is_gone(runner) else set()
            elif self._silent_seconds(runner, sign.at) > self.limits.lease_seconds:
                gone.add(runner)
        return gone

    async def leave(self) -> None:
        """Say that this runner ends. Raises NotReady."""
        if self.store.database.is_shared:
            await self.store.leave(self.name)

    def _silent_seconds(self, runner: str, sign: datetime) -> float:
        """For how long a runner was looked at without a gap, and its sign of life stayed the same."""
        moment = self.clock()
        known = self._silences.get(runner)
        if known is None or known.sign != sign or moment - known.looked > 4 * self.limits.beat_seconds:
            known = self._silences[runner] = _Silence(sign, moment, moment)
        known.looked = moment
        return moment - known.since
