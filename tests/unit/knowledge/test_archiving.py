"""Rules written to an archive and read back."""

import json
from pathlib import Path

import pytest

from app.knowledge.archive import Archive
from app.knowledge.archive_format import from_text, to_text
from app.knowledge.loader import load
from tests.support.advice.answer_sets import POLICIES, advice_on, seeded_answers


def test_rules_read_back_give_the_same_advice() -> None:
    rules = load()
    again = from_text(to_text(rules))
    assert again is not None
    assert again.version == rules.version
    for policy in POLICIES:
        for raw in seeded_answers(seed=71, count=10):
            here, there = advice_on(raw, policy, knowledge=rules), advice_on(raw, policy, knowledge=again)
            unlike = {"checking", "reasons", "set_aside", "api_layer"}  # these name probes, which are not kept
            assert here.model_dump(exclude=unlike) == there.model_dump(exclude=unlike)


def test_a_text_of_another_format_is_not_read() -> None:
    text = json.dumps(json.loads(to_text(load())) | {"format": 0})
    assert from_text(text) is None


def test_the_archive_keeps_each_version_once_and_finds_it(tmp_path: Path) -> None:
    archive, rules = Archive(tmp_path / "rules"), load()
    archive.keep(rules)
    (file,) = (tmp_path / "rules").iterdir()
    before = file.stat().st_mtime_ns
    archive.keep(rules)
    assert file.stat().st_mtime_ns == before
    found = archive.find(rules.version)
    assert found is not None
    assert found.version == rules.version


@pytest.mark.parametrize("version", ["0" * 12, "../../etc/passwd", "", "ABCDEF012345", "0" * 13])
def test_a_version_that_was_never_kept_is_not_found(version: str, tmp_path: Path) -> None:
    assert Archive(tmp_path).find(version) is None


def test_a_file_that_was_cut_short_is_not_found(tmp_path: Path) -> None:
    archive, rules = Archive(tmp_path), load()
    archive.keep(rules)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    assert archive.find(rules.version) is None
