"""From every earlier schema to this one, with rows in it, on the database that the tests use."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.errors import UnusableSetting
from app.runs.models import Event, Run, Scaling, ScalingExponent, StoredVerdict
from app.runs.store.database import blocking_engine
from app.runs.store.migration import MIGRATIONS, migrate
from app.runs.store.tables import Base
from tests.support.server.child_processes import PATIENCE_S, environment
from tests.support.storage.databases import address_of, database_of, new_store

REVISIONS = sorted(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())
MOMENT = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)

BLOCK: dict[str, Any] = {
    "pair": 0,
    "round": 0,
    "attempt": 1,
    "position": 0,
    "calls": 4,
    "wall_s": 2.0,
    "cpu_s": 2.0,
    "switches": None,
    "canary_s": None,
    "noise": [],
    "counted": True,
}
COMPARISON: dict[str, Any] = {
    "variant": "64",
    "ratio": None,
    "ci95": None,
    "verdict": "not_comparable",
    "reason": "They differ.",
    "indicative": True,
    "delta": 0.05,
    "pair_log_ratios": [],
    "rounds": 1,
    "noisy_rounds": 0,
    "equivalence": {"checked": True, "passed": False},
}
OUTCOME: dict[str, Any] = {
    "status": "done",
    "results": [
        {"framework": "pytorch", "place": "first", "version": "2.13", "blocks": [BLOCK], "samples_s": [0.5]},
    ],
    "comparison": COMPARISON,
    "comparisons": [COMPARISON],
    "findings": {"scaling": {"pytorch": {"exponent": 2.9, "as_expected": True}}, "bounds": [2.7, 3.2]},
    "verdicts": [{"claim": "a-claim", "verdict": "refuted", "reason": "It was seen.", "versions": {"pytorch": "2.13"}}],
}

DONE: dict[str, Any] = {
    "id": "0123456789abcdef",
    "probe": "fine",
    "preset": "quick",
    "device": "cpu",
    "mode": "ordinary",
    "seed": 2**31 - 1,
    "status": "done",
    "runner": "host/1/2.00",
    "created_at": MOMENT,
    "started_at": MOMENT,
    "finished_at": MOMENT,
    "outcome": json.dumps(OUTCOME),
}
WAITS = {**DONE, "id": "f" * 16, "status": "queued"} | dict.fromkeys(("runner", "started_at", "finished_at", "outcome"))
EVENT = {"run": 1, "seq": 1, "kind": "status", "data": '{"status": "queued"}'}
VERDICT = {
    "run": 1,
    "kind": "claim",
    "subject": "a-claim",
    "verdict": "refuted",
    "found_at": MOMENT,
    "data": json.dumps(OUTCOME["verdicts"][0]),
}


def insert(connection: Connection, table: str, row: dict[str, Any]) -> None:
    """Without this version's models: the rows are as an earlier version wrote them."""
    columns = ", ".join(row)
    values = {key: str(value) if isinstance(value, datetime) else value for key, value in row.items()}
    places = ", ".join(
        f"CAST(:{c} AS TIMESTAMPTZ)"
        if connection.dialect.name == "postgresql" and c.endswith("_at")
        else f"CAST(:{c} AS JSON)"
        if connection.dialect.name == "postgresql" and c in ("data", "outcome", "claims")
        else f":{c}"
        for c in row
    )
    connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({places})"), values)


def first_rows(connection: Connection) -> None:
    insert(connection, "runs", DONE)
    insert(connection, "runs", WAITS)
    insert(connection, "events", EVENT)


def second_rows(connection: Connection) -> None:
    insert(connection, "runs", {**DONE, "claims": '["a-claim"]'})
    insert(connection, "runs", WAITS)
    insert(connection, "events", EVENT)
    insert(connection, "findings", VERDICT)


def fourth_rows(connection: Connection) -> None:
    second_rows(connection)
    insert(connection, "marks", {"name": "findings are whole from", "value": 1})


ROWS: dict[str, Callable[[Connection], None]] = {
    "0001": first_rows,
    "0002": second_rows,
    "0003": second_rows,
    "0004": fourth_rows,
}
"""What each version had stored; a new migration needs a row here."""


def test_every_revision_has_its_rows_here() -> None:
    assert set(ROWS) <= set(REVISIONS)
    assert set(ROWS) >= set(REVISIONS) - {REVISIONS[-1]}


