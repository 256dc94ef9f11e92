"""The verdict on a claim: each of its expectations against what was observed, and what they come to together."""

import re
from collections.abc import Iterable, Sequence

from app.knowledge.models import OTHER_HALF, Claim
from app.runs.models import Check, ClaimRuling, ClaimVerdict
from app.runs.verdicts.checks import check
from app.runs.verdicts.observations import Observations


def judge_all(claims: Iterable[Claim], observations: Observations) -> tuple[ClaimVerdict, ...]:
    """The verdict on each claim that expects something."""
    return tuple(judge(claim, observations) for claim in claims if claim.expects)


def judge(claim: Claim, observations: Observations) -> ClaimVerdict:
    """The verdict on a claim.

    A control that does not hold, or cannot be observed, leaves the claim untested. Otherwise it is confirmed when
    everything expected holds, and refuted when something could be tested and nothing of it holds. What holds so far
    confirms nothing while a part could not be tested.

    Saying that one framework is better has two halves: it does something, and the other does not, or does it less well.
    The half that an expectation is about is that of the framework whose observation it looks at. Nothing of the own
    half holds: refuted, or untested where nothing of it could be observed. Some of it holds, and nothing of the other
    half: true of both, so that the claim no longer tells the two apart. Whatever else holds in part is partly true.
    """
    checks = tuple(check(expectation, observations) for expectation in claim.expects)
    other = OTHER_HALF.get(claim.favours)
    theirs = [one for one, expectation in zip(checks, claim.expects, strict=True) if expectation.see[0] == other]
    verdict, reason = _decide(checks, theirs)
    return ClaimVerdict(
        claim=claim.id,
        verdict=verdict,
        reason=reason,
        checks=checks,
        versions={str(f): v for f, v in observations.versions.items()},
    )


def _decide(checks: Sequence[Check], theirs: Sequence[Check]) -> tuple[ClaimRuling, str]:
    """The verdict and its sentence. `theirs`: the checks of the other half of a comparison."""
    broken = [one for one in checks if one.control and not one.holds]
    if broken:
        return "not_testable", _sentence(broken)
    tested = [one for one in checks if not one.control]
    held = [one for one in tested if one.holds]
    failed = [one for one in tested if one.holds is False]
    unknown = [one for one in tested if one.holds is None]
    if not failed:
        return ("not_testable", _sentence(unknown)) if unknown else ("confirmed", _sentence(held))
    own = [one for one in tested if one not in theirs]
    own_held = [one for one in held if one in own]
    if own and not own_held:
        return (
            ("refuted", _sentence(failed))
            if any(one in own for one in failed)
            else ("not_testable", _sentence(unknown))
        )
    if not held:
        return "refuted", _sentence(failed)
    if own_held and any(one in theirs for one in failed) and not any(one in theirs for one in held):
        return "both", f"True of both: {_joined(own_held)}; and {_joined(failed)}."
    return "partly", f"True: {_joined(held)}. Not true: {_joined(failed)}."


def _sentence(checks: Sequence[Check]) -> str:
    return f"{_begun(_joined(checks))}."


def _begun(said: str) -> str:
    """With a capital, unless it begins with a name of code, such as fit()."""
    first = said.split(maxsplit=1)[0]
    return said if re.search(r"[(_.]", first) else f"{said[:1].upper()}{said[1:]}"


def _joined(checks: Sequence[Check]) -> str:
    return "; ".join(dict.fromkeys(one.says.rstrip(".") for one in checks))
