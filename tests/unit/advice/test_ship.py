"""Train in one framework, ship by its best trodden path: which places an advice speaks of, and what it says of them."""

import pytest

from app.advice.schema.advice import Advice
from app.advice.wording import ship_sentence
from app.knowledge.models import FRAMEWORKS
from tests.support.advice.answer_sets import (
    POLICIES,
    RawAnswers,
    advice_on,
    completed,
    seeded_answers,
    shipped_rules,
)
from tests.support.sizes import size

RULES = shipped_rules()


def places(raw: RawAnswers) -> list[str]:
    return list(dict.fromkeys(line.place for line in advice_on(completed(raw)).ship))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"deployment": ["experiments"]}, []),
        ({"deployment": ["server"]}, ["server"]),
        ({"deployment": ["aws", "gcp"]}, ["aws", "gcp"]),
        ({"deployment": ["desktop"]}, ["desktop"]),
        ({"deployment": ["mobile"]}, ["android", "ios"]),
        ({"deployment": ["mobile"], "phone_system": ["ios"]}, ["ios"]),
        ({"deployment": ["mobile"], "phone_system": ["android", "ios"]}, ["android", "ios"]),
        ({"deployment": ["server"], "phone_system": ["ios"]}, ["server"]),
        ({"deployment": ["microcontroller"]}, ["microcontroller-litert", "microcontroller-onnx"]),
        ({"deployment": ["microcontroller"], "chip": ["onnx_toolchain"]}, ["microcontroller-onnx"]),
        ({"language": ["java"], "deployment": ["experiments"]}, ["jvm", "training-on-jvm"]),
        ({"language": ["javascript"], "deployment": ["browser"]}, ["browser"]),
        ({"language": ["other"], "deployment": ["experiments"]}, ["rust", "go", "dotnet"]),
        ({"deployment": ["browser"], "needs": ["on_device_training"]}, ["browser", "training-in-browser"]),
        ({"deployment": ["experiments"], "scale": ["tpu"]}, ["training-on-tpu"]),
    ],
)
def test_the_places_are_those_that_the_answers_name(raw: RawAnswers, expected: list[str]) -> None:
    assert places({"language": ["python"]} | raw) == expected


def best(place: str, framework: str) -> int:
    """How well trodden the best path is, found by looking at every path."""
    return max(path.trodden for path in RULES.paths.values() if (path.place, path.framework) == (place, framework))


@pytest.mark.parametrize("policy", POLICIES)
def test_each_line_is_a_best_trodden_path_of_the_recommended_framework_or_of_both(policy: str) -> None:
    for raw in seeded_answers(seed=21, count=size(60, 300)):
        advice = advice_on(raw, policy)  # type: ignore[arg-type]
        expected = list(FRAMEWORKS) if advice.recommendation == "either" else [advice.recommendation]
        for place in {line.place for line in advice.ship}:
            lines = [line for line in advice.ship if line.place == place]
            assert [line.framework for line in lines] == expected
            assert [line.maturity for line in lines] == [best(place, line.framework) for line in lines]


def test_a_line_names_the_option_that_named_the_place() -> None:
    for raw in seeded_answers(seed=22, count=size(60, 300)):
        for line in advice_on(raw).ship:
            assert line.deployment in raw[line.question]


@pytest.mark.parametrize("place", list(RULES.places))
def test_every_place_is_named_by_its_own_answers(place: str) -> None:
    first = RULES.places[place].when.alternatives[0]
    raw = {question: list(term.all or term.any[:1]) for question, term in first.items()}
    assert place in places(raw)


def sentence(advice: Advice, place: str) -> str:
    [line] = [line for line in advice.ship if line.place == place]
    return ship_sentence(line)


def test_a_sentence_says_what_trains_and_what_ships() -> None:
    advice = advice_on(completed({"deployment": ["browser"], "needs": ["on_device_training"]}))
    assert sentence(advice, "training-in-browser") == (
        "Training in the browser: TensorFlow, with TensorFlow.js (works with limits)."
    )
    assert sentence(advice, "browser").startswith("Web browsers: train in TensorFlow, ship with ")


def test_a_place_is_a_constraint_only_where_one_framework_alone_has_a_way() -> None:
    alone = {
        id: [framework for framework in FRAMEWORKS if best(id, framework) > 0]
        for id in RULES.places
        if any(best(id, framework) == 0 for framework in FRAMEWORKS)
    }
    found = {one.id: [one.requires] for one in RULES.hard_constraints if one.id not in RULES.constraints}
    assert alone
    assert found == {f"no-way-to-{id}": frameworks for id, frameworks in alone.items()}
