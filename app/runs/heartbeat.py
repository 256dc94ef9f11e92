"""Saying that this runner lives, and knowing which others do not any more."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from app.runs.runner_names import runner_is_gone, this_place, this_runner
from app.runs.store.store import Store

BEAT_SECONDS = 5.0
"""How often a runner says that it lives, and looks after the others."""

LEASE_SECONDS = 60.0
"""How long a runner of another machine may be silent before its runs count as interrupted."""


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
    name: str = field(default_factory=this_runner)
    _silences: dict[str, _Silence] = field(default_factory=dict)

    async def beat(self) -> None:
        """Say that this runner lives. Raises NotReady."""
        if self.store.database.is_shared:
            await self.store.beat(self.name, this_place())

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
            elif sign.place == this_place():
                gone |= {runner} if runner_is_gone(runner) else set()
            elif self._silent_seconds(runner, sign.at) > LEASE_SECONDS:
                gone.add(runner)
        return gone

    async def leave(self) -> None:
        """Say that this runner ends. Raises NotReady."""
        if self.store.database.is_shared:
            await self.store.leave(self.name)

    def _silent_seconds(self, runner: str, sign: datetime) -> float:
        """For how long a runner was looked at without a gap, and its sign of life stayed the same."""
        moment = time.monotonic()
        known = self._silences.get(runner)
        if known is None or known.sign != sign or moment - known.looked > 4 * BEAT_SECONDS:
            known = self._silences[runner] = _Silence(sign, moment, moment)
        known.looked = moment
        return moment - known.since
