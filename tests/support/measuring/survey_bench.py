"""Runs of everything over probes that are written for the occasion, with claims that expect something of them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.knowledge.models import Claim, Framework
from app.runs.catalogue import read_catalogue
from app.runs.inspection import Inspection
from app.runs.local_executor import LocalExecutor
from app.runs.measuring.jobs import Questions
from app.runs.models import EVERYTHING, ClaimVerdict, Run, RunRequest
from app.runs.service import RunService
from app.runs.store.store import Store
from app.runs.worker.limits import WorkerLimits
from tests.support.worker.worker_processes import workers_of

ROOMY = 2 * 2**30


def expecting(probe: str, *expects: Mapping[str, Any], id: str | None = None, kind: str = "capability") -> Claim:
    """A claim that expects something of a probe; by default that both halves have seen all of it."""
    both = [
        {"see": f"{framework}.seen", "is": "all of it", "holds": "saw {observed}", "fails": "saw {observed} only"}
        for framework in ("pytorch", "tensorflow")
    ]
    return Claim.model_validate(
        {
            "id": id or f"{probe}-works".replace("_", "-"),
            "statement": f"The probe {probe} works.",
            "criterion": "tests",
            "favours": "neither",
            "strength": 1,
            "kind": kind,
            "sources": [{"id": "tests", "section": "all"}],
            "background": "A test's own.",
            "probe": probe,
            "expects": list(expects) or both,
        }
    )


@dataclass
class SurveyBench:
    """A place for probes, and the claims about them.

    Attributes:
        told: what the last run told, in order.
    """

    folder: Path
    store: Store
    interpreters: dict[Framework, str]
    claims: list[Claim] = field(default_factory=list)
    limits: WorkerLimits = field(default_factory=lambda: WorkerLimits(ROOMY))
    owner: str = field(default_factory=lambda: f"tests/{secrets.token_hex(8)}")
    told: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def service(self) -> RunService:
        """A service for all probes and claims that were written until now."""
        lock, scratch = self.folder / "lock", self.folder / "scratch"
        executor = LocalExecutor(self.interpreters, self.owner, self.limits, lock, scratch)
        inspection = Inspection(self.interpreters, self.owner, self.limits, scratch)
        questions = Questions(claims=tuple(self.claims))
        return RunService(self.store, read_catalogue(self.folder), executor, inspection, questions=questions)

    async def check(self, **conditions: Any) -> Run:
        """Check everything; whatever the probes did, nothing that they started is left."""
        self.told = []
        request = RunRequest.model_validate({"probe": EVERYTHING, **conditions})
        run = await self.service().run_now(request, lambda kind, data: self.told.append((kind, data)))
        assert workers_of(self.owner) == []
        assert list((self.folder / "scratch").iterdir()) == []
        return run


def verdicts_of(run: Run) -> dict[str, ClaimVerdict]:
    return {verdict.claim: verdict for verdict in run.verdicts}
