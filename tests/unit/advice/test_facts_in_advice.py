"""What has become true since the documents reaches the projects that it concerns, and only those."""

import pytest

from app.advice.schema.advice import Advice
from tests.support.advice.answer_sets import RawAnswers, advice_on, completed, shipped_rules

BEGINNER: RawAnswers = completed(
    {
        "deployment": ["experiments"],
        "data_type": ["images"],
        "goal": ["learning"],
        "experience": ["beginner"],
        "control": ["high_level"],
    }
)
PRETRAINED_TEXT: RawAnswers = completed(
    {"deployment": ["server"], "data_type": ["text"], "goal": ["production"], "model": ["pretrained"]}
)
SERVER: RawAnswers = completed({"deployment": ["server"], "data_type": ["images"], "goal": ["production"]})


def counted(advice: Advice) -> dict[str, str]:
    """Claim → whom it counts for, of every statement under a reason."""
    return {one.claim: one.favours for reason in advice.reasons for one in reason.statements}


@pytest.mark.parametrize("claim", ["keras-comes-with-tf2", "tf2-is-about-ease-of-use"])
def test_a_statement_about_keras_counts_for_tensorflow_as_documented_and_for_no_framework_today(claim: str) -> None:
    assert counted(advice_on(BEGINNER, "documents"))[claim] == "tensorflow"
    assert claim not in counted(advice_on(BEGINNER, "today"))


def test_pretrained_text_models_are_for_pytorch_without_asking_for_language_models() -> None:
    assert counted(advice_on(PRETRAINED_TEXT))["transformers-is-pytorch-only"] == "pytorch"


@pytest.mark.parametrize("python", ["py314", "py315"])
def test_on_a_new_python_the_advice_says_that_a_final_tensorflow_is_missing(python: str) -> None:
    advice = advice_on(SERVER | {"python": [python]})
    assert "tensorflow-waits-for-python-3-14" in [caution.id for caution in advice.cautions]
    assert counted(advice)["tensorflow-has-no-final-build-for-python-3-14"] == "pytorch"


@pytest.mark.parametrize("python", ["py311", "py312", "py313"])
def test_on_a_python_that_both_have_nothing_is_said(python: str) -> None:
    advice = advice_on(SERVER | {"python": [python]})
    assert "tensorflow-waits-for-python-3-14" not in [caution.id for caution in advice.cautions]
    assert "tensorflow-has-no-final-build-for-python-3-14" not in counted(advice)


@pytest.mark.parametrize(
    ("claim", "answers"),
    [
        ("tensorflow-fails-on-rtx-50-cards", {"accelerator": ["nvidia_rtx_50"]}),
        ("gpu-on-arm-linux-is-pytorch-only", {"accelerator": ["nvidia_on_arm"]}),
        ("free-threaded-python-is-pytorch-only", {"python": ["free_threaded"]}),
        ("tensorflow-keeps-python-3-10", {"python": ["py310"]}),
        ("tf-macos-gpu-unofficial", {"system": ["macos"]}),
    ],
)
def test_a_fact_about_a_platform_counts_for_those_on_it_alone(claim: str, answers: RawAnswers) -> None:
    assert counted(advice_on(SERVER | answers))[claim] == shipped_rules().claims[claim].favours
    assert claim not in counted(advice_on(SERVER))
