"""The tables of the history. Changes go through a migration; a test compares both."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Float, ForeignKey, Index, LargeBinary, String, TypeDecorator, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """A date and time in UTC. SQLite returns it without its zone, PostgreSQL in the zone of the connection."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Name(TypeDecorator[str]):
    """A short text. PostgreSQL cannot store a NUL and refuses to search for one; no text that we store has one."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return value.replace("\0", "\ufffd") if value else value


class Base(DeclarativeBase):
    pass


class RunRow(Base):
    """A run. `number` is the order in which they came; `runner` is the process that executes it.

    `cancel_asked`: some process wants the run to end; its runner reads this now and then.
    """

    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_status", "status"), Index("ix_runs_probe", "probe"))

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(Name(32), unique=True)
    probe: Mapped[str] = mapped_column(Name(100))
    preset: Mapped[str] = mapped_column(Name(20))
    device: Mapped[str] = mapped_column(Name(20))
    mode: Mapped[str] = mapped_column(Name(20))
    control: Mapped[str | None] = mapped_column(Name(20))
    claims: Mapped[list[str] | None] = mapped_column(JSON)
    seed: Mapped[int]
    status: Mapped[str] = mapped_column(Name(20))
    runner: Mapped[str | None] = mapped_column(Name(200))
    cancel_asked: Mapped[bool] = mapped_column(server_default=false(), default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class EventRow(Base):
    """Something that happened in a run. A late listener reads all of them, in the order of `seq`."""

    __tablename__ = "events"

    run: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Name(20))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class VerdictRow(Base):
    """The verdict of a run on a claim (`kind` is "claim"), or on which framework is faster at a workload ("speed").

    `number` counts all verdicts, so that the state of knowledge after any of them can be read again.
    """

    __tablename__ = "verdicts"
    __table_args__ = (
        Index("ix_verdicts_subject", "kind", "subject", "number"),
        Index("ix_verdicts_run", "run"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    run: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Name(20))
    subject: Mapped[str] = mapped_column(Name(100))
    verdict: Mapped[str] = mapped_column(Name(20))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class RunnerRow(Base):
    """A process that executes runs out of a database that several machines share.

    `seen_at` is set every few seconds, by the database's own clock; `place` is where its process id is valid.
    """

    __tablename__ = "runners"

    name: Mapped[str] = mapped_column(Name(200), primary_key=True)
    place: Mapped[str] = mapped_column(Name(64))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MarkRow(Base):
    """A named number about rows that may be deleted."""

    __tablename__ = "marks"

    name: Mapped[str] = mapped_column(Name(50), primary_key=True)
    value: Mapped[int]


class AllowanceRow(Base):
    """A client that has started runs lately. At `whole_at` (seconds since 1970) it has its whole allowance again."""

    __tablename__ = "allowances"

    client: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    whole_at: Mapped[float] = mapped_column(Float)


class ClientKeyRow(Base):
    """The key of a day (days since 1970). Without it nobody can find an address for `AllowanceRow.client`."""

    __tablename__ = "client_keys"

    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))
