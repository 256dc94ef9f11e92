"""What TIEBREAK_DATABASE_URL may be, and that a start which cannot use it says why and prints no password."""

import os
import re
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from app.errors import UnusableSetting
from app.runs.store.address import read_address
from app.runs.store.migration import migrate
from tests.support.server.child_processes import PATIENCE_S, TIEBREAK, environment, tiebreak
from tests.support.storage.databases import POSTGRESQL, database_of

PASSWORD = "pl#ain%2Fly secret"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_means_one_driver(scheme: str) -> None:
    address = read_address(f"{scheme}://me:old@db.example/tie?sslmode=require", PASSWORD)
    assert address.kind == "postgresql"
    assert (address.waiting, address.blocking) == (address.url, address.url)
    assert address.url.drivername == "postgresql+psycopg"
    assert (address.url.password, address.url.query) == (PASSWORD, {"sslmode": "require"})
    for said in (str(address), repr(address)):
        assert PASSWORD not in said
        assert "old" not in said


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+aiosqlite"])
def test_an_sqlite_file_is_only_made_by_the_migrations(scheme: str, tmp_path: Path) -> None:
    address = read_address(f"{scheme}:///{tmp_path}/a b?c.db", PASSWORD)
    assert address.waiting.query["mode"] == "rw"
    assert address.blocking.query["mode"] == "rwc"
    assert PASSWORD not in address.url.render_as_string(hide_password=False)


@pytest.mark.parametrize("name", ["a b.db", "100%.db", "ä#.db"])
def test_any_file_name_can_be_used(tmp_path: Path, name: str) -> None:
    migrate(read_address(f"sqlite:///{tmp_path / name}"))
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("hello", "is not an address such as sqlite:"),
        ("://", "is not an address"),
        (f"postgresql://me:{PASSWORD}@host:port/db", "is not an address"),
        ("mysql://me:secret@host/db", "starts with mysql:, must start like sqlite:"),
        ("postgresql+asyncpg://host/db", "starts with postgresql+asyncpg:"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:////proc/nowhere/x.db", "unable to open database file"),
    ],
)
def test_what_is_no_usable_address_is_refused(value: str, says: str) -> None:
    with pytest.raises(UnusableSetting, match=r"^TIEBREAK_DATABASE_URL: ") as refused:
        migrate(read_address(value))
    assert says in str(refused.value)
    assert PASSWORD not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"no database at all" * 1000)
    with pytest.raises(UnusableSetting, match="not a database"):
        migrate(read_address(f"sqlite:///{tmp_path / 'x.db'}"))


ROOT_LIKE_ANYBODY = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]
"""Takes from root the right to write what is not to be written."""


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    migrate(read_address(f"sqlite:///{file}"))
    file.chmod(stat.S_IRUSR)
    child = subprocess.run(
        [*(ROOT_LIKE_ANYBODY if os.geteuid() == 0 else []), str(TIEBREAK), "serve", "--port", "0"],
        capture_output=True,
        text=True,
        env=environment(TIEBREAK_DATABASE_URL=f"sqlite:///{file}"),
        timeout=PATIENCE_S,
        check=False,
    )
    assert child.returncode == 1
    assert re.fullmatch(r"tiebreak: TIEBREAK_DATABASE_URL: .*readonly database\n", child.stderr), child.stderr


def refused(url: str, **settings: str) -> str:
    """What a start says that ends with status 1."""
    child = tiebreak("serve", "--port", "0", TIEBREAK_DATABASE_URL=url, **settings)
    assert (child.returncode, child.stdout) == (1, ""), child.stderr
    assert "Traceback" not in child.stderr
    assert child.stderr.startswith("tiebreak: TIEBREAK_DATABASE_URL: ")
    assert child.stderr.count("\n") == 1
    assert PASSWORD not in child.stderr
    return child.stderr


def test_a_server_that_is_not_there_keeps_the_service_from_starting() -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        url = f"postgresql://me@127.0.0.1:{taken.getsockname()[1]}/tie"
        said = refused(url, TIEBREAK_DATABASE_PASSWORD=PASSWORD)
    assert "refused" in said


def test_a_server_that_never_answers_keeps_the_service_from_starting() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"postgresql://me@127.0.0.1:{silent.getsockname()[1]}/tie"
        assert "timeout" in refused(url, TIEBREAK_DATABASE_PASSWORD=PASSWORD)


@POSTGRESQL
def test_a_database_or_user_that_is_not_there_is_named(tmp_path: Path) -> None:
    url = read_address(database_of(tmp_path)).url
    for wrong in (url.set(database="nowhere"), url.set(username="nobody-known")):
        text = wrong.set(drivername="postgresql").render_as_string(hide_password=False)
        assert "does not exist" in refused(text, TIEBREAK_DATABASE_PASSWORD=PASSWORD)
