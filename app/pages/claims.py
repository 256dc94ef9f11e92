"""The ledger: its list with filters, one claim, the sources."""

from collections import Counter
from datetime import date
from typing import get_args

from app.advice.schema.of_checks import checked_part
from app.advice.wording import STATUS_WORDS
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Term
from app.knowledge.ledger import Filter, choices, claims_per_source, find_claims
from app.knowledge.models import NAMES, Claim, Question, Status
from app.pages.contexts import ClaimPage, ClaimsPage, ConditionView, FilterView, SourcesPage, SourceView
from app.pages.run_contexts import ClaimCheck

FILTER_LABELS = {"source": "Source", "criterion": "Criterion", "favours": "Favours", "status": "Status"}


def claims_page(knowledge: Knowledge, filter: Filter) -> ClaimsPage:
    """The claims that the filter accepts."""
    return ClaimsPage(
        title="Claims",
        claims=find_claims(knowledge, filter),
        filters=[_filter_view(knowledge, name, getattr(filter, name)) for name in FILTER_LABELS],
        total=len(knowledge.claims),
        sources=knowledge.sources,
        criteria=knowledge.criteria,
    )


def _filter_view(knowledge: Knowledge, name: str, chosen: str | None) -> FilterView:
    labels = {
        "source": {id: source.title for id, source in knowledge.sources.items()},
        "criterion": {id: criterion.name for id, criterion in knowledge.criteria.items()},
        "favours": NAMES,
        "status": STATUS_WORDS,
    }[name]
    values = [(value, labels[value]) for value in choices(knowledge)[name]]
    return FilterView(name, FILTER_LABELS[name], values, chosen or "")


def claim_page(
    knowledge: Knowledge, shipped: Knowledge, claim: Claim, today: date, check: ClaimCheck | None
) -> ClaimPage:
    """One claim with all that is known of it, on this server and as it is shipped."""
    alternatives = claim.matters_when.alternatives if claim.matters_when else ()
    return ClaimPage(
        title=claim.statement,
        claim=claim,
        criterion=knowledge.criteria[claim.criterion],
        sources=knowledge.sources,
        alternatives=[
            ConditionView([_words(knowledge.questions[id], term) for id, term in alternative.items()])
            for alternative in alternatives
        ],
        conflicts=[knowledge.claims[id] for id in claim.conflicts_with],
        components=[knowledge.components[id] for id in claim.components],
        review_due=claim.days_overdue(today) > 0,
        shipped=shipped.claims.get(claim.id),
        checked_here=checked_part(knowledge, claim),
        check=check,
    )


def _words(question: Question, term: Term) -> tuple[str, str]:
    parts = []
    if term.all:
        parts.append(" and ".join(question.option(option).label for option in term.all))
    if term.any:
        parts.append(" or ".join(question.option(option).label for option in term.any))
    if term.none:
        parts.append("but not " + ", ".join(question.option(option).label for option in term.none))
    return question.ask, ", with ".join(parts[:2]) + (f", {parts[2]}" if len(parts) > 2 else "")


def sources_page(knowledge: Knowledge, today: date) -> SourcesPage:
    """The sources with their claims by status, and the components of the ecosystem."""
    counts = claims_per_source(knowledge)
    return SourcesPage(
        title="Sources",
        sources=[SourceView(source, counts[id], _statuses(knowledge, id)) for id, source in knowledge.sources.items()],
        components=list(knowledge.components.values()),
        names={id: component.name for id, component in knowledge.components.items()},
        today=today,
    )


def _statuses(knowledge: Knowledge, source: str) -> list[tuple[Status, int]]:
    found = Counter(claim.status for claim in find_claims(knowledge, Filter(source=source)))
    statuses: tuple[Status, ...] = get_args(Status)
    return [(status, found[status]) for status in statuses if found[status]]
