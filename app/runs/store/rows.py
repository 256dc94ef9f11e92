"""Rows of the history as the models that everybody else knows."""

from typing import Any

from app.runs.models import Event, Finding, Outcome, Run
from app.runs.store.tables import EventRow, FindingRow, RunRow


def run_of(row: RunRow) -> Run:
    outcome = {key: value for key, value in (row.outcome or {}).items() if key != "status"}
    return Run.model_validate({**_head(row), **outcome})


def _head(row: RunRow) -> dict[str, Any]:
    names = ("id", "probe", "preset", "device", "mode", "control", "status", "created_at", "started_at", "finished_at")
    return {name: getattr(row, name) for name in names} | {"claims": tuple(row.claims or ())}


def event_of(row: EventRow) -> Event:
    return Event.model_validate({"seq": row.seq, "kind": row.kind, "data": row.data})


def finding_of(row: FindingRow, run: str) -> Finding:
    names = ("number", "kind", "subject", "verdict", "found_at", "data")
    return Finding.model_validate({"run": run, **{name: getattr(row, name) for name in names}})


def finding_rows(run: RunRow, outcome: Outcome | None) -> list[FindingRow]:
    """What an outcome says of claims and workloads, as rows."""
    if outcome is None:
        return []
    of_claims = [("claim", one.claim, one.verdict, one) for one in outcome.verdicts]
    of_speed = [("speed", one.workload, one.verdict, one) for one in outcome.speeds]
    return [
        FindingRow(
            run=run.number,
            kind=kind,
            subject=subject,
            verdict=verdict,
            found_at=run.finished_at,
            data=one.model_dump(mode="json"),
        )
        for kind, subject, verdict, one in [*of_claims, *of_speed]
    ]
