"""Situations that the documents decide plainly, and what has changed since.

Where two plain statements of the documents pull apart, the situation stands under CONTESTED: it is known to come out
otherwise, and a change of the rules that turns it is noticed.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product
from math import fsum

import pytest

from app.advice.schema.advice import Advice
from app.knowledge.models import Framework
from tests.support.advice.answer_sets import RawAnswers, advice_on, seeded_answers, shipped_rules
from tests.support.sizes import size

GOALS = ("research", "prototype", "production", "learning", "competition")
DATA = ("images", "text", "audio", "tabular", "sequences", "sparse")
EVEN_DATA = ("images", "text", "audio", "tabular", "sparse")
"""Without sequences, which call up the claims for TensorFlow's RaggedTensor beside whatever else is asked for."""
PLACES = ("experiments", "server", "aws", "gcp")


@dataclass(frozen=True, eq=False)
class Situation:
    """What a project is like, in several variants, and the framework that the documents name for it."""

    name: str
    framework: Framework
    answers: list[RawAnswers]


def variants(fixed: RawAnswers, **others: tuple[str, ...]) -> list[RawAnswers]:
    """The fixed answers with every combination of the others."""
    return [fixed | dict(zip(others, ([o] for o in chosen), strict=True)) for chosen in product(*others.values())]


PYTHON: RawAnswers = {"language": ["python"]}
PHONE = PYTHON | {"deployment": ["mobile"]}
PHONE_EXPERTS = PHONE | {"experience": ["expert"], "control": ["full_control"]}
BROWSER: RawAnswers = {"language": ["javascript"], "deployment": ["browser"]}
JAVA: RawAnswers = {"language": ["java"]}
RESEARCH = PYTHON | {"goal": ["research"]}
AUDIO = RESEARCH | {"data_type": ["audio"]}
ONE_CALL = PYTHON | {"experience": ["beginner"], "control": ["high_level"]}
DERIVATIVES = PYTHON | {"needs": ["higher_order_gradients"]}
SPARSE = PYTHON | {"needs": ["sparse_formats"]}
STRINGS = PYTHON | {"needs": ["string_tensors"]}

ONE_CALL_VARIANTS = variants(ONE_CALL, goal=GOALS, data_type=DATA, deployment=("experiments", "server", "mobile"))

PLAIN = [
    Situation("an app on phones", "tensorflow", variants(PHONE, goal=GOALS, data_type=DATA)),
    Situation(
        "an app on phones by experts with their own loop",
        "tensorflow",
        variants(PHONE_EXPERTS, goal=("production", "learning", "competition"), data_type=DATA),
    ),
    Situation("a model in the browser from JavaScript", "tensorflow", variants(BROWSER, goal=GOALS, data_type=DATA)),
    Situation("Java", "tensorflow", variants(JAVA, goal=GOALS, data_type=DATA, deployment=PLACES)),
    Situation(
        "research with models of its own or of changing structure",
        "pytorch",
        variants(RESEARCH, model=("custom", "dynamic"), data_type=DATA, deployment=PLACES),
    ),
    Situation("audio only, in research", "pytorch", variants(AUDIO, deployment=PLACES)),
    Situation("beginners who want one call to train", "tensorflow", ONE_CALL_VARIANTS),
    Situation(
        "higher-order or forward-mode derivatives",
        "pytorch",
        variants(DERIVATIVES, goal=GOALS, data_type=EVEN_DATA, deployment=PLACES),
    ),
    Situation(
        "compressed sparse formats in research",
        "pytorch",
        variants(SPARSE | {"goal": ["research"]}, data_type=EVEN_DATA, deployment=PLACES),
    ),
    Situation(
        "compressed sparse formats in experiments with a prototype",
        "pytorch",
        variants(
            SPARSE | {"goal": ["prototype"], "deployment": ["experiments"]},
            data_type=EVEN_DATA,
        ),
    ),
    Situation(
        "strings in tensors",
        "tensorflow",
        variants(
            STRINGS, goal=("prototype", "production", "learning", "competition"), data_type=DATA, deployment=PLACES
        ),
    ),
]


