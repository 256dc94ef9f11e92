"""The verdicts of runs, newest first, and as they were after any one of them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from app.runs.models import StoredVerdict, StoredVerdictKind
from app.runs.store.boundary import reading
from app.runs.store.database import Database
from app.runs.store.rows import stored_verdict_of
from app.runs.store.tables import MarkRow, RunRow, VerdictRow

CLEAR: dict[StoredVerdictKind, tuple[str, ...]] = {
    "claim": ("confirmed", "both", "partly", "refuted"),
    "speed": ("pytorch_faster", "tensorflow_faster", "no_difference", "inconclusive"),
}
"""The verdicts that count. A claim that could not be tested here keeps the verdict it had before. So does a workload
whose measurement was disturbed or compared nothing."""

COMPLETE_FROM = "verdicts are complete from"
"""The name of the mark that holds the smallest revision whose verdicts are all still stored. Retention deletes runs,
and their verdicts with them, so that earlier revisions cannot be read any more."""


def clear(row: type[VerdictRow] = VerdictRow) -> ColumnElement[bool]:
    """Whether a verdict counts."""
    return or_(*(and_(row.kind == kind, row.verdict.in_(verdicts)) for kind, verdicts in CLEAR.items()))


class VerdictStore:
    """The part of the store that holds verdicts."""

    database: Database

    @reading
    async def revision(self) -> int:
        """The number of the newest verdict; 0 before the first."""
        async with self.database.reading() as session:
            return (await session.execute(select(func.max(VerdictRow.number)))).scalar_one() or 0

    @reading
    async def verdicts_at(self, revision: int) -> tuple[list[StoredVerdict], int]:
        """The newest verdict that counts on each subject, among those up to number `revision`.

        The second value is the smallest revision whose verdicts are all still stored.
        """
        other = aliased(VerdictRow)
        last = (
            select(func.max(other.number))
            .where(clear(other), other.number <= revision)
            .group_by(other.kind, other.subject)
        )
        mark = select(MarkRow.value).where(MarkRow.name == COMPLETE_FROM)
        async with self.database.reading() as session:
            found = (await session.execute(_with_runs().where(VerdictRow.number.in_(last)))).all()
            complete_from = (await session.execute(mark)).scalar_one_or_none()  # read last: retention may run meanwhile
            return [stored_verdict_of(row, run) for row, run in found], complete_from or 0

    @reading
    async def verdicts_on(self, kind: StoredVerdictKind, subject: str, limit: int) -> Sequence[StoredVerdict]:
        """The verdicts on a subject, newest first."""
        chosen = _with_runs().where(VerdictRow.kind == kind, VerdictRow.subject == subject).limit(limit)
        async with self.database.reading() as session:
            return [stored_verdict_of(row, run) for row, run in (await session.execute(chosen)).all()]


def _with_runs() -> Select[VerdictRow, str]:
    """Verdicts with the id of their run, newest first."""
    return (
        select(VerdictRow, RunRow.id).join(RunRow, RunRow.number == VerdictRow.run).order_by(VerdictRow.number.desc())
    )
