"""An advice of another day against today's: what it is now, and which claims made the difference."""

from datetime import date

from app.advice.model.answers import Answers, accepted_answers
from app.advice.permalinks import permalink
from app.advice.preferences import Preferences
from app.advice.robustness.decision import Case, decide
from app.advice.schema.advice import Now
from app.advice.schema.of_claims import verdict_fields
from app.advice.schema.of_difference import differences
from app.advice.schema.of_robustness import pair
from app.knowledge.base import Knowledge
from app.knowledge.evidence_overlay import with_local_evidence
from app.knowledge.local_evidence import LocalEvidence


def now_against_then(
    then: Case, shipped: Knowledge, evidence: LocalEvidence, today: date, answers: Answers, preferences: Preferences
) -> Now:
    """The advice of today on answers that were advised on under `then`.

    Args:
        shipped, evidence: the rules of today, and what the server has found out until today.
    """
    knowledge = with_local_evidence(shipped, evidence)
    still = accepted_answers(knowledge, answers.chosen)
    now = decide(Case(knowledge, preferences.policy, today, preferences.priorities), still.sets)
    before = decide(then, answers.sets)
    return Now(
        **verdict_fields(now),
        acceptability=pair(now.won),
        as_of=today,
        rules_version=knowledge.version,
        differences=differences({**then.knowledge.claims, **knowledge.claims}, before=before.scored, after=now.scored),
        permalink=permalink(still, preferences),
    )
