"""Runs as a store holds them, without anybody who executes them."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.runs.models import ClaimRuling, ClaimVerdict, ComparisonVerdict, Outcome, Run, RunRequest, Speed
from app.runs.service import new_id
from app.runs.store.store import Store

RUNNER = "host/1/1.00"
ROOM = 10_000


async def queued(store: Store, probe: str = "fine", limit: int = ROOM) -> str:
    """The id of a new run that waits."""
    run = await store.enqueue(new_id(), RunRequest(probe=probe), 1, limit)
    assert isinstance(run, Run)
    return run.id


async def begun(store: Store, runner: str = RUNNER) -> str:
    """The id of a new run that goes on."""
    return (await store.begin(new_id(), RunRequest(probe="fine"), 1, runner)).id


async def ended(
    store: Store, claims: Mapping[str, ClaimRuling] | None = None, speeds: Mapping[str, ComparisonVerdict] | None = None
) -> str:
    """The id of a new run that has ended, with what it says of claims and of workloads."""
    id = await begun(store)
    outcome = Outcome(status="done", verdicts=verdicts(claims or {}), speeds=tuple(_speeds((speeds or {}).items())))
    assert await store.finish(id, "done", outcome)
    return id


def verdicts(claims: Mapping[str, ClaimRuling]) -> tuple[ClaimVerdict, ...]:
    return tuple(ClaimVerdict(claim=claim, verdict=verdict, reason="So.") for claim, verdict in claims.items())


def _speeds(found: Iterable[tuple[str, Any]]) -> Iterable[Speed]:
    for workload, verdict in found:
        yield Speed(
            workload=workload,
            probe="timed",
            variant="",
            device="cpu",
            verdict=verdict,
            ratio=2.0,
            ci95=(1.5, 2.5),
            delta=0.05,
            preset="standard",
            versions={},
        )
