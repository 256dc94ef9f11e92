"""Which policies let a claim count at all, whatever the answers are."""

from collections.abc import Iterator

from app.knowledge.base import Knowledge
from app.knowledge.models import Claim, PolicyId


def counts_somewhere(knowledge: Knowledge, claim: Claim) -> bool:
    """Whether at least one policy counts one of the claim's sources and trusts its status."""
    return any(True for _ in policies_that_count(knowledge, claim))


def policies_that_count(knowledge: Knowledge, claim: Claim) -> Iterator[PolicyId]:
    """The policies that count one of the claim's sources and trust its status."""
    kinds = {knowledge.sources[citation.id].kind for citation in claim.sources}
    for policy in knowledge.policies.values():
        if kinds & policy.counts and policy.trust[claim.status] > 0:
            yield policy.id
