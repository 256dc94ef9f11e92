"""What a server has found out stands over the rules: for whom, how much, and how the advice says so."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given, settings

from app.advice.schema.reasons import SetAside, Statement
from app.knowledge.base import Knowledge
from app.knowledge.evidence_overlay import with_local_evidence
from app.knowledge.local_evidence import AS_SHIPPED
from app.knowledge.models import Claim, Favours
from tests.support.advice.answer_sets import (
    PROPERTY,
    RawAnswers,
    advice_on,
    answer_sets,
    seeded_answers,
    shipped_rules,
    statements_of,
)
from tests.support.advice.mirror import mirrored_text
from tests.support.advice.random_evidence import DAY, VERDICTS, Found, random_evidence
from tests.support.sizes import size

RULES = shipped_rules()
DECIDED = [claim for claim in RULES.claims.values() if claim.is_decided_by_running and claim.matters_when]


def answers_for(claim: Claim) -> RawAnswers:
    """Answers to which a claim matters."""
    return next(raw for raw in seeded_answers(7, 20_000) if claim.matters({q: frozenset(o) for q, o in raw.items()}))


def without(*ids: str) -> Knowledge:
    """The shipped rules without some claims."""
    return replace(RULES, claims=MappingProxyType({id: one for id, one in RULES.claims.items() if id not in ids}))


def counted(claim: Claim, verdict: str) -> tuple[Favours, float] | None:
    """For whom a claim counts, and what it adds, when a server has found it so and nothing else makes its argument."""
    others = [one.id for one in RULES.claims.values() if one.argument and one.argument == claim.argument]
    alone = without(*(id for id in others if id != claim.id))
    advice = advice_on(answers_for(claim), knowledge=alone, evidence=Found({claim.id: verdict}).evidence)
    return next(((one.favours, one.contribution) for one in statements_of(advice) if one.claim == claim.id), None)


@pytest.mark.parametrize("claim", DECIDED[::12], ids=lambda claim: claim.id)
def test_a_verdict_of_the_server_decides_how_much_a_claim_counts(claim: Claim) -> None:
    confirmed, both, partly, refuted = (counted(claim, verdict) for verdict in VERDICTS)
    assert refuted is None
    assert both is not None
    assert both[0] == "neither"
    if claim.favours == "keras":
        assert (confirmed, partly) == (None, None)  # it decides the API layer
        return
    assert confirmed is not None
    assert partly is not None
    assert confirmed[0] == partly[0] == claim.favours
    assert confirmed[1] > partly[1] > 0


def test_a_fact_that_no_program_decides_keeps_its_status() -> None:
    others = [claim for claim in RULES.claims.values() if not claim.is_decided_by_running]
    known = with_local_evidence(RULES, Found({claim.id: "confirmed" for claim in others}).evidence)
    assert {claim.id: claim.status for claim in others} == {
        id: known.claims[id].status for id in (c.id for c in others)
    }


def test_what_the_server_found_changes_nothing_about_the_documents_policy() -> None:
    found = Found({claim.id: "refuted" for claim in DECIDED}).evidence
    for raw in seeded_answers(3, size(15, 100)):
        here, shipped = advice_on(raw, "documents", evidence=found), advice_on(raw, "documents")
        assert (here.scores, here.recommendation) == (shipped.scores, shipped.recommendation)
        assert here.as_shipped is None


@settings(PROPERTY)
@given(raw=answer_sets(), found=random_evidence())
def test_the_claims_that_make_the_difference_make_all_of_it(raw: RawAnswers, found: Found) -> None:
    here, shipped = advice_on(raw, evidence=found.evidence), advice_on(raw)
    moved = (here.scores.pytorch - here.scores.tensorflow) - (shipped.scores.pytorch - shipped.scores.tensorflow)
    if here.as_shipped is None:
        assert moved == pytest.approx(0, abs=1e-9)
    else:
        explained = sum(one.after - one.before for one in here.as_shipped.differences)
        assert explained == pytest.approx(moved, abs=1e-9)
        assert here.as_shipped.scores == shipped.scores
        assert here.as_shipped.recommendation == shipped.recommendation


@settings(PROPERTY)
@given(raw=answer_sets(), found=random_evidence())
def test_the_advice_says_which_of_its_claims_were_checked_here(raw: RawAnswers, found: Found) -> None:
    advice = advice_on(raw, evidence=found.evidence)
    named: list[Statement | SetAside] = [*statements_of(advice), *advice.set_aside, *advice.api_layer.reasons]
    parts = {part.claim: part for part in named}
    for id in advice.checking.here:
        assert parts[id].checked_here is not None
        assert parts[id].status == found.verdicts[id]
        assert parts[id].note == f"Seen to be {found.verdicts[id]}."
    for id in advice.checking.measured:
        assert parts[id].favours == found.faster[id]
    assert {id for id, part in parts.items() if part.checked_here} == {*advice.checking.here, *advice.checking.measured}
    assert not set(advice.checking.open) & set(advice.checking.here)


@settings(PROPERTY)
@given(raw=answer_sets(), found=random_evidence())
def test_exchanging_who_was_faster_mirrors_what_the_measurements_add(raw: RawAnswers, found: Found) -> None:
    exchanged = Found({}, {id: mirrored_text(framework) for id, framework in found.faster.items()})
    plain = Found({}, found.faster)
    measured = {workload.argument for workload in RULES.workloads.values()}
    alone = without(*(claim.id for claim in RULES.claims.values() if claim.argument in measured))
    here, there = (
        {one.claim: one for one in statements_of(advice_on(raw, knowledge=alone, evidence=evidence))}
        for evidence in (plain.evidence, exchanged.evidence)
    )
    here, there = ({id: one for id, one in part.items() if id in found.faster} for part in (here, there))
    assert set(here) == set(there)
    for id, reason in here.items():
        assert reason.contribution == there[id].contribution
        assert reason.favours != there[id].favours


def test_a_measurement_reads_the_same_whoever_was_faster() -> None:
    for id in RULES.workloads:
        pytorch, tensorflow = (
            with_local_evidence(RULES, Found({}, {id: framework}).evidence).claims[id].statement
            for framework in ("pytorch", "tensorflow")
        )
        assert mirrored_text(pytorch) == tensorflow
        assert "takes 1.25 times as long (95% interval" in pytorch


def test_the_version_of_the_rules_is_theirs_alone() -> None:
    found = Found({DECIDED[0].id: "refuted"}).evidence
    assert with_local_evidence(RULES, found).version == RULES.version
    assert with_local_evidence(RULES, AS_SHIPPED) is RULES


def test_a_claim_that_is_not_in_the_rules_any_more_is_left_out() -> None:
    known = with_local_evidence(RULES, Found({"a-claim-of-last-year": "refuted"}).evidence)
    assert set(known.claims) == set(RULES.claims)


def test_links_that_stay_name_the_finding_up_to_which_they_count() -> None:
    raw = next(seeded_answers(1, 1))
    advice = advice_on(raw, evidence=Found({DECIDED[0].id: "refuted"}).evidence)
    assert advice.permalinks.shipped == f"{advice.permalink}&verdicts=shipped"
    assert advice.permalinks.here == f"{advice.permalink}&verdicts=1"
    assert advice.verdicts_revision == 1
    assert advice_on(raw).permalinks.here == advice.permalinks.shipped


def test_the_day_of_a_verdict_is_told() -> None:
    claim = DECIDED[0]
    advice = advice_on(answers_for(claim), evidence=Found({claim.id: "confirmed"}).evidence)
    part = next(part for part in [*statements_of(advice), *advice.set_aside] if part.claim == claim.id)
    assert part.checked_here is not None
    assert (part.checked_here.on, part.checked_here.run) == (DAY, "r1")


FAST_TRAINING: RawAnswers = {
    "language": ["python"],
    "deployment": ["experiments"],
    "data_type": ["audio"],
    "goal": ["learning"],
    "needs": ["speed", "input_pipelines"],
}
"""A student who wants short training times: the documents speak for both, what ran does not."""


def test_verdicts_that_ran_strengthen_a_realistic_advice_and_are_named_one_by_one() -> None:
    advice = advice_on(FAST_TRAINING)
    other = advice.other_policy
    assert (advice.recommendation, advice.strength, other.recommendation) == ("pytorch", "strong", "either")
    ran = {id for id, verdict in RULES.verdicts.items() if verdict.verdict in ("refuted", "partly")}
    moved = [difference.before - difference.after for difference in other.differences]
    named = {one.claim for difference in other.differences for one in difference.statements}
    assert "tf-for-large-data-and-speed" in ran & named
    margins = [scores.pytorch - scores.tensorflow for scores in (advice.scores, other.scores)]
    assert sum(moved) == pytest.approx(margins[1] - margins[0], abs=1e-9)
    back = Found(dict.fromkeys(ran & named, "confirmed")).evidence
    turned = advice_on(FAST_TRAINING, evidence=back)
    assert turned.as_shipped is not None
    assert (turned.recommendation, turned.strength) == ("pytorch", "leaning")
    assert (turned.as_shipped.recommendation, turned.as_shipped.strength) == ("pytorch", "strong")


def test_every_claim_that_a_program_decides_is_shipped_with_a_verdict() -> None:
    expecting = {claim.id for claim in RULES.claims.values() if claim.is_decided_by_running and claim.expects}
    assert set(RULES.verdicts) == expecting
    unexpecting = [claim.id for claim in RULES.claims.values() if claim.is_decided_by_running and not claim.expects]
    assert unexpecting == []
