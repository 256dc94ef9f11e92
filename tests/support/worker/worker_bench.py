"""A place to run probes that break a rule on purpose; after each of them the next run must still work."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.knowledge.models import Framework
from app.runs.catalogue import read_catalogue
from app.runs.inspection import Inspection
from app.runs.local_executor import LocalExecutor
from app.runs.models import Failure, FailureReason, Result, Run, RunRequest
from app.runs.service import RunService
from app.runs.store.store import Store
from app.runs.worker.limits import WorkerLimits
from tests.support.storage.databases import new_store
from tests.support.worker.interpreters import with_nothing_but_numpy
from tests.support.worker.tiny_probes import write_probe
from tests.support.worker.worker_processes import workers_of

ROOMY = 2 * 2**30


def tell_nobody(kind: str, data: Mapping[str, Any]) -> None:
    """For runs whose end alone matters."""


@dataclass
class Bench:
    """A place to run probes that are written for the occasion.

    Attributes:
        owner: the mark of all processes that it starts.
        interpreters: what the next run takes; both lack the frameworks and are quick to start.
        limits: of a worker of the next run.
    """

    folder: Path
    store: Store
    owner: str
    interpreters: dict[Framework, str]
    limits: WorkerLimits = field(default_factory=lambda: WorkerLimits(ROOMY))

    def service(self) -> RunService:
        """A service for all probes that were written until now."""
        lock, scratch = self.folder / "lock", self.folder / "scratch"
        executor = LocalExecutor(self.interpreters, self.owner, self.limits, lock, scratch)
        inspection = Inspection(self.interpreters, self.owner, self.limits, scratch)
        return RunService(self.store, read_catalogue(self.folder), executor, inspection)

    async def run(self, probe: str, **conditions: Any) -> Run:
        """Run a probe; whatever it did, nothing that it started is left."""
        run = await self.service().run_now(RunRequest(probe=probe, **conditions), tell_nobody)
        assert workers_of(self.owner) == []
        assert list((self.folder / "scratch").iterdir()) == []
        return run


@asynccontextmanager
async def bench_in(folder: Path) -> AsyncIterator[Bench]:
    """A bench in this folder; at the end of the block a run on it must still work."""
    slim = with_nothing_but_numpy(folder / "slim")
    bench = Bench(
        folder, new_store(folder / "runs"), f"tests/{secrets.token_hex(8)}", {"pytorch": slim, "tensorflow": slim}
    )
    yield bench
    write_probe(folder, "afterwards")
    bench.interpreters = {"pytorch": slim, "tensorflow": slim}
    bench.limits = WorkerLimits(ROOMY)
    assert (await bench.run("afterwards")).status == "done"


def halves_of(run: Run) -> tuple[Result, Result]:
    first, second = run.results
    assert (first.framework, second.framework) == ("pytorch", "tensorflow")
    return first, second


def failure_of(run: Run, reason: FailureReason) -> Failure:
    """Why the first half failed, while the second one is whole."""
    failed, whole = halves_of(run)
    assert failed.failure is not None
    assert (failed.failure.reason, failed.observation) == (reason, None)
    assert (whole.failure, whole.observation) == (None, {"seen": "all of it"})
    return failed.failure


async def fails(bench: Bench, half: str, reason: FailureReason) -> Failure:
    """The failure of a run whose first half is this."""
    write_probe(bench.folder, "failing", half)
    run = await bench.run("failing")
    failure = failure_of(run, reason)
    assert run.status == "failed"
    assert run.error == failure
    assert run.finished_at is not None
    return failure


async def until(happens: Any, seconds: float = 20) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not await happens():
            await asyncio.sleep(0.02)
