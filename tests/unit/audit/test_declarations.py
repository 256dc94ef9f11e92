"""An impact beyond the free share is an issue unless it was declared for these very rules."""

from pathlib import Path

import pytest

from app.audit.declarations import FREE, Declaration, read_declarations, undeclared
from app.audit.impact import Impact, Move, PolicyImpact

TO = "0123456789ab"
DECLARED = '[[change]]\nto = "0123456789ab"\nshare = 0.12\nbecause = "It was meant."\n'


def impact_of(*changed: int) -> Impact:
    """An impact on so many of 1,000 situations under each policy."""
    moves = tuple(Move("pytorch", "either", count, ("/advice?a=b",)) for count in changed)
    found = [PolicyImpact(1000, 0, move.count, move.count / 1000, (move,), ()) for move in moves]
    return Impact("ba9876543210", TO, 1, dict(zip(("documents", "today"), found, strict=True)))


def declare(share: float, to: str = TO) -> Declaration:
    return Declaration(to=to, share=share, because="B.")


@pytest.mark.parametrize(
    ("changed", "declared", "policies"),
    [
        ((0, 0), [], []),
        ((10, 10), [], []),
        ((11, 10), [], ["documents"]),
        ((0, 11), [], ["today"]),
        ((500, 1000), [], ["documents", "today"]),
        ((500, 300), [declare(0.4)], ["documents"]),
        ((500, 300), [declare(0.5)], []),
        ((20, 0), [declare(0.5, "ba9876543210")], ["documents"]),
        ((20, 0), [declare(0.001)], ["documents"]),
        ((20, 0), [declare(0.001), declare(0.02)], []),
    ],
)
def test_more_than_is_free_and_declared_is_found(
    changed: tuple[int, int], declared: list[Declaration], policies: list[str]
) -> None:
    issues = list(undeclared(impact_of(*changed), declared))
    assert [issue.message.split("'")[1] for issue in issues] == policies
    assert all((issue.rule, issue.file) == ("undeclared-impact", "rules/impact.toml") for issue in issues)
    assert all(f'to = "{TO}"' in issue.message and "PyTorch → either" in issue.message for issue in issues)


def test_one_percent_is_free() -> None:
    assert FREE == 0.01


def test_no_file_declares_nothing(tmp_path: Path) -> None:
    assert read_declarations(tmp_path / "impact.toml") == ([], [])


def test_a_declaration_is_read(tmp_path: Path) -> None:
    path = tmp_path / "impact.toml"
    path.write_text(DECLARED)
    assert read_declarations(path) == ([Declaration(to=TO, share=0.12, because="It was meant.")], [])


def test_the_shipped_declarations_can_be_read() -> None:
    assert read_declarations()[1] == []


@pytest.mark.parametrize(
    "text",
    [
        "[[change]\n",
        DECLARED.replace("0.12", "1.2"),
        DECLARED.replace("0123456789ab", "tomorrow"),
        DECLARED.replace('because = "It was meant."\n', ""),
        DECLARED.replace("It was meant.", " "),
        DECLARED + 'policy = "today"\n',
        "changes = []\n",
    ],
    ids=["syntax", "share", "version", "no reason", "empty reason", "unknown key", "unknown table"],
)
def test_an_unusable_declaration_is_a_issue_and_declares_nothing(text: str, tmp_path: Path) -> None:
    path = tmp_path / "impact.toml"
    path.write_text(text)
    declared, issues = read_declarations(path)
    assert declared == []
    assert {issue.rule for issue in issues} == {"invalid-declaration"}
