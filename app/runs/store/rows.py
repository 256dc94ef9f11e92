"""Rows of the history as the models that everybody else uses."""

from app.runs.models import Event, Outcome, Run, StoredVerdict
from app.runs.store.tables import EventRow, RunRow, VerdictRow

HEAD = ("id", "probe", "preset", "device", "mode", "control", "status", "created_at", "started_at", "finished_at")
MEASURED = ("environment", "results", "comparisons", "verdicts", "speeds", "scaling", "error")


def run_of(row: RunRow) -> Run:
    head = {name: getattr(row, name) for name in HEAD} | {"claims": tuple(row.claims or ())}
    outcome = Outcome.model_validate(row.outcome) if row.outcome else None
    return Run.model_validate(head | {name: getattr(outcome, name) for name in MEASURED if outcome})


def event_of(row: EventRow) -> Event:
    return Event.model_validate({"seq": row.seq, "kind": row.kind, "data": row.data})


def stored_verdict_of(row: VerdictRow, run: str) -> StoredVerdict:
    return StoredVerdict(
        number=row.number,
        run=run,
        kind=row.kind,
        subject=row.subject,
        verdict=row.verdict,
        found_at=row.found_at,
        data=row.data,
    )


def verdict_rows(run: RunRow, outcome: Outcome | None) -> list[VerdictRow]:
    """The verdicts of an outcome on claims and workloads, as rows."""
    if outcome is None:
        return []
    of_claims = [("claim", one.claim, one.verdict, one) for one in outcome.verdicts]
    of_speed = [("speed", one.workload, one.verdict, one) for one in outcome.speeds]
    return [
        VerdictRow(
            run=run.number,
            kind=kind,
            subject=subject,
            verdict=verdict,
            found_at=run.finished_at,
            data=one.model_dump(mode="json"),
        )
        for kind, subject, verdict, one in [*of_claims, *of_speed]
    ]
