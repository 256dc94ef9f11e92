"""Of each argument and side the strongest statement counts: many answer sets at once, against a plain search."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.advice.model.argument_ranks import ArgumentRanks
from app.advice.model.evidence import Evidence, Side
from app.advice.model.scoring import strongest
from app.knowledge.models import Claim
from tests.support.rules.rule_files import PROPERTY

ARGUMENTS = (None, "first", "second")
SIDES: tuple[Side, ...] = ("pytorch", "tensorflow", "level")


def piece(number: int, argument: str | None, side: Side, strength: int, trust: float) -> Evidence:
    claim = Claim.model_validate(
        {
            "id": f"claim-{number}",
            "statement": f"Statement {number}.",
            "criterion": "randomness",
            "argument": argument,
            "favours": "pytorch",
            "strength": strength,
            "kind": "capability",
            "sources": [{"id": "tiebreak", "section": "Test"}],
            "background": "For a test.",
        }
    )
    return Evidence(claim, side, trust)


@st.composite
def pieces(draw: st.DrawFn) -> list[Evidence]:
    drawn = st.tuples(
        st.sampled_from(ARGUMENTS), st.sampled_from(SIDES), st.integers(1, 3), st.sampled_from([0.25, 0.5, 1.0])
    )
    return [piece(number, *values) for number, values in enumerate(draw(st.lists(drawn, max_size=14)))]


def plainly(evidence: list[Evidence], applying: list[bool]) -> list[bool]:
    """A piece counts if it applies, and nothing that applies to its point is stronger, or equal and before it."""
    counting = []
    for place, one in enumerate(evidence):
        rivals = [
            (other, at)
            for at, other in enumerate(evidence)
            if applying[at]
            and at != place
            and other.side == one.side
            and other.claim.argument is not None
            and other.claim.argument == one.claim.argument
        ]
        beaten = any(other.amount > one.amount or (other.amount == one.amount and at < place) for other, at in rivals)
        counting.append(applying[place] and not beaten)
    return counting


@PROPERTY
@given(evidence=pieces(), data=st.data())
def test_the_strongest_that_applies_counts_in_each_set(evidence: list[Evidence], data: st.DataObject) -> None:
    row = st.lists(st.booleans(), min_size=len(evidence), max_size=len(evidence))
    sets = data.draw(st.lists(row, min_size=1, max_size=4))
    found = ArgumentRanks.of(evidence).strongest(np.array(sets, bool).T.reshape(len(evidence), len(sets)))
    assert found.T.tolist() == [plainly(evidence, applying) for applying in sets]


@PROPERTY
@given(evidence=pieces())
def test_one_set_counts_the_same_pieces_as_many(evidence: list[Evidence]) -> None:
    expected = plainly(evidence, [True] * len(evidence))
    counting = {one.claim.id for one in strongest(evidence)}
    assert counting == {one.claim.id for one, counts in zip(evidence, expected, strict=True) if counts}


def test_a_restatement_adds_nothing_and_another_argument_does() -> None:
    said = [piece(0, "first", "pytorch", 2, 1.0)]
    again, apart = piece(1, "first", "pytorch", 2, 1.0), piece(2, "second", "pytorch", 1, 1.0)
    assert sum(one.amount for one in strongest([*said, again])) == 2
    assert sum(one.amount for one in strongest([*said, apart])) == 3


def test_statements_for_either_framework_both_count() -> None:
    pair = [piece(0, "first", "pytorch", 2, 1.0), piece(1, "first", "tensorflow", 1, 0.5)]
    assert strongest(pair) == pair
