"""One query, however it is asked: an address, JSON and options are read alike, and each link is read back."""

from collections.abc import Mapping
from datetime import date
from typing import Any, get_args
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.advice.model.answers import parse_answers
from app.advice.model.priorities import MOST, Priorities
from app.advice.preferences import FlipSearch, Preferences
from app.advice.query import AdviceQuery
from app.advice.query_fields import MadeWith, Pairs
from app.advice.robustness.acceptability import EVERYTHING, Uncertainty
from app.advice.schema.request import AdviceRequest
from app.errors import InvalidFields
from tests.support.advice.answer_sets import PROPERTY, RawAnswers, answer_sets, policies, shipped_rules

RULES = shipped_rules()

CORE: RawAnswers = {
    "language": ["python"],
    "deployment": ["mobile"],
    "data_type": ["images"],
    "goal": ["production"],
}
LINK = "/advice?language=python&deployment=mobile&data_type=images&goal=production"


def priorities() -> st.SearchStrategy[Priorities]:
    """Factors as they count: rounded, in the order of the rules, none of them 1."""
    factors = st.integers(0, int(MOST) * 1000).filter(lambda thousandths: thousandths != 1000)
    chosen = st.dictionaries(st.sampled_from(list(RULES.criteria)), factors, max_size=4)
    return chosen.map(lambda given: Priorities(tuple((c, given[c] / 1000) for c in RULES.criteria if c in given)))


def preferences(uncertain: st.SearchStrategy[Uncertainty]) -> st.SearchStrategy[Preferences]:
    return st.builds(Preferences, policies(), priorities(), uncertain, st.sampled_from(get_args(FlipSearch)))


def revisions() -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(0, 10**18 - 1)


UNCERTAIN = st.builds(Uncertainty, st.booleans(), st.booleans())
MADE_WITH = st.builds(MadeWith, st.none() | st.from_regex(r"[0-9a-f]{12}", fullmatch=True), st.none() | st.dates())


def asked(raw: RawAnswers, **fields: Any) -> AdviceQuery:
    return AdviceQuery(parse_answers(RULES, raw), **fields)


def pairs(**besides: str | list[str]) -> Pairs:
    given: Mapping[str, str | list[str]] = {**CORE, **besides}
    return [(key, one) for key, value in given.items() for one in ([value] if isinstance(value, str) else value)]


def options(query: AdviceQuery) -> AdviceQuery:
    """The query read from what a person would type for it."""
    weights = [f"{criterion}={factor}" for criterion, factor in query.preferences.priorities.factors]
    verdicts = "here" if query.revision is None else str(query.revision or "shipped")
    chosen, policy, flips = query.answers.chosen, query.preferences.policy, query.preferences.flips
    return AdviceQuery.from_options(RULES, chosen, policy, weights, verdicts, flips=flips)


def fields_of(error: pytest.ExceptionInfo[InvalidFields]) -> list[str]:
    return [problem.field for problem in error.value.problems]


# Read back


@PROPERTY
@given(raw=answer_sets(), preferences=preferences(UNCERTAIN), revision=revisions(), made_with=MADE_WITH)
def test_a_link_gives_the_query_that_made_it(
    raw: RawAnswers, preferences: Preferences, revision: int | None, made_with: MadeWith
) -> None:
    query = asked(raw, preferences=preferences, revision=revision, made_with=made_with)
    again = AdviceQuery.from_pairs(RULES, parse_qsl(urlsplit(query.link()).query, strict_parsing=True))
    assert again == query
    assert again.link() == query.link()
    assert AdviceQuery.usable(RULES, query.pairs()) == query.counting(revision)


@PROPERTY
@given(raw=answer_sets(), preferences=preferences(UNCERTAIN), revision=revisions())
def test_a_request_gives_the_query_that_made_it(
    raw: RawAnswers, preferences: Preferences, revision: int | None
) -> None:
    query = asked(raw, preferences=preferences, revision=revision)
    request = AdviceRequest.model_validate_json(query.request(RULES).model_dump_json(exclude_defaults=True))
    assert AdviceQuery.from_json(RULES, request) == query


@PROPERTY
@given(raw=answer_sets(), preferences=preferences(st.just(EVERYTHING)), revision=revisions())
def test_options_give_the_same_query(raw: RawAnswers, preferences: Preferences, revision: int | None) -> None:
    query = asked(raw, preferences=preferences, revision=revision)
    assert options(query) == query


@PROPERTY
@given(raw=answer_sets())
def test_the_order_in_which_answers_come_changes_nothing(raw: RawAnswers) -> None:
    turned = {question: options[::-1] for question, options in reversed(raw.items())}
    assert asked(turned).link() == asked(raw).link()


# Links


