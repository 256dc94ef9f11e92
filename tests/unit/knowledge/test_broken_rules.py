"""Every fault in a rule file is refused at load, with its file, its line, and what is wrong.

`broken/` is a corpus of files with one fault each, whose first line says what is to be found. `entries` holds faults
that an entry or a file has by itself; `references` holds faults between sound entries, which are looked for once every
entry is sound.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import InvalidRules, LintIssue, UnusableSetting
from app.knowledge.files import MAX_BYTES, MAX_DEPTH
from app.knowledge.loader import load
from app.paths import RULES
from tests.support.rules.rule_files import claim, expected_of, write_entries, write_rules
from tests.support.sizes import some

CORPUS = Path(__file__).parent / "broken"
GROUPS = ("entries", "references")
FILES = sorted(CORPUS.glob("*/*.yaml"))


def findings_of(folder: Path) -> tuple[LintIssue, ...]:
    with pytest.raises(InvalidRules) as refusal:
        load(overlay=folder)
    return refusal.value.issues


def name_of(path: Path) -> str:
    return path.stem


def test_the_corpus_is_there() -> None:
    assert len(FILES) > 100
    assert {path.parent.name for path in FILES} == set(GROUPS)


@pytest.mark.parametrize("path", some(FILES, 60), ids=name_of)
def test_one_fault_gives_one_issue_at_its_place(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path)
    issues = findings_of(tmp_path)
    assert len(issues) == 1, issues
    (expected,) = expected_of(path)
    assert expected.is_met_by(issues[0]), issues[0]


@pytest.mark.parametrize("group", GROUPS)
def test_many_faults_are_all_reported_at_once_in_order(group: str, tmp_path: Path) -> None:
    paths = sorted((CORPUS / group).glob("*.yaml"))
    for path in paths:
        shutil.copy(path, tmp_path)
    issues = findings_of(tmp_path)
    expected = [expected for path in paths for expected in expected_of(path)]
    places = [(Path(issue.file).name, issue.line) for issue in issues]
    assert places == sorted(places)
    assert places == sorted((one.file, one.line) for one in expected)
    assert all(any(one.is_met_by(issue) for issue in issues) for one in expected)


def test_many_faults_of_one_file_are_reported_in_the_order_of_lines(tmp_path: Path) -> None:
    faulty = [claim("first", strength=0), claim("second", favours="jax", colour="red"), claim("third", sources=[])]
    issues = findings_of(write_entries(tmp_path, {"claims": faulty, "clams": []}))
    found = [(issue.rule, issue.message.split(":")[0]) for issue in issues]
    assert found == [
        ("value", "first"),
        ("value", "second"),
        ("unknown-key", "second"),
        ("value", "third"),
        ("unknown-key", "unknown key 'clams'; allowed"),
    ]
    assert [issue.line for issue in issues] == sorted({issue.line for issue in issues})


def test_the_text_of_the_error_has_one_line_per_finding(tmp_path: Path) -> None:
    folder = write_entries(tmp_path, {"clams": [], "sauces": []})
    with pytest.raises(InvalidRules) as refusal:
        load(overlay=folder)
    lines = str(refusal.value).splitlines()
    assert [line.split(": unknown key")[0] for line in lines] == [f"{folder}/own.yaml:{n}: unknown-key" for n in (1, 2)]


def test_a_file_in_a_folder_below_is_named_with_its_path(tmp_path: Path) -> None:
    issues = findings_of(write_rules(tmp_path, "clams: []\n", "team/vision/more.yaml"))
    assert [issue.file for issue in issues] == [f"{tmp_path}/team/vision/more.yaml"]


def test_an_id_in_two_files_is_reported_with_both_places(tmp_path: Path) -> None:
    write_entries(tmp_path, {"claims": [claim("same")]}, "a.yaml")
    write_entries(tmp_path, {"roles": [], "claims": [claim("same")]}, "b.yaml")
    (issue,) = findings_of(tmp_path)
    assert (Path(issue.file).name, issue.line, issue.rule) == ("b.yaml", 3, "duplicate-id")
    assert f"stands in {tmp_path}/a.yaml:2 already" in issue.message


def test_scoring_in_two_files_is_doubled(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        write_entries(
            tmp_path, {"scoring": {"neutral": 2, "leaning": 0.6, "strong": 0.8, "constraint_trust": 0.25}}, name
        )
    (issue,) = findings_of(tmp_path)
    assert (Path(issue.file).name, issue.line, issue.rule) == ("b.yaml", 1, "duplicate-id")


def test_a_component_without_a_date_does_not_load(tmp_path: Path) -> None:
    undated = {"id": "own", "name": "Own", "framework": "both", "purpose": "P.", "state": "active", "status": "S."}
    issues = findings_of(write_entries(tmp_path, {"components": [undated]}))
    assert [issue.message for issue in issues] == [
        "own: missing key 'checked_on'",
        "own: missing key 'review_by'",
    ]


def too_large(path: Path) -> None:
    path.write_bytes(b"#" * (MAX_BYTES + 1))


def latin_1(path: Path) -> None:
    path.write_bytes("# Café\nclaims: []\n".encode("latin-1"))


def utf_16(path: Path) -> None:
    path.write_bytes("claims: []\n".encode("utf-16"))


def null_byte(path: Path) -> None:
    path.write_bytes(b"# \x00\nclaims: []\n")


def endless_number(path: Path) -> None:
    path.write_bytes(b"scoring: {neutral: " + b"9" * 10_000 + b", leaning: 0.6, strong: 0.8, constraint_trust: 0.25}\n")


@pytest.mark.parametrize(
    ("spoil", "rule", "part"),
    [
        (too_large, "size", f"larger than {MAX_BYTES} bytes"),
        (latin_1, "encoding", "not UTF-8 (byte 5)"),
        (utf_16, "encoding", "not UTF-8 (byte 0)"),
        (null_byte, "syntax", "control characters are not allowed"),
        (endless_number, "value", "limit"),
    ],
)
def test_a_file_that_is_no_text_to_read_is_refused(
    spoil: Callable[[Path], None], rule: str, part: str, tmp_path: Path
) -> None:
    spoil(tmp_path / "own.yaml")
    (issue,) = findings_of(tmp_path)
    assert (Path(issue.file).name, issue.line, issue.rule) == ("own.yaml", 1, rule)
    assert part in issue.message


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_bytes(b"#" * MAX_BYTES)
    assert load(overlay=tmp_path).overlay == ()


def test_very_deep_nesting_is_refused_without_exhausting_the_stack(tmp_path: Path) -> None:
    (issue,) = findings_of(write_rules(tmp_path, "claims: " + "[" * 200_000 + "]" * 200_000))
    assert issue.rule == "depth"
    assert str(MAX_DEPTH) in issue.message


def test_a_missing_folder_is_an_unusable_setting(tmp_path: Path) -> None:
    with pytest.raises(UnusableSetting, match="is not there"):
        load(overlay=tmp_path / "nowhere")


def test_a_file_in_place_of_a_folder_is_an_unusable_setting(tmp_path: Path) -> None:
    write_rules(tmp_path, "claims: []\n")
    with pytest.raises(UnusableSetting, match="is not there"):
        load(overlay=tmp_path / "own.yaml")


def test_an_empty_folder_is_an_unusable_setting(tmp_path: Path) -> None:
    with pytest.raises(UnusableSetting, match=r"holds no \.yaml file"):
        load(overlay=tmp_path)


def test_a_folder_without_yaml_is_an_unusable_setting(tmp_path: Path) -> None:
    (tmp_path / "rules.json").write_text("{}")
    with pytest.raises(UnusableSetting, match=r"holds no \.yaml file"):
        load(overlay=tmp_path)


def test_an_entry_that_cannot_be_opened_is_reported_and_not_raised(tmp_path: Path) -> None:
    """An editor's lock file is such a link."""
    (tmp_path / ".#own.yaml").symlink_to("nowhere")
    write_entries(tmp_path, {"claims": [claim("own", strength=0)]})
    assert "own.yaml" in {Path(issue.file).name for issue in findings_of(tmp_path)}


