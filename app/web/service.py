"""What the routes share: the rule base, the clock, the runs, and the few questions asked of them."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TypeVar

from app.advice.advise import advise
from app.advice.model.answers import Answers
from app.advice.preferences import Preferences
from app.advice.robustness.decision import Case
from app.advice.schema.advice import Advice, Now
from app.advice.then_and_now import now_against_then
from app.errors import NotReady, QueueFull
from app.knowledge.archive import Archive
from app.knowledge.base import Knowledge
from app.knowledge.evidence_overlay import with_local_evidence
from app.knowledge.models import Claim
from app.runs.local_evidence import LocalEvidenceReader
from app.runs.models import Run, RunRequest
from app.runs.service import RunService
from app.runs.store.allowances import Allowances
from app.runs.store.boundary import SLOW

T = TypeVar("T")

Clock = Callable[[], date]

Revision = int | None
"""The number of the finding up to which verdicts of this server count; 0 for none, None for the newest."""


_advised = lru_cache(maxsize=128)(advise)
"""Advice is the same for the same answers, rules, day and findings; the last hundred are kept."""


@dataclass(frozen=True)
class Service:
    """One per application; everything that a route needs to answer."""

    knowledge: Knowledge
    runs: RunService
    found: LocalEvidenceReader
    archive: Archive
    token: str | None = None
    clock: Clock = date.today
    allowances: Allowances | None = None
    listeners: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(sys.maxsize))
    """Whoever follows the events of a run has one of these places, so that they never take all connections."""

    def today(self) -> date:
        return self.clock()

    async def advise(self, answers: Answers, preferences: Preferences, revision: Revision = None) -> Advice:
        """The advice for these answers, as of today.

        Raises:
            InvalidFields: the server has not found as much as `revision` says.
        """
        found = await self.found.at(revision)
        return await asyncio.to_thread(_advised, self.knowledge, answers, preferences, self.today(), found)

    async def advise_then(
        self, then: Knowledge, on: date, answers: Answers, preferences: Preferences, revision: Revision
    ) -> tuple[Advice, Now]:
        """The advice of another day, with the rules of then, and what it is now.

        Raises:
            InvalidFields: the server has not found as much as `revision` says.
        """
        found = await self.found.at(revision)
        case = Case(with_local_evidence(then, found), preferences.policy, on, preferences.priorities)
        newest, today = await self.found.newest(), self.today()
        now = await asyncio.to_thread(now_against_then, case, self.knowledge, newest, today, answers, preferences)
        return await asyncio.to_thread(_advised, then, answers, preferences, on, found), now

    async def start(self, asked: RunRequest, client: str) -> Run:
        """Start a run for a client, who may not start any number of them. What is refused counts for nothing.

        Raises:
            InvalidFields: no such probe, or the probe or this machine cannot do what is asked.
            StartedTooOften: this client has started as many as it may for now.
            QueueFull: too many wait already.
            NotReady: the store cannot be reached.
        """
        if self.allowances is None:
            return await self.runs.submit(asked)
        await self.runs.check(asked)
        await self.allowances.take(client)
        try:
            return await self.runs.submit(asked)
        except QueueFull:
            await self.allowances.give_back(client)
            raise

    async def from_store(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        """What the store of runs answers; None while it cannot be reached, without waiting for long."""
        await self.found.newest()
        if self.found.behind:
            return None
        try:
            return await ask()
        except NotReady:
            return None

    @property
    def store_notice(self) -> str | None:
        """What a page says that shows what this server found, while its store cannot be reached."""
        trouble = self.runs.store.database.troubles.get("read")
        if not self.found.behind and trouble is None:
            return None
        return (
            f"The store of runs {trouble or SLOW} at the moment. What this server has found may be "
            "missing here; everything else is as always."
        )

    async def known(self) -> Knowledge:
        """The rules with everything that this server has found out laid over them."""
        return with_local_evidence(self.knowledge, await self.found.newest())

    def claims_of(self, probe: str) -> list[Claim]:
        """The claims that a probe bears on."""
        return [claim for claim in self.knowledge.claims.values() if claim.probe == probe]
