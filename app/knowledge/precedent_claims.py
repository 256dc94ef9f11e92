"""Decisions of real projects in the form of claims, so that they count as evidence like any other statement."""

from collections.abc import Mapping

from app.knowledge.conditions import Condition
from app.knowledge.models import PRECEDENTS, PROJECTS, Citation, Claim, Favours, Precedent, PrecedentChoice

SIDES: Mapping[PrecedentChoice, Favours] = {
    "pytorch": "pytorch",
    "tensorflow": "tensorflow",
    "either": "neither",
    "jax": "neither",
}
CHOSEN: Mapping[PrecedentChoice, str] = {
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "either": "either framework",
    "jax": "JAX",
}
DECISIONS = {
    "migrated": "moved to {choice}",
    "started": "began with {choice}",
    "stayed": "stayed with {was}",
    "dropped-backend": "dropped a back end and has {choice} left",
    "dual": "serves both",
    "archived": "was archived; it used {was}",
}


def decision_text(precedent: Precedent) -> str:
    """What a project did, in a few words: `RNNoise moved to PyTorch (2024-03)`."""
    did = DECISIONS[precedent.kind].format(choice=CHOSEN[precedent.choice], was=precedent.was)
    return f"{precedent.project} {did} ({precedent.decided})"


PREFIX = "precedent-"
"""What the id of such a claim starts with."""


def precedent_claim(precedent: Precedent) -> Claim:
    """The decision as a statement of strength 1 on the criterion of precedents; nobody has to check it."""
    return Claim(
        id=f"{PREFIX}{precedent.id}",
        statement=f"{decision_text(precedent)}.",
        criterion=PRECEDENTS,
        favours=SIDES[precedent.choice],
        strength=1,
        kind="historical",
        sources=(Citation(id=PROJECTS, section=precedent.citation),),
        matters_when=Condition.model_validate("always"),
        status="confirmed",
        note=precedent.reason or "The project gave no reason.",
        checked_on=precedent.day,
    )
