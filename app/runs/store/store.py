"""The history of runs. A change of a run's state is stored before anything else hears of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import FieldProblem, UnknownEntry, shortened
from app.runs.models import Event, Outcome, Run, RunRequest, RunStatus
from app.runs.store.address import Address
from app.runs.store.boundary import reading, settled, writing
from app.runs.store.database import Database, Lock
from app.runs.store.retention import Retention
from app.runs.store.rows import event_of, run_of, verdict_rows
from app.runs.store.runners import RunnerStore
from app.runs.store.stored_verdicts import VerdictStore
from app.runs.store.tables import EventRow, RunRow


def now() -> datetime:
    return datetime.now(UTC)


CHECK = "check"
"""The id of the run that `check` writes and deletes in one transaction; nobody ever sees it."""

UNFINISHED = ("queued", "running")


class Store(VerdictStore, RunnerStore, Retention):
    """Runs, their events and their verdicts, in a database. Each call is one transaction.

    Every call raises `NotReady` when the database is locked, full, slow or gone, and `StoreFault` when the database
    refuses the values.
    """

    def __init__(self, address: Address) -> None:
        self.database = Database(address)

    async def close(self) -> None:
        await settled()
        await self.database.close()

    @writing
    async def check(self) -> None:
        """Raises NotReady when the database cannot be read and written.

        The check writes a run and deletes it in one transaction. The commit shows a full disk, and nobody else ever
        sees the run.
        """
        async with self.database.writing() as session:
            await _create(session, CHECK, RunRequest(probe=CHECK), 0)
            await session.execute(delete(RunRow).where(RunRow.id == CHECK))

    @writing
    async def enqueue(self, id: str, request: RunRequest, seed: int, limit: int) -> Run | int:
        """A new run that waits; or, when more than `limit` wait or run already, their number and no new run."""
        async with self.database.writing() as session:
            await self.database.hold(session, Lock.QUEUE)  # nobody else stores between the count and our insert
            counted = select(func.count(RunRow.number)).where(RunRow.status.in_(UNFINISHED))
            waiting = (await session.execute(counted)).scalar_one()
            return waiting if waiting > limit else await _create(session, id, request, seed)

    @writing
    async def begin(self, id: str, request: RunRequest, seed: int, runner: str) -> Run:
        """A new run that runs at once, in the process that creates it."""
        async with self.database.writing() as session:
            return await _create(session, id, request, seed, runner)

    @writing
    async def claim(self, runner: str) -> tuple[Run, int] | None:
        """The oldest queued run, now running in this runner, with its seed; None when none waits.

        A run that this runner has claimed already comes first: the answer to that claim must have been lost.
        """
        async with self.database.writing() as session:
            held = await session.execute(_running().where(RunRow.runner == runner).limit(1))
            row = held.scalar_one_or_none()
            if row is None:
                row = await _claim_oldest(session, runner)
            return (run_of(row), row.seed) if row else None

    @writing
    async def add_event(self, id: str, kind: str, data: Mapping[str, Any]) -> None:
        """Store an event of a run that is not over; an event after the end is dropped."""
        async with self.database.writing() as session:
            row = (await session.execute(_by_id(id).with_for_update())).scalar_one_or_none()
            if row is not None and row.status in UNFINISHED:
                await _add_event(session, row, kind, data)

    @writing
    async def finish(
        self, id: str, status: RunStatus, outcome: Outcome | None, reason: str | None = None
    ) -> Run | None:
        """End a run and return it as it was before; None, and no change, when it had ended already."""
        async with self.database.writing() as session:
            if outcome is not None and (outcome.verdicts or outcome.speeds):
                await self.database.hold(session, Lock.VERDICTS)  # readers see them in the order of their numbers
            row = (await session.execute(_by_id(id).with_for_update())).scalar_one_or_none()
            if row is None or row.status not in UNFINISHED:
                return None
            run = run_of(row)
            await _end(session, row, status, outcome, reason)
            return run

    @writing
    async def ask_to_cancel(self, id: str) -> Run | None:
        """End a run that waits. For one that runs, note that its runner must end it.

        Returns:
            The run that waited, as it was before; None when it did not wait.
        """
        async with self.database.writing() as session:
            row = (await session.execute(_by_id(id).with_for_update())).scalar_one_or_none()
            if row is not None and row.status == "queued":
                run = run_of(row)
                await _end(session, row, "cancelled", None, "cancelled before it started")
                return run
            if row is not None and row.status == "running":
                row.cancel_asked = True
            return None

    @reading
    async def is_wanted(self, id: str, runner: str) -> bool:
        """Whether this runner should go on with a run: nobody has cancelled it, ended it or taken it over."""
        wanted = _running().where(RunRow.id == id, RunRow.runner == runner, ~RunRow.cancel_asked)
        async with self.database.reading() as session:
            return (await session.execute(wanted.with_only_columns(RunRow.number))).scalar_one_or_none() is not None

    @reading
    async def get(self, id: str) -> Run | None:
        async with self.database.reading() as session:
            row = (await session.execute(_by_id(id))).scalar_one_or_none()
            return run_of(row) if row else None

    @reading
    async def page(self, number: int, size: int, probe: str | None = None) -> tuple[list[Run], int]:
        """A page of the history, newest first, and the number of all runs."""
        chosen: Select[RunRow] = select(RunRow)
        count = select(func.count(RunRow.number))
        if probe is not None:
            chosen, count = chosen.where(RunRow.probe == probe), count.where(RunRow.probe == probe)
        chosen = chosen.order_by(RunRow.number.desc()).limit(size).offset((number - 1) * size)
        async with self.database.reading() as session:
            rows = (await session.execute(chosen)).scalars().all()
            return [run_of(row) for row in rows], (await session.execute(count)).scalar_one()

    @reading
    async def unfinished(self) -> Sequence[tuple[Run, str | None]]:
        """The runs that wait or run, oldest first, each with its runner if it runs."""
        chosen = select(RunRow).where(RunRow.status.in_(UNFINISHED)).order_by(RunRow.number)
        async with self.database.reading() as session:
            rows = (await session.execute(chosen)).scalars().all()
            return [(run_of(row), row.runner) for row in rows]

    @reading
    async def events(self, id: str, after: int, limit: int | None = None) -> list[Event]:
        """The first `limit` events of a run after number `after`. Raises UnknownEntry when there is no such run."""
        async with self.database.reading() as session:
            number = (await session.execute(_by_id(id).with_only_columns(RunRow.number))).scalar_one_or_none()
            if number is None:
                raise no_such_run(id)
            chosen = (
                select(EventRow).where(EventRow.run == number, EventRow.seq > after).order_by(EventRow.seq).limit(limit)
            )
            return [event_of(row) for row in (await session.execute(chosen)).scalars().all()]

    @reading
    async def last_event(self, id: str) -> int:
        """The number of a run's last event that is not `end`; 0 when there is none."""
        chosen = select(func.max(EventRow.seq)).join(RunRow, RunRow.number == EventRow.run)
        async with self.database.reading() as session:
            return (await session.execute(chosen.where(RunRow.id == id, EventRow.kind != "end"))).scalar_one() or 0