def at_experiments(raw: RawAnswers, goal: str, data_type: str) -> list[RawAnswers]:
    return [raw | {"goal": [goal], "deployment": ["experiments"], "data_type": [data_type]}]


CONTESTED = [
    # experts with their own loop call up the claims for PyTorch in prototypes, phones those for TensorFlow
    [PHONE_EXPERTS | {"goal": ["prototype"], "data_type": ["audio"]}],
    # sequences call up the claims for RaggedTensor, sparse formats the one for PyTorch
    at_experiments(SPARSE, "prototype", "sequences"),
    # the documents send learners to TensorFlow for Keras and its documentation
    at_experiments(SPARSE, "learning", "sparse"),
    # the documents send those who compete on Kaggle to Keras
    at_experiments(SPARSE, "competition", "sparse"),
    # the documents call research PyTorch's ground and string tensors TensorFlow's
    at_experiments(STRINGS, "research", "text"),
]
"""Where the documents speak for both sides."""


NEAR = 0.04


@cache
def otherwise(situation: Situation) -> list[tuple[RawAnswers, str, float]]:
    """The variants that come out otherwise under `documents`, with PyTorch's score."""
    advised = [(raw, advice_on(raw, "documents")) for raw in situation.answers]
    return [
        (raw, advice.recommendation, advice.scores.pytorch)
        for raw, advice in advised
        if advice.recommendation != situation.framework
    ]


@pytest.mark.parametrize("situation", PLAIN, ids=lambda situation: situation.name)
def test_what_the_documents_decide_plainly_comes_out_so(situation: Situation) -> None:
    """For the framework, or for either where half of the questions are open and the scores are near to each other."""
    others = otherwise(situation)
    assert [raw for raw, recommendation, _ in others if recommendation != "either"] == []
    assert all(abs(pytorch - 0.5) < NEAR for _, _, pytorch in others)
    assert len(others) <= len(situation.answers) / 2


def test_hardly_anything_that_the_documents_decide_plainly_is_left_open() -> None:
    """Nobody's opinion is decisive by the rubric of strength, so that a few are left open."""
    left = sum(len(otherwise(situation)) for situation in PLAIN)
    assert left <= sum(len(situation.answers) for situation in PLAIN) / 20


@pytest.mark.parametrize("answers", CONTESTED)
def test_what_the_documents_leave_contested_is_never_called_strong(answers: list[RawAnswers]) -> None:
    assert {advice_on(raw, "documents").strength for raw in answers} <= {"leaning", "either"}


def test_beginners_who_want_one_call_to_train_get_keras_to_write_their_model_in() -> None:
    for raw in ONE_CALL_VARIANTS:
        for policy in ("documents", "today"):
            api = [part.component for part in advice_on(raw, policy).stack if part.role == "api"]
            assert api[-1] == "keras", (raw, policy)  # TensorFlow's part stands last where either will do


@cache
def changed_advice() -> list[Advice]:
    """Advice under `today` that recommends something else than `documents` does."""
    answers = [
        *seeded_answers(seed=15, count=size(100, 400)),
        *(raw for situation in PLAIN for raw in situation.answers),
    ]
    return [advice for advice in map(advice_on, answers) if advice.other_recommendation is not None]


def test_a_change_since_the_documents_is_explained_by_arguments_to_the_whole_of_its_margin() -> None:
    changed = changed_advice()
    assert len(changed) > size(12, 50)
    for advice in changed:
        there = advice.other_policy
        explained = fsum(difference.after - difference.before for difference in there.differences)
        change = (advice.scores.pytorch - advice.scores.tensorflow) - (there.scores.pytorch - there.scores.tensorflow)
        assert explained == pytest.approx(change, abs=1e-9)
        assert there.differences
        named = {one.claim for difference in there.differences for one in difference.statements}
        assert {id for id in named if not id.startswith("precedent-")} <= set(shipped_rules().claims)


def test_the_arguments_that_explain_a_change_point_the_way_of_the_change() -> None:
    """At least one of them moves the margin the way in which the whole of it moved."""
    for advice in changed_advice():
        towards = 1 if advice.scores.pytorch - advice.other_policy.scores.pytorch > 0 else -1
        moves = [towards * (difference.after - difference.before) for difference in advice.other_policy.differences]
        assert max(moves) > 0
