"""Documents against today: the same answers under the other policy, and the claims that make the difference."""

from collections.abc import Mapping

from app.advice.model.scoring import Scored
from app.advice.schema.advice import Difference
from app.knowledge.models import Claim

NEGLIGIBLE = 1e-12


def differences(claims: Mapping[str, Claim], here: Scored, there: Scored) -> list[Difference]:
    """The claims that move the margin differently: the largest first, equal ones in the order of the rules."""
    moves_here, moves_there = _moves(here), _moves(there)
    named = moves_here.keys() | moves_there.keys()
    found = [
        Difference(
            claim=claim.id,
            statement=claim.statement,
            status=claim.status,
            favours=claim.favours,
            here=moves_here.get(id, 0.0),
            there=moves_there.get(id, 0.0),
        )
        for id, claim in claims.items()
        if id in named and abs(moves_here.get(id, 0.0) - moves_there.get(id, 0.0)) > NEGLIGIBLE
    ]
    return sorted(found, key=lambda d: -abs(d.here - d.there))


def _moves(scored: Scored) -> Mapping[str, float]:
    """Claim id → what it adds to PyTorch's score minus what it adds to TensorFlow's."""
    signs = {"pytorch": 1.0, "tensorflow": -1.0, "level": 0.0, "api": 0.0}
    return {c.evidence.claim.id: signs[c.evidence.side] * c.amount for c in scored.contributions}
