"""The guides' examples work, and what they list is complete."""

import re
from pathlib import Path

import pytest

from app.knowledge.drafts import COLLECTIONS
from app.knowledge.expectations import TESTS
from app.knowledge.lint.linter import check
from app.paths import ROOT

GUIDE = (ROOT / "docs" / "rules.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", GUIDE, flags=re.DOTALL)


def test_the_guide_has_examples() -> None:
    assert len(EXAMPLES) >= 2


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_guide_is_clean_over_the_shipped_rules(example: str, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(example)
    assert check(overlay=tmp_path) == ()


def test_the_guide_lists_every_kind_of_issue() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "app" / "knowledge").rglob("*.py"))
    in_code = set(re.findall(r"""(?:\.issue\(|LintIssue\((?:"rules", 1|[^"]*?), )"([a-z-]+)",""", sources))
    section = GUIDE.split("## What `tiebreak rules check` finds")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.*?`) \|", section, flags=re.MULTILINE)
    in_guide = set(re.findall(r"`([a-z-]+)`", " ".join(rows)))
    assert len(in_code) > 15
    assert in_code == in_guide


def test_the_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(path.name[:4] for path in (ROOT / "docs" / "decisions").glob("0*.md"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_the_guide_lists_every_collection() -> None:
    listed = re.search(r"any of the lists\s(.*?);", GUIDE, flags=re.DOTALL)
    assert listed
    assert set(re.findall(r"`(\w+)`", listed[1])) == set(COLLECTIONS)
    assert sorted(re.findall(r"`(rules/\w+\.yaml)`", GUIDE.split("## Your own rules")[0])) == sorted(
        f"rules/{file.name}" for file in (ROOT / "rules").glob("*.yaml")
    )


def test_the_guide_lists_every_test_of_an_expectation() -> None:
    table = GUIDE.split("An expectation has one\ntest:")[1].split("\n\n`holds`")[0]
    rows = re.findall(r"^\| (`.*?) \|", table, flags=re.MULTILINE)
    assert re.findall(r"`(\w+)`", " ".join(rows)) == [name.rstrip("_") for name in TESTS]


def test_the_decisions_are_listed_with_their_titles() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"^- (\d+): \[(.*)\]\((.*)\)$", (folder / "README.md").read_text(), flags=re.MULTILINE)
    titles = {path.name: path.read_text().partition("\n")[0] for path in folder.glob("0*.md")}
    assert {name: f"# {number}. {title}" for number, title, name in listed} == titles
