"""A rule file that is made to harm is refused like any other that is wrong: quickly, small, and running nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import InvalidRules
from app.knowledge.loader import load
from tests.support.rules.rule_files import claim, write_entries, write_rules

LAUGHS = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
)

HOSTILE = {
    "billion laughs": (LAUGHS, "alias"),
    "a structure that holds itself": ("claims: &x [*x]\n", "alias"),
    "a merge": ("a: {b: 1}\nclaims:\n- <<: {id: x}\n", "alias"),
    "a Python object": ("claims: !!python/object/apply:os.system ['touch /tmp/pwned']\n", "tag"),
    "a Python name": ("claims: !!python/name:os.system\n", "tag"),
    "a Python module": ("claims: !!python/module:antigravity\n", "tag"),
    "a tag with a handle": ("%TAG ! tag:yaml.org,2002:python/\n---\nclaims: !object/new:os.system [id]\n", "tag"),
    "binary": ("claims: !!binary aGVsbG8=\n", "tag"),
    "a list as a key": ("? [a, b]\n: c\n", "shape"),
    "a mapping as a key": ("claims:\n- {{a: b}: c}\n", "shape"),
    "brackets without end": ("claims: " + "[" * 400_000, "depth"),
    "braces without end": ("claims: " + "{a: " * 200_000, "depth"),
    "indentation without end": ("".join(" " * n + "a:\n" for n in range(1_000)), "depth"),
    "a number without end": ("claims: " + "9" * 900_000, "value"),
    "a number in the base of sixty": ("claims: 1" + ":59" * 300_000, "value"),
    "a number of bits": ("claims: 0b" + "1" * 900_000, "value"),
    "a fraction without end": ("claims: 0." + "9" * 900_000, "value"),
    "a key without end": ("? " + "k" * 900_000 + "\n: 1\n", "shape"),
    "many anchors": ("claims:\n" + "".join(f"- &a{n} x\n" for n in range(50_000)), "alias"),
    "a NUL": ("claims: a\x00b\n", "syntax"),
    "too large": ("# " + "x" * 1_000_000, "size"),
}


@pytest.mark.parametrize("text", [text for text, _ in HOSTILE.values()], ids=list(HOSTILE))
def test_it_is_refused_with_its_place(text: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with pytest.raises(InvalidRules) as refusal:
        load(overlay=write_rules(tmp_path, text))
    rule = HOSTILE[request.node.callspec.id][1]
    assert {issue.rule for issue in refusal.value.issues} == {rule}
    assert len(refusal.value.issues[0].message) < 300
    assert not Path("/tmp/pwned").exists()


CHECK = """
import resource, sys
from pathlib import Path
from app.errors import InvalidRules
from app.knowledge.loader import load
resource.setrlimit(resource.RLIMIT_DATA, (400 * 2**20, 400 * 2**20))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
try:
    load(overlay=Path(sys.argv[1]))
except InvalidRules as error:
    print(len(error.issues))
"""
"""With the memory that a service has, and with so little of a processor that what grows without bound cannot finish."""


def test_all_of_them_together_are_refused_in_bounded_memory_and_time(tmp_path: Path) -> None:
    for number, (text, _) in enumerate(HOSTILE.values()):
        write_rules(tmp_path, text, f"{number}.yaml")
    child = subprocess.run(
        [sys.executable, "-c", CHECK, str(tmp_path)], capture_output=True, text=True, check=False, timeout=110
    )
    assert (child.returncode, child.stderr) == (0, "")
    assert int(child.stdout) >= len(HOSTILE)


@pytest.mark.parametrize(
    "text", ["{{7*7}}", "{% include '/etc/passwd' %}", "<script>alert(1)</script>", "${7*7}", "%s%n"]
)
def test_a_text_is_read_as_it_stands(text: str, tmp_path: Path) -> None:
    write_entries(tmp_path, {"claims": [claim("own", statement=text)]})
    assert load(overlay=tmp_path).claims["own"].statement == text
