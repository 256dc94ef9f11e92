"""Comparisons of which only one half is checked."""

from collections.abc import Iterator

from app.errors import LintIssue
from app.knowledge.drafts import Drafts
from app.knowledge.expectations import JOINT
from app.knowledge.models import FRAMEWORKS, NAMES, OTHER_HALF, Claim


def comparison_issues(drafts: Drafts) -> Iterator[LintIssue]:
    """Claims that favour one framework, name the other, and expect nothing of the other.

    Saying that one is better has two halves: by its own half alone a claim can never turn out to be true of both.
    """
    for draft in drafts.all("claims"):
        if draft.entry.expects and _is_one_sided(draft.entry):
            message = f"compares with {OTHER_HALF[draft.entry.favours]}, and no expectation looks at that half"
            yield draft.issue("one-sided-comparison", message, "expects")


def _is_one_sided(claim: Claim) -> bool:
    other = OTHER_HALF[claim.favours] if claim.favours in FRAMEWORKS else None
    if other is None or NAMES[other] not in claim.statement:
        return False
    tested = (expectation for expectation in claim.expects if not expectation.control)
    looked_at = {place[0] for expectation in tested for place in expectation.compared()}
    return looked_at.isdisjoint({other, *JOINT})
