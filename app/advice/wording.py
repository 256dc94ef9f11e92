"""The words for an advice; pages, decision records and the command line share them."""

from collections.abc import Mapping

from app.advice.schema.advice import Advice, StackEntry
from app.advice.schema.reasons import CitedClaim
from app.advice.schema.ship import Ship
from app.knowledge.base import Knowledge
from app.knowledge.models import NAMES
from app.knowledge.models.paths import TRODDEN_WORDS

STATUS_WORDS: Mapping[str, str] = {
    "confirmed": "confirmed",
    "both": "true of both",
    "partly": "partly true",
    "refuted": "refuted",
    "superseded": "superseded",
    "opinion": "opinion",
    "not_testable": "not testable",
    "unchecked": "not checked yet",
}
"""The words for a claim's status."""


def how_checked(claim: CitedClaim) -> str:
    """A claim's status with its date: `refuted, checked here on 2026-11-25`."""
    words = STATUS_WORDS[claim.status]
    if claim.checked_here is not None:
        return f"{words}, checked here on {claim.checked_here.on}"
    return f"{words}, as of {claim.checked_on}" if claim.checked_on else words


def verdicts_sentence(advice: Advice) -> str:
    """A sentence on the verdicts that count: this server's or the shipped ones."""
    if not advice.verdicts_revision:
        return "All statements have the status that Tiebreak ships."
    return (
        f"{len(advice.checking.here)} of the statements have a verdict of this server, "
        f"up to its verdict number {advice.verdicts_revision}."
    )


def strength_sentence(advice: Advice) -> str:
    """A sentence on the strength of the recommendation, with the share behind it."""
    if advice.decided_by == "constraint":
        return "A hard constraint decides, regardless of the scores."
    if advice.decided_by == "conflicting_constraints":
        return "Hard constraints contradict each other: no single framework meets all of them."
    shares = advice.robustness.everything
    if advice.decided_by == "staying":
        return _staying_sentence(advice)
    if advice.strength == "either":
        pytorch, tensorflow = _share(shares.pytorch), _share(shares.tensorflow)
        return f"PyTorch wins {pytorch} of the plausible weightings, TensorFlow {tensorflow}."
    share = shares.pytorch if advice.recommendation == "pytorch" else shares.tensorflow
    return f"It wins {_share(share)} of the plausible weightings."


def _staying_sentence(advice: Advice) -> str:
    shares = advice.robustness.everything
    ahead, share = ("PyTorch", shares.pytorch) if shares.pytorch > 0.5 else ("TensorFlow", shares.tensorflow)
    return f"Stay with the code you have. By the scores {ahead} wins {_share(share)} of the plausible weightings."


def grounds_sentence(knowledge: Knowledge, advice: Advice) -> str | None:
    """A sentence on what is not known of a project like this; None where enough is."""
    grounds = advice.robustness.grounds
    if grounds is None or (not grounds.silent and grounds.criteria >= grounds.needed):
        return None
    gaps = []
    if grounds.criteria < grounds.needed:
        gaps.append(f"evidence counts on {grounds.criteria} of the {grounds.needed} criteria that a strong word needs")
    if grounds.silent:
        labels = [knowledge.questions[grounds.question].option(option).label.lower() for option in grounds.silent]
        gaps.append(f"no statement that counts is about {' or '.join(labels)}")
    limit = " On so little, nothing is called strong." if grounds.thin else ""
    return f"What is not known: {', and '.join(gaps)}.{limit}"


def flips_sentence(advice: Advice) -> str:
    """A sentence on how many answers have to change for another recommendation."""
    smallest = advice.robustness.smallest_flips
    if smallest.size is None:
        tried = "change of up to three answers" if smallest.searched > 1 else "single other answer"
        return f"No {tried} gives another recommendation."
    if smallest.size == 1:
        answers = "1 other answer" if smallest.count == 1 else f"{smallest.count} other answers, each alone,"
        return f"{answers} would give another recommendation."
    ways = "1 way" if smallest.count == 1 else f"{smallest.count} ways"
    return f"No single answer gives another recommendation; {smallest.size} together do, in {ways}."


def _share(share: float) -> str:
    """Whole per cent. Only a share of exactly 0 or 1 is written as 0% or 100%."""
    rounded = round(100 * share)
    if 0 < share < 1 and rounded in (0, 100):
        return "less than 1%" if rounded == 0 else "more than 99%"
    return f"{rounded}%"


def ship_sentence(line: Ship) -> str:
    """One line on a way to a place: `Web browsers: train in PyTorch, ship with ONNX Runtime Web (usual).`"""
    framework = NAMES[line.framework]
    if not line.path:
        return f"{line.place_name}: {framework} has no way there."
    last, words = line.path[-1].name, TRODDEN_WORDS[line.maturity]
    if line.purpose == "train":
        return f"{line.place_name}: {framework}, with {last} ({words})."
    return f"{line.place_name}: train in {framework}, ship with {last} ({words})."


def instead(entry: StackEntry) -> str | None:
    """The replacement for a component that is no longer active; None for an active one."""
    if entry.state == "active":
        return None
    return entry.successor or ", ".join(successor.name for successor in entry.successors) or None
