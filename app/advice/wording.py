"""The words for a verdict, the same on the page, in the decision record and in a terminal."""

from collections.abc import Mapping

from app.advice.schema.advice import Advice, CitedClaim, StackEntry
from app.knowledge.models import NAMES

STATUS_WORDS: Mapping[str, str] = {
    "confirmed": "confirmed",
    "partly": "partly true",
    "refuted": "refuted",
    "superseded": "superseded",
    "opinion": "opinion",
    "not_testable": "not testable",
    "unchecked": "not checked yet",
}
"""How a claim's status is said."""


def how_checked(part: CitedClaim) -> str:
    """A claim's status and who found it when: `refuted, checked here on 2026-11-25`."""
    words = STATUS_WORDS[part.status]
    if part.checked_here is not None:
        return f"{words}, checked here on {part.checked_here.on}"
    return f"{words}, as of {part.checked_on}" if part.checked_on else words


def verdicts_sentence(advice: Advice) -> str:
    """Whose verdicts count in an advice."""
    if not advice.verdicts_revision:
        return "Statements have the status with which Tiebreak ships them."
    return (
        f"{len(advice.checking.here)} of the statements have a verdict of this server, "
        f"as it was after its finding {advice.verdicts_revision}."
    )


def headline(advice: Advice) -> str:
    """The verdict in one or two words."""
    if advice.decided_by == "conflicting_constraints":
        return "Neither alone"
    return "Either will do" if advice.recommendation == "either" else NAMES[advice.recommendation]


def strength_sentence(advice: Advice) -> str:
    """How strongly the verdict is meant; never more than the number says."""
    if advice.decided_by == "constraint":
        return "Decided by a hard constraint, whatever the scores are."
    if advice.decided_by == "conflicting_constraints":
        return "Hard constraints contradict each other: no single framework meets all of them."
    shares = advice.robustness.everything
    if advice.strength == "either":
        pytorch, tensorflow = _share(shares.pytorch), _share(shares.tensorflow)
        return f"PyTorch wins {pytorch} of the plausible weightings, TensorFlow {tensorflow}."
    share = shares.pytorch if advice.recommendation == "pytorch" else shares.tensorflow
    words = {"strong": "It clearly wins", "leaning": "It leans that way: it wins"}[advice.strength]
    return f"{words} {_share(share)} of the plausible weightings."


def _share(share: float) -> str:
    """Whole per cent; what is not all is never said as 100%, nor what is something as 0%."""
    rounded = round(100 * share)
    if 0 < share < 1 and rounded in (0, 100):
        return "less than 1%" if rounded == 0 else "more than 99%"
    return f"{rounded}%"


def instead(part: StackEntry) -> str | None:
    """What to take in place of a component that is not what it was; None for an active one."""
    if part.state == "active":
        return None
    return part.successor or ", ".join(successor.name for successor in part.successors) or None