@pytest.mark.parametrize("revision", sorted(ROWS))
async def test_what_an_earlier_version_stored_is_read_by_this_one(tmp_path: Path, revision: str) -> None:
    migrate(address_of(tmp_path), revision)
    engine = blocking_engine(address_of(tmp_path), 5)
    with engine.begin() as connection:
        ROWS[revision](connection)
    engine.dispose()

    store = new_store(tmp_path)
    done, waits = await store.get(DONE["id"]), await store.get(WAITS["id"])
    assert isinstance(done, Run)
    assert (done.status, done.created_at, done.verdicts[0].verdict) == ("done", MOMENT, "refuted")
    assert done.results[0].samples_s == (0.5,)
    assert done.comparison == done.comparisons[0]
    assert done.comparison
    assert done.scaling == Scaling(
        exponents={"pytorch": ScalingExponent(exponent=2.9, as_expected=True)}, bounds=(2.7, 3.2)
    )
    assert (await store.events(DONE["id"], 0)) == [Event(seq=1, kind="status", data={"status": "queued"})]
    assert waits is not None
    claimed = await store.claim("host/2/3.00")
    assert claimed is not None
    assert (claimed[0].id, claimed[0].status, claimed[1]) == (waits.id, "running", 2**31 - 1)
    assert await store.is_wanted(waits.id, "host/2/3.00")
    found, complete_from = await store.verdicts_at(99)
    assert complete_from == (1 if revision == "0004" else 0)
    assert [type(one) for one in found] == ([] if revision == "0001" else [StoredVerdict])
    assert await store.finish(waits.id, "failed", None)


def schema(connection: Connection) -> list[Any]:
    """Where the tables differ from what tables.py says."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


def test_the_migrated_tables_are_those_of_the_code(tmp_path: Path) -> None:
    migrate(address_of(tmp_path))
    engine = blocking_engine(address_of(tmp_path), 5)
    with engine.begin() as connection:
        assert schema(connection) == []
        connection.execute(text("DROP INDEX ix_verdicts_run"))
        assert schema(connection) != []
    engine.dispose()


def test_there_and_back_again_leaves_the_rows(tmp_path: Path) -> None:
    migrate(address_of(tmp_path), "0002")
    engine = blocking_engine(address_of(tmp_path), 5)
    with engine.begin() as connection:
        second_rows(connection)
    migrate(address_of(tmp_path))
    migrate(address_of(tmp_path))
    with engine.begin() as connection:
        for table, count in (("runs", 2), ("events", 1), ("verdicts", 1), ("runners", 0), ("marks", 0)):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == count
    engine.dispose()


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    migrate(address_of(tmp_path))
    engine = blocking_engine(address_of(tmp_path), 5)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(UnusableSetting, match=r"^TIEBREAK_DATABASE_URL: .* newer version .* 9999.* until \d{4}$"):
        migrate(address_of(tmp_path))


def test_a_migration_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """The tables that the last migration makes are there already: it fails half way, and can be tried again."""
    migrate(address_of(tmp_path), "0002")
    engine = blocking_engine(address_of(tmp_path), 5)
    with engine.begin() as connection:
        second_rows(connection)
        connection.execute(text("CREATE TABLE marks (x INTEGER)"))
    with pytest.raises(UnusableSetting, match="marks"):
        migrate(address_of(tmp_path))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE marks"))
    migrate(address_of(tmp_path))
    with engine.begin() as connection:
        assert schema(connection) == []
    engine.dispose()


MIGRATE = (
    "import sys; from app.runs.store import migration, address; migration.migrate(address.read_address(sys.argv[1]))"
)


@pytest.mark.parametrize("before", ["nothing", "0001"])
async def test_servers_that_start_at_the_same_time_all_succeed(tmp_path: Path, before: str) -> None:
    if before != "nothing":
        migrate(address_of(tmp_path), before)
    children = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, database_of(tmp_path)],
            stderr=subprocess.PIPE,
            env=environment(PYTHONPATH=":".join(sys.path)),
        )
        for _ in range(6)
    ]
    ends = await asyncio.gather(*(asyncio.to_thread(child.communicate, timeout=PATIENCE_S) for child in children))
    assert [(child.returncode, said) for child, (_, said) in zip(children, ends, strict=True)] == [(0, b"")] * 6
    assert await new_store(tmp_path).unfinished() == []
