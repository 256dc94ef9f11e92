"""Everything that the routes of pages and API share: rules, runs, settings and clock."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache

from app.advice.advise import advise
from app.advice.query import AdviceQuery
from app.advice.query_fields import UNDATED, MadeWith, Pairs, Problems, QueryFields
from app.advice.robustness.decision import Case
from app.advice.schema.advice import Advice, Now
from app.advice.then_and_now import now_against_then
from app.errors import QueueFull
from app.knowledge.archive import Archive
from app.knowledge.base import Knowledge
from app.knowledge.evidence_overlay import with_local_evidence
from app.knowledge.models import Claim
from app.runs.local_evidence import LocalEvidenceReader
from app.runs.models import Run, RunRequest
from app.runs.service import RunService
from app.runs.store.allowances import Allowances
from app.settings import Settings
from app.web.history import History

Clock = Callable[[], date]

_advised = lru_cache(maxsize=128)(advise)
"""The advice is the same for the same rules, answers, preferences, day and evidence; the last hundred are kept."""


@dataclass(frozen=True)
class KeptAdvice:
    """The advice that a link asks for, by the rules and the day that it was made with.

    `now`: what the advice is today, where the link was made with a day or rules. `lost`: the version of the rules that
    the link was made with, where this server does not have them; the advice is today's then.
    """

    query: AdviceQuery
    rules: Knowledge
    advice: Advice
    now: Now | None = None
    lost: str | None = None


@dataclass(frozen=True)
class Service:
    """Everything that routes need to answer a request. An application has one."""

    knowledge: Knowledge
    runs: RunService
    settings: Settings
    clock: Clock = date.today

    @cached_property
    def evidence(self) -> LocalEvidenceReader:
        """Reads this server's own evidence."""
        return LocalEvidenceReader(self.runs.store)

    @cached_property
    def archive(self) -> Archive:
        """Keeps the rules of links to earlier advice."""
        return Archive(self.settings.data / "rules")

    @cached_property
    def allowances(self) -> Allowances | None:
        """How many runs each client may start; None without a limit, or when a token decides who may start runs."""
        per_hour = self.settings.runs_per_hour
        return Allowances(self.runs.store.database, per_hour) if per_hour and self.token is None else None

    @cached_property
    def listeners(self) -> asyncio.Semaphore:
        """A place for each client that follows a run: half of the connections, so that the others stay free."""
        return asyncio.Semaphore(self.settings.connections // 2)

    @property
    def token(self) -> str | None:
        """The token that starting or cancelling a run needs, if one is set."""
        return self.settings.api_token.get_secret_value() if self.settings.api_token else None

    @cached_property
    def history(self) -> History:
        return History(self.runs.store, self.evidence)

    def today(self) -> date:
        return self.clock()

    def read_query(self, pairs: Pairs) -> AdviceQuery:
        """The query of an address. A kept link is read by the rules that it was made with, where they are here.

        Raises:
            InvalidFields: naming every key that cannot be used.
        """
        made_with = Problems().of(QueryFields.of(pairs).made_with, UNDATED)
        return AdviceQuery.from_pairs(self._rules_of(made_with) or self.knowledge, pairs)

    async def advise(self, query: AdviceQuery) -> Advice:
        """The advice of today.

        Raises:
            InvalidFields: this server has no such revision of its verdicts.
        """
        found = await self.evidence.at(query.revision)
        return await asyncio.to_thread(_advised, self.knowledge, query.answers, query.preferences, self.today(), found)

    async def advise_as_kept(self, query: AdviceQuery) -> KeptAdvice:
        """The advice by the rules and the day that a link was made with, and what it is now.

        Raises:
            InvalidFields: this server has no such revision of its verdicts.
        """
        then = self._rules_of(query.made_with)
        if then is None:
            advice = await self.advise(query)
            return KeptAdvice(replace(query, made_with=UNDATED), self.knowledge, advice, lost=query.made_with.rules)
        found, newest = await self.evidence.at(query.revision), await self.evidence.newest()
        today, preferences = self.today(), query.preferences
        day = query.made_with.on or today
        case = Case(with_local_evidence(then, found), preferences.policy, day, preferences.priorities)
        now = await asyncio.to_thread(now_against_then, case, self.knowledge, newest, today, query)
        advice = await asyncio.to_thread(_advised, then, query.answers, preferences, day, found)
        return KeptAdvice(query, then, advice, now)

    def _rules_of(self, made_with: MadeWith) -> Knowledge | None:
        """The rules that a link was made with; None for a link without rules and day, or with rules not kept here."""
        if made_with.rules in (None, self.knowledge.version):
            return self.knowledge if made_with != UNDATED else None
        return self.archive.find(made_with.rules or "")

    async def start(self, request: RunRequest, client: str) -> Run:
        """Start a run for a client, who may not start any number of them. What is refused counts for nothing.

        Raises:
            InvalidFields: no such probe, or the probe or this machine cannot do what the request wants.
            StartedTooOften: this client has started as many as it may for now.
            QueueFull: too many wait already.
            NotReady: the store cannot be reached.
        """
        allowances = self.allowances
        if allowances is None:
            return await self.runs.submit(request)
        try:
            return await self.runs.submit(request, admit=lambda: allowances.take(client))
        except QueueFull:
            await allowances.give_back(client)
            raise

    async def known(self) -> Knowledge:
        """The rules with everything that this server has found out laid over them."""
        return with_local_evidence(self.knowledge, await self.evidence.newest())

    def claims_of(self, probe: str) -> list[Claim]:
        """The claims that a probe bears on."""
        return [claim for claim in self.knowledge.claims.values() if claim.probe == probe]
