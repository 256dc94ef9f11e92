"""A backup holds everything that the service keeps, made while it works, and is put back whole or not at all."""

import gzip
import io
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.runs.run_services import RunServer, run_server
from tests.support.server.child_processes import PATIENCE_S, TIEBREAK, environment
from tests.support.worker.interpreters import both_by, with_nothing_but_numpy
from tests.support.worker.tiny_probes import write_probe


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a probe."""
    write_probe(tmp_path, "fine")
    write_probe(tmp_path, "asleep", "time.sleep(600)")
    return tmp_path


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    interpreter = with_nothing_but_numpy(tmp_path / "slim")
    return both_by(interpreter)


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a service with one finished run, its backup, and the run's id in a file beside it."""
    folder = tmp_path_factory.mktemp("backed-up")
    write_probe(folder, "fine")
    with run_server(folder, folder / "first", both_by(with_nothing_but_numpy(folder / "slim"))) as server:
        run = server.submit("fine")
        server.over(run)
        write(folder / "first", folder / "backup.tar.gz")
    (folder / "run").write_text(run, encoding="utf-8")
    return folder


@pytest.fixture
def made(folder: Path, backed_up: Path) -> Path:
    """A backup, its data and its run, in the test's own folder."""
    shutil.copytree(backed_up / "first", folder / "first")
    for name in ("backup.tar.gz", "run"):
        shutil.copy(backed_up / name, folder / name)
    return folder / "backup.tar.gz"


