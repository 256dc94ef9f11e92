"""Documents against today: the same answers under the other policy, and the claims that make the difference."""

from collections.abc import Mapping

from app.advice.models import Difference, OtherPolicy, Pair
from app.advice.scoring import Scored
from app.advice.verdict import Verdict
from app.knowledge.base import Knowledge
from app.knowledge.models import PolicyId

NEGLIGIBLE = 1e-12


def other_policy_part(
    knowledge: Knowledge, policy: PolicyId, verdict: Verdict, here: Scored, there: Scored
) -> OtherPolicy:
    """What the other policy, `policy`, says, against the scoring `here`."""
    return OtherPolicy(
        policy=policy,
        recommendation=verdict.recommendation,
        strength=verdict.strength,
        scores=Pair(**there.scores),
        differences=_differences(knowledge, here, there),
    )


def _differences(knowledge: Knowledge, here: Scored, there: Scored) -> list[Difference]:
    """Largest difference first; equal ones in the order of the rules."""
    moves_here, moves_there = _moves(here), _moves(there)
    differences = [
        Difference(
            claim=claim.id,
            statement=claim.statement,
            status=claim.status,
            favours=claim.favours,
            here=moves_here.get(id, 0.0),
            there=moves_there.get(id, 0.0),
        )
        for id, claim in knowledge.claims.items()
        if abs(moves_here.get(id, 0.0) - moves_there.get(id, 0.0)) > NEGLIGIBLE
    ]
    return sorted(differences, key=lambda d: -abs(d.here - d.there))


def _moves(scored: Scored) -> Mapping[str, float]:
    """Claim id → what it adds to PyTorch's score minus what it adds to TensorFlow's."""
    signs = {"pytorch": 1.0, "tensorflow": -1.0, "level": 0.0, "api": 0.0}
    return {c.evidence.claim.id: signs[c.evidence.side] * c.amount for c in scored.contributions}
