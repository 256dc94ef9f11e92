"""The verdict on a claim: each of its expectations against what was observed, and what they come to together."""

import re
from collections.abc import Iterable, Sequence

from app.knowledge.models import Claim
from app.runs.models import Check, ClaimRuling, ClaimVerdict
from app.runs.verdicts.checks import check
from app.runs.verdicts.observations import Observations


def judge_all(claims: Iterable[Claim], observations: Observations) -> tuple[ClaimVerdict, ...]:
    """The verdict on each claim that expects something."""
    return tuple(judge(claim, observations) for claim in claims if claim.expects)


def judge(claim: Claim, observations: Observations) -> ClaimVerdict:
    """The verdict on a claim.

    A control that does not hold, or cannot be observed, leaves the claim untested. Otherwise it is confirmed when
    everything expected holds, refuted when something could be tested and nothing of it holds, and partly true when
    some holds and some does not. What holds so far confirms nothing while a part could not be tested.
    """
    checks = tuple(check(expectation, observations) for expectation in claim.expects)
    verdict, reason = _decide(checks)
    return ClaimVerdict(
        claim=claim.id,
        verdict=verdict,
        reason=reason,
        checks=checks,
        versions={str(f): v for f, v in observations.versions.items()},
    )


def _decide(checks: Sequence[Check]) -> tuple[ClaimRuling, str]:
    broken = [one for one in checks if one.control and not one.holds]
    if broken:
        return "not_testable", _sentence(broken)
    tested = [one for one in checks if not one.control]
    held = [one for one in tested if one.holds]
    failed = [one for one in tested if one.holds is False]
    unknown = [one for one in tested if one.holds is None]
    if not failed:
        return ("not_testable", _sentence(unknown)) if unknown else ("confirmed", _sentence(held))
    if not held:
        return "refuted", _sentence(failed)
    return "partly", f"True: {_joined(held)}. Not true: {_joined(failed)}."


def _sentence(checks: Sequence[Check]) -> str:
    return f"{_begun(_joined(checks))}."


def _begun(said: str) -> str:
    """With a capital, unless it begins with a name of code, such as fit()."""
    first = said.split(maxsplit=1)[0]
    return said if re.search(r"[(_.]", first) else f"{said[:1].upper()}{said[1:]}"


def _joined(checks: Sequence[Check]) -> str:
    return "; ".join(dict.fromkeys(one.says.rstrip(".") for one in checks))
