"""Whether one condition holds wherever another does, decided exactly from the questions, without trying all answers.

A region is what is known of the answer to one question: that it is open, or that some options are chosen, some are not,
and of some groups at least one is. Whether any answer lies in a region is seen from its largest answers alone: the
demands that options be chosen are met best by choosing all that may be. A condition covers an alternative when no
answers meet the alternative and fail every alternative of the condition; each way to fail one narrows a region.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.knowledge.base import Knowledge
from app.knowledge.conditions import NOTHING, Condition, Term
from app.knowledge.models import Question

Alternative = Mapping[str, Term]


@dataclass(frozen=True)
class Region:
    """Answers to one question: all of `chosen`, none of `barred`, and one of each group; never an open question."""

    chosen: frozenset[str] = NOTHING
    barred: frozenset[str] = NOTHING
    groups: tuple[frozenset[str], ...] = ()

    @staticmethod
    def of(term: Term) -> "Region":
        groups = (frozenset(term.any),) if term.any else ()
        return Region(frozenset(term.all), frozenset(term.none), groups)

    def with_chosen(self, option: str) -> "Region":
        return replace(self, chosen=self.chosen | {option})

    def with_barred(self, options: Sequence[str]) -> "Region":
        return replace(self, barred=self.barred | set(options))

    def within(self, term: Term) -> "Region":
        """The part of the region that meets the term."""
        other = Region.of(term)
        return Region(self.chosen | other.chosen, self.barred | other.barred, self.groups + other.groups)

    def outside(self, term: Term) -> Iterator["Region"]:
        """Regions that together hold every answer of this one that fails the term."""
        if term.any:
            yield self.with_barred(term.any)
        yield from (self.with_barred((option,)) for option in term.all)
        yield from (self.with_chosen(option) for option in term.none)

    def has_an_answer(self, question: Question) -> bool:
        return any(self._holds(answer) for answer in self._largest(question))

    def _largest(self, question: Question) -> Iterator[frozenset[str]]:
        if question.kind == "many":
            yield frozenset(question.option_ids) - self.barred
        else:
            yield from (frozenset({option}) for option in question.option_ids if option not in self.barred)

    def _holds(self, answer: frozenset[str]) -> bool:
        return bool(answer) and answer >= self.chosen and not any(answer.isdisjoint(group) for group in self.groups)


ANSWERED = Region()
OPEN = None
"""What is known of a question that has no answer. A question that no region names may be open or answered anyhow."""

Regions = Mapping[str, Region | None]


def term_implies(question: Question, term: Term, other: Term) -> bool:
    """Whether every answer to the question that meets the term meets the other."""
    return not any(region.has_an_answer(question) for region in Region.of(term).outside(other))


def alternative_implies(knowledge: Knowledge, alternative: Alternative, other: Alternative) -> bool:
    """Whether all answers that meet an alternative meet the other."""
    return is_covered(knowledge, alternative, [other])


def condition_implies(knowledge: Knowledge, condition: Condition, other: Condition) -> bool:
    """Whether all answers that meet a condition meet the other."""
    return all(is_covered(knowledge, alternative, other.alternatives) for alternative in condition.alternatives)


def is_covered(knowledge: Knowledge, alternative: Alternative, by: Sequence[Alternative]) -> bool:
    """Whether all answers that meet an alternative meet one of the others, be it now the one and now the other."""
    regions = {question: Region.of(term) for question, term in alternative.items()}
    if not all(region.has_an_answer(knowledge.questions[question]) for question, region in regions.items()):
        return True
    return not _escapes(knowledge, regions, by)


def _escapes(knowledge: Knowledge, regions: Regions, alternatives: Sequence[Alternative]) -> bool:
    """Whether some answers in the regions, each of which has one, fail all the alternatives."""
    near = [alternative for alternative in alternatives if _meet(knowledge, regions, alternative)]
    if not near:
        return True
    narrowed = (_narrowed(knowledge, regions, question, term) for question, term in near[0].items())
    return any(_escapes(knowledge, smaller, near[1:]) for several in narrowed for smaller in several)


def _meet(knowledge: Knowledge, regions: Regions, alternative: Alternative) -> bool:
    """Whether some answers in the regions meet the alternative."""
    for question, term in alternative.items():
        region = regions.get(question, ANSWERED)
        if region is OPEN or not region.within(term).has_an_answer(knowledge.questions[question]):
            return False
    return True


def _narrowed(knowledge: Knowledge, regions: Regions, question: str, term: Term) -> Iterator[Regions]:
    """The regions where the term on this question fails, as far as they have an answer."""
    region = regions.get(question, ANSWERED)
    if region is OPEN:
        yield regions
        return
    if question not in regions and not knowledge.questions[question].core:
        yield {**regions, question: OPEN}
    for smaller in region.outside(term):
        if smaller.has_an_answer(knowledge.questions[question]):
            yield {**regions, question: smaller}
