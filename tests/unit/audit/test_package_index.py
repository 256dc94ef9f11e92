"""The real pip asks a stand-in index: what it lists, and how no answer differs from an empty one."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.audit.package_index import Listed, Query, ask, with_tag
from tests.support.rules.stand_in_index import nobody_listening, served, use_index, wheel

FILES = {
    "alpha": [
        wheel("alpha", "2.9.0", "cp313-cp313-manylinux_2_28_x86_64"),
        wheel("alpha", "2.10.0", "cp313-cp313-manylinux_2_28_x86_64"),
        wheel("alpha", "2.10.0", "cp314-cp314t-win_amd64"),
        wheel("alpha", "2.11.0rc1", "cp313-cp313-manylinux_2_28_x86_64"),
        wheel("alpha", "1.0", "cp310-cp310-macosx_12_0_arm64"),
    ],
    "source-only": ["source-only-0.3.tar.gz", "source-only-0.12.tar.gz"],
}


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with served(FILES) as address:
        use_index(monkeypatch, address)
        yield


@pytest.mark.parametrize(
    ("query", "versions"),
    [
        (Query("alpha", "3.13"), ("2.10.0", "2.9.0")),
        (Query("alpha", "3.10"), ("1.0",)),
        (Query("source-only", "3.13"), ("0.12", "0.3")),
        (with_tag("alpha", "cp314t"), ("2.10.0",)),
        (with_tag("alpha", "cp314"), ()),
        (with_tag("alpha", "cp313-win_amd64"), ()),
        (with_tag("alpha", "cp313-manylinux_2_28_x86_64"), ("2.10.0", "2.9.0")),
        (Query("no-such-package", "3.13"), ()),
    ],
    ids=str,
)
@pytest.mark.usefixtures("index")
def test_final_releases_are_listed_newest_first(query: Query, versions: tuple[str, ...]) -> None:
    assert ask(query) == Listed(versions)


def test_an_index_that_is_not_there_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with nobody_listening() as address:
        use_index(monkeypatch, address)
        answer = ask(Query("alpha", "3.13"))
    assert answer.versions is None
    assert "cannot be reached" in answer.why_not


def test_what_is_on_this_machine_does_not_stand_for_an_index_that_is_silent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / wheel("alpha", "0.1")).touch()
    with nobody_listening() as address:
        use_index(monkeypatch, address)
        monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
        assert ask(Query("alpha", "3.13")).versions is None


def test_an_index_that_fails_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(FILES, status=500) as address:
        use_index(monkeypatch, address)
        answer = ask(Query("alpha", "3.13"))
    assert answer.versions is None
    assert "500" in answer.why_not


def test_a_python_without_pip_is_no_answer(tmp_path: Path) -> None:
    bare = tmp_path / "python"
    bare.write_text(f"#!/bin/sh\nexec {sys.executable} -I -c 'import sys; sys.exit(\"No module named pip\")'\n")
    bare.chmod(0o755)
    assert ask(Query("alpha", "3.13"), str(bare)) == Listed(None, "pip says: No module named pip")


def test_pip_is_not_waited_for_without_end(tmp_path: Path) -> None:
    slow = tmp_path / "python"
    slow.write_text("#!/bin/sh\nexec sleep 30\n")
    slow.chmod(0o755)
    answer = ask(Query("alpha", "3.13"), str(slow), seconds=0.2)
    assert answer == Listed(None, "pip did not end within 0 s")
