"""An advice of another day beside today's: the new recommendation, and the claims that make the difference."""

from datetime import date

from app.advice.model.answers import accepted_answers
from app.advice.query import AdviceQuery
from app.advice.robustness.decision import Case, decide
from app.advice.schema.advice import Now
from app.advice.schema.base import PerFramework, decision_fields
from app.advice.schema.of_arguments import differences
from app.knowledge.base import Knowledge
from app.knowledge.evidence_overlay import with_local_evidence
from app.knowledge.local_evidence import LocalEvidence


def now_against_then(then: Case, shipped: Knowledge, evidence: LocalEvidence, today: date, query: AdviceQuery) -> Now:
    """Today's advice on a query that was advised on under `then`.

    Args:
        shipped, evidence: today's rules, and everything that the server has found out.
    """
    knowledge, preferences = with_local_evidence(shipped, evidence), query.preferences
    answers = accepted_answers(knowledge, query.answers.chosen)
    before = decide(then, query.answers.sets)
    now = decide(Case(knowledge, preferences.policy, today, preferences.priorities), answers.sets)
    return Now(
        **decision_fields(now),
        acceptability=PerFramework.of_shares(now.won),
        as_of=today,
        rules_version=knowledge.version,
        differences=differences(knowledge, before=before.scored, after=now.scored),
        permalink=AdviceQuery(answers, preferences).link(),
    )
