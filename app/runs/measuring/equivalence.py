"""Whether two halves computed the same: asked of the workers, since the service has no NumPy."""

import sys
from collections.abc import Sequence
from pathlib import Path

from app.knowledge.models import Framework
from app.runs.models import Equivalence
from app.runs.worker.process import Reply, Worker

SECONDS = 300


def judge_equivalence(verified: Sequence[tuple[Framework, Reply]], compared: Reply | None) -> Equivalence:
    """From each arm's answer about itself, and one worker's comparison of both.

    With a reference each half must be within the tolerance of it; without one, the halves of each other.
    """
    tolerance = verified[0][1]["tolerance"]
    own: dict[Framework, float] = {}
    for name, reply in verified:  # in a control run both are of one framework
        if reply["relative_error"] is not None:
            own[name] = max(own.get(name, 0.0), reply["relative_error"])
    if compared is None:
        reason = "only one half ran, so there is nothing to compare with"
        return Equivalence(checked=False, passed=None, against_reference=own, tolerance=tolerance, reason=reason)
    worst = max(own.values(), default=compared["relative_error"])
    passed = worst <= tolerance
    what = "a half is off the reference" if own else "the halves differ"
    return Equivalence(
        checked=True,
        passed=passed,
        max_abs_error=compared["max_abs_error"],
        relative_error=compared["relative_error"],
        against_reference=own,
        tolerance=tolerance,
        reason=None if passed else f"{what} {_by(worst)}; {tolerance:.0e} is allowed",
    )


def _by(error: float) -> str:
    if error >= sys.float_info.max:
        return "altogether: another number of outputs, another shape, or numbers that are not finite"
    return f"by {error:.1e}, relative"


def compare(worker: Worker, other_share: Path) -> Reply:
    """Have a worker compare its first outputs with those that another has shared."""
    return worker.ask({"do": "compare", "share": str(other_share)}, SECONDS)
