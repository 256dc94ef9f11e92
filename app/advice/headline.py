"""The recommendation in a few words: what is said above the fold."""

from collections.abc import Mapping

from app.advice.robustness.recommendation import Recommendation
from app.knowledge.conditions import Chosen
from app.knowledge.models import NAMES

OF_CODE: Mapping[str, str] = {"keras": "Keras 3, on either back end", "mixed": "Both, as you have them"}
"""Headlines of `either` where the code itself is the answer."""


def headline_of(recommendation: Recommendation, chosen: Chosen) -> str:
    """`PyTorch`, `Either will do`, or the answer that code in Keras or in both frameworks is."""
    if recommendation.decided_by == "conflicting_constraints":
        return "Neither alone"
    if recommendation.choice != "either":
        return NAMES[recommendation.choice]
    code = next(iter(chosen.get("codebase", ())), "")
    if code in OF_CODE:
        return OF_CODE[code]
    return OF_CODE["keras"] if "portability" in chosen.get("needs", ()) else "Either will do"
