"""With a framework that is none, that lacks what a claim needs, or that is not there, the verdict is another one."""

import os
import re
import sys
from pathlib import Path

import pytest

from app.knowledge.loader import load
from app.knowledge.models import Framework
from app.runs.assembly import questions_of
from app.runs.catalogue import read_catalogue
from app.runs.inspection import Inspection
from app.runs.local_executor import LocalExecutor
from app.runs.models import EVERYTHING, ClaimVerdict, RunRequest
from app.runs.service import RunService
from app.runs.store.store import Store
from app.runs.worker.limits import WorkerLimits
from tests.support.sizes import some
from tests.support.storage.databases import new_store
from tests.support.worker.interpreters import with_broken, with_empty_frameworks, with_nothing_but_numpy
from tests.support.worker.worker_processes import LINUX

pytestmark = LINUX

MISSING = re.compile("is not installed here|there is no .* here", re.IGNORECASE)

OWNER = f"tests/ledger-{os.getpid()}"

ROOMY = 4 * 2**30
"""What a worker may take by default; TensorFlow cannot start with much less."""


class Ledger:
    """The shipped claims and probes, checked with other interpreters."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder, self.store = folder, store

    async def check(self, interpreter: str, *claims: str) -> dict[str, ClaimVerdict]:
        """The verdicts of a quick run of everything, or of what some claims need."""
        interpreters: dict[Framework, str] = {"pytorch": interpreter, "tensorflow": interpreter}
        scratch = self.folder / "scratch"
        service = RunService(
            self.store,
            read_catalogue(),
            LocalExecutor(interpreters, OWNER, WorkerLimits(ROOMY), self.folder / "lock", scratch),
            Inspection(interpreters, OWNER, WorkerLimits(ROOMY), scratch),
            questions=questions_of(load()),
        )
        run = await service.run_now(RunRequest(probe=EVERYTHING, claims=claims), lambda *_: None)
        return {verdict.claim: verdict for verdict in run.verdicts}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    store = new_store(tmp_path / "runs")
    return Ledger(tmp_path, store)


@pytest.mark.parametrize("content", ["", '__version__ = "9.9"\n'], ids=["empty", "with a version"])
async def test_empty_frameworks_confirm_nothing(ledger: Ledger, content: str) -> None:
    found = await ledger.check(with_empty_frameworks(ledger.folder / "empty", content))
    assert found
    assert [id for id, verdict in found.items() if verdict.verdict in ("confirmed", "partly")] == []


KNOWN = {
    "tf-only-reverse-mode": "refuted",
    "pytorch-shuffles-by-default": "refuted",
    "last-partial-batch-is-kept": "confirmed",
}


@pytest.mark.timeout(900)  # a minute on a quiet machine
async def test_every_claim_that_expects_something_gets_a_verdict_here(ledger: Ledger) -> None:
    """With the frameworks that are installed; only what lacks a package or a tool cannot be tested."""
    quick = {probe.id for probe in read_catalogue().probes.values() if probe.kind == "capability" and not probe.slow}
    checked = [claim.id for claim in load().claims.values() if claim.expects and claim.probe in quick]
    found = await ledger.check(sys.executable, *sorted({*some(checked, 6), *KNOWN}))
    untested = {id: verdict.reason for id, verdict in found.items() if verdict.verdict == "not_testable"}
    assert {id for id, reason in untested.items() if not MISSING.search(reason)} == set()
    assert len(found) - len(untested) >= 6
    assert {id: found[id].verdict for id in KNOWN} == KNOWN


async def test_without_frameworks_nothing_can_be_tested(ledger: Ledger) -> None:
    found = await ledger.check(with_nothing_but_numpy(ledger.folder / "slim"))
    assert {verdict.verdict for verdict in found.values()} == {"not_testable"}
    assert all("a package is missing" in verdict.reason for verdict in found.values())


async def test_a_framework_that_lacks_the_feature_gives_the_other_verdict(ledger: Ledger) -> None:
    whole = await ledger.check(with_broken(ledger.folder / "whole"), "tf-only-reverse-mode")
    assert whole["tf-only-reverse-mode"].verdict == "refuted", whole["tf-only-reverse-mode"].reason
    path = "tensorflow.autodiff.ForwardAccumulator"
    broken = await ledger.check(with_broken(ledger.folder / "broken", path), "tf-only-reverse-mode")
    assert broken["tf-only-reverse-mode"].verdict in ("confirmed", "not_testable")
    assert "ForwardAccumulator" in broken["tf-only-reverse-mode"].reason