def test_the_order_of_the_answers_is_the_order_of_the_questionnaire() -> None:
    mixed = {
        "codebase": ["keras"],
        "goal": ["production"],
        "data_type": ["text", "images"],
        "deployment": ["browser", "server", "mobile"],
        "language": ["python"],
    }
    assert asked(mixed).link() == (
        "/advice?language=python&deployment=server&deployment=mobile&deployment=browser"
        "&data_type=images&data_type=text&goal=production&codebase=keras"
    )


def test_a_link_names_what_is_not_so_by_default() -> None:
    assert asked(CORE).link() == LINK
    priorities = Priorities((("continuity", 2.0), ("autodiff", 0.125)))
    preferences = Preferences("documents", priorities, Uncertainty(weights=False), "together")
    query = asked(CORE, preferences=preferences, revision=0, made_with=MadeWith("0123456789ab", date(2026, 11, 25)))
    assert query.link() == (
        f"{LINK}&policy=documents&weight.continuity=2&weight.autodiff=0.125&certain=weights&flips=together&verdicts=shipped"
        "&rules=0123456789ab&on=2026-11-25"
    )


def test_here_stands_for_the_newest_verdicts_in_an_address_too() -> None:
    assert AdviceQuery.from_pairs(RULES, pairs(verdicts="here")) == asked(CORE)


# What cannot be used

BAD = {
    "goal": "fame",
    "colour": "blue",
    "policy": "tomorrow",
    "weight.continuity": "11",
    "weight.luck": "2",
    "certain": "everything",
    "flips": "all",
    "verdicts": "latest",
    "rules": "newest",
    "on": "2026-13-01",
}


def test_an_address_names_every_key_that_cannot_be_used() -> None:
    with pytest.raises(InvalidFields) as refused:
        AdviceQuery.from_pairs(RULES, pairs(**BAD))
    assert set(fields_of(refused)) == set(BAD)


@pytest.mark.parametrize("key", ["policy", "weight.continuity", "verdicts", "rules", "on", "flips"])
def test_a_key_with_one_value_is_given_once(key: str) -> None:
    values = {
        "policy": "today",
        "weight.continuity": "2",
        "verdicts": "1",
        "rules": "0123456789ab",
        "on": "2026-01-01",
        "flips": "together",
    }
    with pytest.raises(InvalidFields, match="more than once") as refused:
        AdviceQuery.from_pairs(RULES, pairs(**{key: [values[key]] * 2}))
    assert fields_of(refused) == [key]


@pytest.mark.parametrize("factor", ["nan", "inf", "1e400", "-1", "10.1", "x", "²"])
def test_a_bad_factor_is_named_in_every_form(factor: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        AdviceQuery.from_pairs(RULES, pairs(**{"weight.continuity": factor}))
    assert fields_of(refused) == ["weight.continuity"]
    with pytest.raises(InvalidFields) as refused:
        AdviceQuery.from_options(RULES, CORE, "today", [f"continuity={factor}"], "here")
    assert fields_of(refused) == ["weight continuity"]


@pytest.mark.parametrize("verdicts", ["", "-1", "1.5", "²", "1" * 19, "newest"])
def test_a_bad_revision_is_named(verdicts: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        AdviceQuery.from_options(RULES, CORE, "today", [], verdicts)
    assert fields_of(refused) == ["verdicts"]


def test_a_request_names_every_path_that_cannot_be_used() -> None:
    answers = {"goal": "fame", "language": ["python", "java"], "colour": 3}
    priorities = {"continuity": 11.0, "luck": 1.0}
    request = AdviceRequest(answers=answers, priorities=priorities, verdicts=10**30)
    with pytest.raises(InvalidFields) as refused:
        AdviceQuery.from_json(RULES, request)
    assert set(fields_of(refused)) == {
        *(f"answers.{question}" for question in ("goal", "language", "colour", "deployment", "data_type")),
        *("priorities.continuity", "priorities.luck", "verdicts"),
    }


def test_options_name_every_option_that_cannot_be_used() -> None:
    weights = ["continuity=11", "luck=1", "autodiff"]
    with pytest.raises(InvalidFields) as refused:
        AdviceQuery.from_options(RULES, CORE | {"goal": ["fame"]}, "today", weights, "x")
    assert set(fields_of(refused)) == {"goal", "weight continuity", "weight luck", "weight autodiff", "verdicts"}


def test_a_weight_is_given_once() -> None:
    with pytest.raises(InvalidFields, match="weight continuity: is given more than once"):
        AdviceQuery.from_options(RULES, CORE, "today", ["continuity=1", "continuity=2"], "here")


def test_a_form_keeps_what_can_be_used() -> None:
    long = "weight." + "x" * 100
    bad: dict[str, str | list[str]] = {
        **BAD,
        long: "2",
        "weight.autodiff": "2",
        "needs": "speed",
        "experience": ["beginner", "expert"],
    }
    query = AdviceQuery.usable(RULES, pairs(**bad, change="goal"))
    assert query.pairs() == [pair for pair in pairs(needs="speed", **{"weight.autodiff": "2"}) if pair[0] != "goal"]