def command(
    data: Path, *arguments: str, sent: bytes = b"", settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """`tiebreak` on a data folder, with bytes on its pipes."""
    return subprocess.run(
        [str(TIEBREAK), *arguments],
        input=sent,
        capture_output=True,
        env=environment(**{"TIEBREAK_DATA": str(data), **(settings or {})}),
        timeout=PATIENCE_S,
        check=False,
    )


def write(data: Path, file: Path) -> None:
    done = command(data, "backup", str(file))
    assert (done.returncode, done.stderr) == (0, b"")


def refused(done: subprocess.CompletedProcess[bytes], reason: str) -> None:
    said = done.stderr.decode()
    assert done.returncode == 1, said
    assert said.startswith("tiebreak: ")
    assert reason in said
    assert said.count("\n") == 1


def entries(file: Path) -> list[str]:
    with tarfile.open(file) as tar:
        return sorted(tar.getnames())


def packed(**files: bytes) -> bytes:
    """A compressed tar file with these members."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return sink.getvalue()


def test_a_backup_is_put_back_into_an_empty_folder(folder: Path, settings: Mapping[str, str], made: Path) -> None:
    done = command(folder / "second", "restore", str(made))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    run = (folder / "run").read_text(encoding="utf-8")
    rules = [path.name for path in (folder / "first" / "rules").iterdir()]
    assert rules
    assert [path.name for path in (folder / "second" / "rules").iterdir()] == rules
    with run_server(folder, folder / "second", settings) as server:
        assert server.get(run)["status"] == "done"
        assert server.over(server.submit("fine"))["status"] == "done"


def test_it_goes_through_pipes_as_well(folder: Path, made: Path) -> None:
    out = command(folder / "first", "backup", "-")
    assert (out.returncode, out.stderr) == (0, b"")
    back = command(folder / "second", "restore", "-", sent=out.stdout)
    assert (back.returncode, back.stderr) == (0, b"")
    assert (folder / "second" / "tiebreak.db").exists()


def test_a_backup_needs_no_pause_and_holds_what_was_written_before(folder: Path, settings: Mapping[str, str]) -> None:
    with run_server(folder, folder / "data", settings) as server:
        ids = [_cancelled(server) for _ in range(3)]
        write(folder / "data", folder / "backup.tar.gz")
        assert server.client.get("/readyz").status_code == 200
    with tarfile.open(folder / "backup.tar.gz") as tar:
        tar.extract("tiebreak.db", folder / "out", filter="data")
    with closing(sqlite3.connect(folder / "out" / "tiebreak.db")) as copy:
        assert [row[0] for row in copy.execute("SELECT id FROM runs ORDER BY number")] == ids
    assert [path.name for path in (folder / "out").iterdir()] == ["tiebreak.db"]


def _cancelled(server: RunServer) -> str:
    run = server.submit("asleep")
    server.client.delete(f"/api/v1/runs/{run}")
    return run


def test_nothing_is_left_beside_a_backup(folder: Path, made: Path) -> None:
    assert list(folder.glob("backup*")) == [made]
    assert list((folder / "first").glob("tmp*")) == []
    assert len(entries(made)) == 2


def test_what_is_there_is_lost_only_when_that_is_said(folder: Path, settings: Mapping[str, str], made: Path) -> None:
    with run_server(folder, folder / "second", settings) as server:
        server.over(server.submit("fine"))
    before = (folder / "second" / "tiebreak.db").read_bytes()
    refused(command(folder / "second", "restore", str(made)), "--replace")
    assert (folder / "second" / "tiebreak.db").read_bytes() == before
    assert command(folder / "second", "restore", "--replace", str(made)).returncode == 0
    with run_server(folder, folder / "second", settings) as server:
        listed = server.client.get("/api/v1/runs").json()
    assert [run["id"] for run in listed] == [(folder / "run").read_text(encoding="utf-8")]


def test_what_was_written_ahead_for_the_database_before_is_gone(folder: Path, made: Path) -> None:
    """Left beside another database, SQLite would apply it to that."""
    (folder / "second").mkdir()
    for name in ("tiebreak.db", "tiebreak.db-wal", "tiebreak.db-shm"):
        (folder / "second" / name).write_bytes(b"of the one before")
    assert command(folder / "second", "restore", "--replace", str(made)).returncode == 0
    assert sorted(path.name for path in (folder / "second").iterdir()) == ["rules", "tiebreak.db"]


def test_half_a_backup_changes_nothing(folder: Path, made: Path) -> None:
    half = made.read_bytes()[: made.stat().st_size // 2]
    refused(command(folder / "second", "restore", "-", sent=half), "no whole backup")
    assert list((folder / "second").iterdir()) == []


NO_BACKUPS = {
    "nothing": (b"", "no whole backup"),
    "no archive": (b"no archive", "no whole backup"),
    "no archive, compressed": (gzip.compress(b"no archive"), "no whole backup"),
    "another archive": (packed(other=b"something"), "holds no database"),
    "another database": (packed(**{"tiebreak.db": b"no database"}), "damaged, or none of Tiebreak's"),
    "an empty database": (packed(**{"tiebreak.db": b""}), "damaged, or none of Tiebreak's"),
    "names that lead elsewhere": (
        packed(**{"../tiebreak.db": b"", "rules/../../x.json.gz": b"", "/rules/x.json.gz": b""}),
        "holds no database",
    ),
}


@pytest.mark.parametrize(("sent", "reason"), NO_BACKUPS.values(), ids=NO_BACKUPS)
def test_what_is_no_backup_of_ours_changes_nothing(tmp_path: Path, sent: bytes, reason: str) -> None:
    refused(command(tmp_path / "data", "restore", "-", sent=sent), reason)
    assert list((tmp_path / "data").iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_there_is_nothing_to_back_up_before_the_first_start(tmp_path: Path) -> None:
    refused(command(tmp_path / "data", "backup", str(tmp_path / "backup")), "nothing to back up")
    (tmp_path / "data").mkdir()
    refused(command(tmp_path / "data", "backup", str(tmp_path / "backup")), "cannot be read")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_with_postgresql_the_file_holds_the_rules_alone(folder: Path, made: Path) -> None:
    """The address is never used: PostgreSQL's own tools back up what it keeps."""
    elsewhere = {"TIEBREAK_DATABASE_URL": "postgresql://tiebreak@database.invalid/tiebreak"}
    done = command(folder / "first", "backup", str(folder / "rules-only"), settings=elsewhere)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [name.partition("/")[0] for name in entries(folder / "rules-only")] == ["rules"]
    back = command(folder / "second", "restore", str(folder / "rules-only"), settings=elsewhere)
    assert (back.returncode, back.stderr) == (0, b"")
    assert [path.name for path in (folder / "second").iterdir()] == ["rules"]
    refused(command(folder / "second", "restore", str(made), settings=elsewhere), "the service uses PostgreSQL")


def test_the_file_that_an_address_names_is_the_one_that_is_kept(folder: Path, settings: Mapping[str, str]) -> None:
    elsewhere = {"TIEBREAK_DATABASE_URL": f"sqlite:///{folder}/else where/runs 100%.db"}
    (folder / "else where").mkdir()
    with run_server(folder, folder / "data", {**settings, **elsewhere}) as server:
        run = server.submit("fine")
        server.over(run)
    made = command(folder / "data", "backup", "-", settings=elsewhere)
    assert made.returncode == 0, made.stderr
    for path in (folder / "else where").iterdir():
        path.unlink()
    assert command(folder / "data", "restore", "-", sent=made.stdout, settings=elsewhere).returncode == 0
    with run_server(folder, folder / "data", {**settings, **elsewhere}) as server:
        assert server.get(run)["status"] == "done"
