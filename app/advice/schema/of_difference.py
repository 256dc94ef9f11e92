"""Which claims make the difference between two pieces of advice on the same answers."""

from collections.abc import Mapping

from app.advice.model.scoring import Scored
from app.advice.schema.advice import Difference

NEGLIGIBLE = 1e-12


def differences(before: Scored, after: Scored) -> list[Difference]:
    """The claims that move the margin differently: the largest first, equal ones in the order of the rules."""
    moves_before, moves_after = _moves(before), _moves(after)
    claims = {c.evidence.claim.id: c.evidence.claim for scored in (before, after) for c in scored.contributions}
    found = [
        Difference(
            claim=claim.id,
            statement=claim.statement,
            status=claim.status,
            favours=claim.favours,
            before=moves_before.get(id, 0.0),
            after=moves_after.get(id, 0.0),
        )
        for id, claim in claims.items()
        if abs(moves_after.get(id, 0.0) - moves_before.get(id, 0.0)) > NEGLIGIBLE
    ]
    return sorted(found, key=lambda d: -abs(d.after - d.before))


def _moves(scored: Scored) -> Mapping[str, float]:
    """Claim id → its contribution to the margin: positive for PyTorch, negative for TensorFlow."""
    signs = {"pytorch": 1.0, "tensorflow": -1.0, "level": 0.0, "api": 0.0}
    return {c.evidence.claim.id: signs[c.evidence.side] * c.amount for c in scored.contributions}
