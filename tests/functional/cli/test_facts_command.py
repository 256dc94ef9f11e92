"""`tiebreak rules facts` as a child process, with the real pip: on a machine without a network."""

import json

import pytest

from app.knowledge.loader import load
from tests.support.rules.stand_in_index import nobody_listening, use_index
from tests.support.server.child_processes import tiebreak

CHECKS = [(claim.id, check) for claim in load().claims.values() for check in claim.checks]


def test_without_a_network_everything_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    with nobody_listening() as address:
        use_index(monkeypatch, address)
        child = tiebreak("rules", "facts")
        printed = tiebreak("rules", "facts", "--json")
    assert (child.returncode, child.stderr, printed.returncode) == (3, "", 3)
    assert child.stdout.splitlines()[-1] == f"holds: 0, not checked: {len(CHECKS)}, no longer holds: 0"
    results = json.loads(printed.stdout)
    assert [result["claim"] for result in results] == [claim for claim, _ in CHECKS]
    assert {result["outcome"] for result in results} == {"not_checked"}
    assert all("cannot be reached" in result["found"] for result in results)