async def _create(session: AsyncSession, id: str, request: RunRequest, seed: int, runner: str | None = None) -> Run:
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
    session.add(row)
    await _add_event(session, row, "status", {"status": row.status})
    return run_of(row)


async def _claim_oldest(session: AsyncSession, runner: str) -> RunRow | None:
    """A run that another transaction is claiming at this moment is skipped."""
    oldest = select(RunRow).where(RunRow.status == "queued").order_by(RunRow.number).limit(1)
    row = (await session.execute(oldest.with_for_update(skip_locked=True))).scalar_one_or_none()
    if row is not None:
        row.status, row.runner, row.started_at = "running", runner, now()
        await _add_event(session, row, "status", {"status": "running"})
    return row


async def _end(
    session: AsyncSession, row: RunRow, status: RunStatus, outcome: Outcome | None, reason: str | None
) -> None:
    """End a run whose row this transaction holds."""
    row.status, row.finished_at = status, now()
    if outcome is not None:
        row.outcome = outcome.model_dump(mode="json")
    session.add_all(verdict_rows(row, outcome))
    await _add_event(session, row, "status", {"status": status, **({"reason": reason} if reason else {})})
    await _add_event(session, row, "end", {"status": status})


async def _add_event(session: AsyncSession, run: RunRow, kind: str, data: Mapping[str, Any]) -> None:
    """Store the next event of a run. This transaction holds the run's row, so no other takes the same number."""
    await session.flush()
    last = await session.execute(select(func.max(EventRow.seq)).where(EventRow.run == run.number))
    session.add(EventRow(run=run.number, seq=(last.scalar_one() or 0) + 1, kind=kind, data=dict(data)))


def no_such_run(id: str) -> UnknownEntry:
    detail = f"There is no run {shortened(id)!r}, or none any more."
    return UnknownEntry(detail, [FieldProblem("id", "there is no such run")])


def _by_id(id: str) -> Select[RunRow]:
    return select(RunRow).where(RunRow.id == id)


def _running() -> Select[RunRow]:
    return select(RunRow).where(RunRow.status == "running").order_by(RunRow.number)
