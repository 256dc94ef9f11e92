"""Staying with existing code, and starting afresh: two answers, each worked out."""

from app.advice.model.answers import Answers
from app.advice.robustness.decision import Case, Decision, decide
from app.advice.schema.advice import Afresh, Continuity
from app.advice.schema.base import decision_fields
from app.advice.schema.of_claims import cited_claim
from app.knowledge.models import NAMES, Option

CODEBASE = "codebase"
"""The question about existing code. Advice on starting afresh leaves its answer out."""

CONTINUITY = "continuity"
"""The criterion with the claims about the benefits of staying with existing code."""


def continuity_of(case: Case, answers: Answers, staying: Decision) -> Continuity | None:
    """Staying with the existing code against starting afresh; None when there is no code."""
    codebase = answers.chosen.get(CODEBASE, ("none",))[0]
    if codebase == "none":
        return None
    afresh = decide(case, answers.without(CODEBASE).sets)
    option = case.knowledge.questions[CODEBASE].option(codebase)
    moving = _is_left(option, staying)
    return Continuity(
        codebase=codebase,
        decision="move" if moving else "stay",
        because=_because(option, staying, moving),
        watch=WATCH,
        staying=staying.recommendation.choice,
        afresh=Afresh(**decision_fields(afresh)),
        costs=[
            cited_claim(case.knowledge, piece.claim, case.today)
            for piece in staying.scored.evidence
            if piece.claim.criterion == CONTINUITY
        ],
    )


WATCH = (
    "Ask again when a library at the core of the project is retired, when a Python or a device that you need has no "
    "build, or when a model that you want to build on exists in the other framework only."
)


def _is_left(option: Option, staying: Decision) -> bool:
    """Whether the recommendation is another one than what the code is written in."""
    choice = staying.recommendation.choice
    return option.keeps is None or (choice != "either" and option.keeps not in (choice, "either"))


def _because(option: Option, staying: Decision, moving: bool) -> str:
    if option.keeps is None:
        return f"{option.label} must be rewritten in any case, so the scores decide between the two."
    if staying.constraints:
        return " ".join(constraint.text for constraint in staying.constraints)
    if moving:
        return f"{NAMES[staying.recommendation.choice]} wins strongly, and there is little code to rewrite."
    if option.keeps == "either":
        return (
            f"{option.label} runs on both: nothing has to be moved at once. Where it calls one framework directly, "
            "only those places tie it to that framework."
        )
    return (
        "Nothing that you named is missing in the framework of your code. Moving means rewriting it, training or "
        "converting its models again, and checking that both give the same results."
    )
