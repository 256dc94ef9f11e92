"""What runs have found out, as it was after any of them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from app.runs.models import Finding, FindingKind
from app.runs.store.boundary import reading
from app.runs.store.database import Database
from app.runs.store.rows import finding_of
from app.runs.store.tables import FindingRow, MarkRow, RunRow

CLEAR: dict[FindingKind, tuple[str, ...]] = {
    "claim": ("confirmed", "partly", "refuted"),
    "speed": ("pytorch_faster", "tensorflow_faster", "no_difference", "inconclusive"),
}
"""The findings that count. What could not be tested here leaves the shipped status as it is; a measurement that was
disturbed, or compared nothing, does not take back an earlier one."""

WHOLE_FROM = "findings are whole from"
"""The mark of the first number as of which nothing is missing of what this server had found: older runs are let go."""


def clear(row: type[FindingRow] = FindingRow) -> ColumnElement[bool]:
    """Whether a finding counts."""
    return or_(*(and_(row.kind == kind, row.verdict.in_(verdicts)) for kind, verdicts in CLEAR.items()))


class FoundStore:
    """The part of the store that holds findings."""

    database: Database

    @reading
    async def revision(self) -> int:
        """The number of the newest finding; 0 before the first."""
        async with self.database.reading() as session:
            return (await session.execute(select(func.max(FindingRow.number)))).scalar_one() or 0

    @reading
    async def known_after(self, upto: int) -> tuple[list[Finding], int]:
        """Of each subject the newest finding that counts, as it was after finding number `upto`.

        With it comes the number as of which that is whole: of an earlier one, something has been let go.
        """
        other = aliased(FindingRow)
        last = (
            select(func.max(other.number)).where(clear(other), other.number <= upto).group_by(other.kind, other.subject)
        )
        mark = select(MarkRow.value).where(MarkRow.name == WHOLE_FROM)
        async with self.database.reading() as session:
            found = (await session.execute(_findings().where(FindingRow.number.in_(last)))).all()
            whole_from = (await session.execute(mark)).scalar_one_or_none()  # after, or what goes meanwhile is missed
            return [finding_of(row, run) for row, run in found], whole_from or 0

    @reading
    async def findings(self, kind: FindingKind, subject: str, limit: int) -> Sequence[Finding]:
        """What was found about a subject, newest first."""
        chosen = _findings().where(FindingRow.kind == kind, FindingRow.subject == subject).limit(limit)
        async with self.database.reading() as session:
            return [finding_of(row, run) for row, run in (await session.execute(chosen)).all()]


def _findings() -> Select[FindingRow, str]:
    """LocalEvidence with the id of their run, newest first."""
    return (
        select(FindingRow, RunRow.id).join(RunRow, RunRow.number == FindingRow.run).order_by(FindingRow.number.desc())
    )
