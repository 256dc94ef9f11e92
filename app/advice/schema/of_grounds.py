"""How much is known of a situation, for an advice."""

from collections.abc import Iterator

from app.advice.model.grounds import about_question
from app.advice.model.scoring import Scored
from app.advice.robustness.decision import Decision
from app.advice.schema.robustness import GroundsSchema
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen, Term


def grounds_of(knowledge: Knowledge, chosen: Chosen, decision: Decision) -> GroundsSchema | None:
    """The grounds of a decision; None where the rules ask for none."""
    grounds = knowledge.scoring.grounds
    if grounds is None:
        return None
    given = chosen.get(grounds.about, frozenset())
    spoken = set(_spoken(decision.scored, chosen, grounds.about))
    options = knowledge.questions[grounds.about].option_ids
    return GroundsSchema(
        criteria=sum(criterion.weight > 0 for criterion in decision.scored.criteria),
        needed=grounds.criteria,
        question=grounds.about,
        silent=[option for option in options if option in given and option not in spoken],
        thin=bool(decision.scores.thin[0]),
    )


def _spoken(scored: Scored, chosen: Chosen, question: str) -> Iterator[str]:
    """The chosen options of a question that evidence is about."""
    for piece in scored.evidence:
        about = about_question(piece.claim, question) if piece.amount > 0 and piece.side != "api" else None
        for alternative in about.alternatives if about else ():
            if all(term.holds(chosen.get(id, frozenset())) for id, term in alternative.items()):
                yield from _meant(alternative[question], chosen[question])


def _meant(term: Term, given: frozenset[str]) -> frozenset[str]:
    """The given options that a term asks for; a term that only excludes some means all others."""
    return given & {*term.any, *term.all} if term.any or term.all else given