@pytest.mark.parametrize("name", ["sources", "criteria", "questions", "claims", "policies"])
def test_a_base_without_a_collection_is_refused(name: str, tmp_path: Path) -> None:
    base = shutil.copytree(RULES, tmp_path / "rules")
    for path in base.rglob("*.yaml"):
        path.write_text(
            re.sub(rf"^{name}:", "roles:" if name == "claims" else "cautions:", path.read_text(), flags=re.MULTILINE)
        )
    for path in [*base.glob(f"{name}.yaml"), *base.glob(f"{name}/*.yaml")]:
        path.unlink()
    if name == "policies":
        write_rules(base, "scoring: {neutral: 2, leaning: 0.65, strong: 0.9, constraint_trust: 0.25}\n")
    with pytest.raises(InvalidRules) as refusal:
        load(shipped=base)
    assert [str(issue) for issue in refusal.value.issues] == [f"rules:1: missing: no file has an entry of '{name}'"]


def without_block(text: str, start: str, end: str) -> str:
    before, rest = text.split(start, 1)
    return before + end + rest.split(end, 1)[1] if end else before


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("  - id: documents", "  - id: today", "no file has the policy 'documents'"),
        ("  - id: today", "scoring:", "no file has the policy 'today'"),
        ("scoring:", "", "no file has an entry of 'scoring'"),
    ],
)
def test_a_base_without_a_policy_or_scoring_is_refused(start: str, end: str, message: str, tmp_path: Path) -> None:
    base = shutil.copytree(RULES, tmp_path / "rules")
    policies = base / "policies.yaml"
    policies.write_text(without_block(policies.read_text(), start, end))
    with pytest.raises(InvalidRules) as refusal:
        load(shipped=base)
    assert [issue.message for issue in refusal.value.issues] == [message]


def test_what_is_wrong_in_an_entry_hides_nothing_that_is_wrong_between_entries(tmp_path: Path) -> None:
    faulty = [claim("first", strength=0), claim("second", criterion="nowhere", conflicts_with=["first", "nobody"])]
    issues = findings_of(write_entries(tmp_path, {"claims": faulty}))
    assert [(issue.rule, issue.message) for issue in issues] == [
        ("value", "first: strength: Input should be greater than or equal to 1"),
        ("dangling-id", "second: 'nowhere' is none of the criteria"),
        ("dangling-id", "second: 'nobody' is none of the claims"),
    ]
