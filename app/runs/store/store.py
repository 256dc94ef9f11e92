"""The history of runs: every change of a run's state is stored before anybody is told of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, event, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

from app.errors import NotReady
from app.runs.models import Event, Finding, FindingKind, Outcome, Run, RunRequest, Status
from app.runs.store.tables import EventRow, FindingRow, RunRow


def now() -> datetime:
    return datetime.now(UTC)


class Store:
    """Runs and their events in a database. Each call is one transaction."""

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(url, poolclass=NullPool)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine.sync_engine, "connect", _set_up_sqlite)

    @property
    def sessions(self) -> async_sessionmaker[AsyncSession]:
        """For what else is kept in the same database."""
        return self._sessions

    async def close(self) -> None:
        await self._engine.dispose()

    async def check(self) -> None:
        """Raises NotReady when the database does not answer."""
        try:
            async with self._sessions() as session:
                await session.execute(select(func.count(RunRow.number)))
        except (SQLAlchemyError, OSError):
            raise NotReady("The store of runs cannot be reached.") from None

    async def create(self, id: str, request: RunRequest, seed: int, runner: str | None = None) -> Run:
        """A new run: queued, or running at once when the process that creates it is its runner."""
        moment = now()
        row = RunRow(
            id=id,
            probe=request.probe,
            preset=request.preset,
            device=request.device,
            mode=request.mode,
            control=request.control,
            claims=list(request.claims) or None,
            seed=seed,
            status="running" if runner else "queued",
            runner=runner,
            created_at=moment,
            started_at=moment if runner else None,
        )
        async with self._sessions.begin() as session:
            session.add(row)
            await session.flush()
            await _add_event(session, row, "status", {"status": row.status})
        return _run(row)

    async def claim(self, runner: str) -> tuple[Run, int] | None:
        """The oldest queued run, now running in this runner, with its seed; None when none waits."""
        async with self._sessions.begin() as session:
            oldest = select(func.min(RunRow.number)).where(RunRow.status == "queued").scalar_subquery()
            claimed = await session.execute(
                update(RunRow)
                .where(RunRow.number == oldest, RunRow.status == "queued")
                .values(status="running", runner=runner, started_at=now())
                .returning(RunRow)
            )
            row = claimed.scalar_one_or_none()
            if row is None:
                return None
            await _add_event(session, row, "status", {"status": "running"})
            return _run(row), row.seed

    async def add_event(self, id: str, kind: str, data: Mapping[str, Any]) -> None:
        async with self._sessions.begin() as session:
            row = (await session.execute(_by_id(id))).scalar_one()
            await _add_event(session, row, kind, data)

    async def finish(self, id: str, status: Status, outcome: Outcome | None, reason: str | None = None) -> bool:
        """End a run; False when it has ended already, and then nothing changes."""
        values: dict[str, Any] = {"status": status, "finished_at": now()}
        if outcome is not None:
            values["outcome"] = outcome.model_dump(mode="json")
        async with self._sessions.begin() as session:
            ended = await session.execute(
                update(RunRow)
                .where(RunRow.id == id, RunRow.status.in_(("queued", "running")))
                .values(**values)
                .returning(RunRow)
            )
            row = ended.scalar_one_or_none()
            if row is None:
                return False
            session.add_all(_findings(row, outcome))
            told = {"status": status, **({"reason": reason} if reason else {})}
            await _add_event(session, row, "status", told)
            await _add_event(session, row, "end", {"status": status})
        return True

    async def get(self, id: str) -> Run | None:
        async with self._sessions() as session:
            row = (await session.execute(_by_id(id))).scalar_one_or_none()
            return _run(row) if row else None

    async def page(self, number: int, size: int, probe: str | None = None) -> tuple[list[Run], int]:
        """A page of the history, newest first, and how many runs there are in all."""
        chosen: Select[RunRow] = select(RunRow)
        count = select(func.count(RunRow.number))
        if probe is not None:
            chosen, count = chosen.where(RunRow.probe == probe), count.where(RunRow.probe == probe)
        chosen = chosen.order_by(RunRow.number.desc()).limit(size).offset((number - 1) * size)
        async with self._sessions() as session:
            rows = (await session.execute(chosen)).scalars().all()
            return [_run(row) for row in rows], (await session.execute(count)).scalar_one()

    async def revision(self) -> int:
        """The number of the newest finding; 0 before the first."""
        async with self._sessions() as session:
            return (await session.execute(select(func.max(FindingRow.number)))).scalar_one() or 0

    async def newest(self, kind: FindingKind, verdicts: Sequence[str], upto: int) -> list[Finding]:
        """Of each subject the newest finding with one of these verdicts, as it was after finding number `upto`."""
        last = (
            select(func.max(FindingRow.number))
            .where(FindingRow.kind == kind, FindingRow.verdict.in_(verdicts), FindingRow.number <= upto)
            .group_by(FindingRow.subject)
        )
        return await self._findings(FindingRow.number.in_(last), limit=None)

    async def findings(self, kind: FindingKind, subject: str, limit: int) -> list[Finding]:
        """What was found about a subject, newest first."""
        return await self._findings(FindingRow.kind == kind, FindingRow.subject == subject, limit=limit)

    async def _findings(self, *where: ColumnElement[bool], limit: int | None) -> list[Finding]:
        chosen = (
            select(FindingRow, RunRow.id)
            .join(RunRow, RunRow.number == FindingRow.run)
            .where(*where)
            .order_by(FindingRow.number.desc())
            .limit(limit)
        )
        async with self._sessions() as session:
            return [_finding(row, run) for row, run in (await session.execute(chosen)).all()]

    async def unfinished(self) -> Sequence[tuple[Run, str | None]]:
        """What waits or runs, oldest first, with the runner of what runs."""
        chosen = select(RunRow).where(RunRow.status.in_(("queued", "running"))).order_by(RunRow.number)
        async with self._sessions() as session:
            rows = (await session.execute(chosen)).scalars().all()
            return [(_run(row), row.runner) for row in rows]

    async def events(self, id: str, after: int) -> list[Event]:
        """The events of a run that come after this number, in order."""
        async with self._sessions() as session:
            chosen = (
                select(EventRow)
                .join(RunRow, RunRow.number == EventRow.run)
                .where(RunRow.id == id, EventRow.seq > after)
                .order_by(EventRow.seq)
            )
            rows = (await session.execute(chosen)).scalars().all()
            return [Event.model_validate({"seq": row.seq, "kind": row.kind, "data": row.data}) for row in rows]


def _set_up_sqlite(connection: Any, _: object) -> None:
    """Readers do not wait for the writer, and a writer waits for its turn."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _by_id(id: str) -> Select[RunRow]:
    return select(RunRow).where(RunRow.id == id)


async def _add_event(session: AsyncSession, run: RunRow, kind: str, data: Mapping[str, Any]) -> None:
    last = await session.execute(select(func.max(EventRow.seq)).where(EventRow.run == run.number))
    session.add(EventRow(run=run.number, seq=(last.scalar_one() or 0) + 1, kind=kind, data=dict(data)))


def _head(row: RunRow) -> dict[str, Any]:
    names = ("id", "probe", "preset", "device", "mode", "control", "status", "created_at", "started_at", "finished_at")
    return {name: getattr(row, name) for name in names} | {"claims": tuple(row.claims or ())}


def _run(row: RunRow) -> Run:
    outcome = {key: value for key, value in (row.outcome or {}).items() if key != "status"}
    return Run.model_validate({**_head(row), **outcome})


def _findings(run: RunRow, outcome: Outcome | None) -> list[FindingRow]:
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


def _finding(row: FindingRow, run: str) -> Finding:
    names = ("number", "kind", "subject", "verdict", "found_at", "data")
    return Finding.model_validate({"run": run, **{name: getattr(row, name) for name in names}})
