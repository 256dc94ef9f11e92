"""A request for advice. Pages, API and command line read it here, and every link to an advice is made here."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from app.advice.model.answers import Answers, accepted_answers, parse_answers
from app.advice.model.priorities import NONE, parse_priorities
from app.advice.preferences import DEFAULT_POLICY, DEFAULT_PREFERENCES, DEFAULT_SEARCH, FlipSearch, Preferences
from app.advice.query_fields import (
    CERTAIN,
    PRIORITY,
    SHIPPED,
    UNCERTAIN,
    UNDATED,
    WEIGHT,
    MadeWith,
    Pairs,
    Problems,
    QueryFields,
    Revision,
    counting_precedents,
    read_priorities,
    read_revision,
)
from app.advice.robustness.acceptability import EVERYTHING, Uncertainty
from app.advice.schema.request import AdviceRequest
from app.advice.schema.robustness import UncertaintySchema
from app.errors import shortened
from app.knowledge.base import Knowledge
from app.knowledge.models import PolicyId

NO_ANSWERS = Answers({})


@dataclass(frozen=True)
class AdviceQuery:
    """Answers, preferences, the revision of the server's verdicts, and the rules and day of a kept link.

    Every way to read one reports all problems at once, under the names that the caller used.
    """

    answers: Answers
    preferences: Preferences = DEFAULT_PREFERENCES
    revision: Revision = None
    made_with: MadeWith = UNDATED

    @classmethod
    def from_pairs(cls, knowledge: Knowledge, pairs: Pairs) -> "AdviceQuery":
        """Read a query string: `language=python&weight.continuity=2&verdicts=shipped`.

        Raises:
            InvalidFields: naming keys, such as `goal` and `weight.continuity`.
        """
        problems = Problems()
        query = cls._read(knowledge, pairs, problems)
        problems.raise_any()
        return query

    @classmethod
    def usable(cls, knowledge: Knowledge, pairs: Pairs) -> "AdviceQuery":
        """The part of a query string that can be used, without its problems: it fills in a form that is shown again.

        A kept link's rules and day are left out, since another answer is advised on as of today.
        """
        problems = Problems()
        cls._read(knowledge, pairs, problems)
        good = [(key, value) for key, value in pairs if shortened(key) not in problems.fields]
        query = cls._read(knowledge, good, Problems())
        return replace(query, answers=accepted_answers(knowledge, QueryFields.of(pairs).answers()), made_with=UNDATED)

    @classmethod
    def _read(cls, knowledge: Knowledge, pairs: Pairs, problems: Problems) -> "AdviceQuery":
        fields = QueryFields.of(pairs)
        made_with = problems.of(fields.made_with, UNDATED)
        answers = problems.of(lambda: parse_answers(knowledge, fields.answers()), NO_ANSWERS)
        preferences = Preferences(
            policy=problems.of(fields.policy, DEFAULT_POLICY),
            priorities=problems.of(lambda: fields.priorities(knowledge), NONE),
            uncertain=problems.of(fields.uncertain, EVERYTHING),
            flips=problems.of(fields.flips, DEFAULT_SEARCH),
        )
        return cls(answers, preferences, problems.of(fields.revision, None), made_with)

    @classmethod
    def from_json(cls, knowledge: Knowledge, request: AdviceRequest) -> "AdviceQuery":
        """Read the body of an API request.

        Raises:
            InvalidFields: naming paths, such as `answers.goal` and `priorities.continuity`.
        """
        problems = Problems()
        answers = problems.of(lambda: parse_answers(knowledge, request.answers, "answers."), NO_ANSWERS)
        priorities = problems.of(lambda: parse_priorities(knowledge, request.priorities, "priorities."), NONE)
        priorities = counting_precedents(knowledge, priorities, request.precedents)
        revision = problems.of(lambda: read_revision(str(request.verdicts)), None)
        problems.raise_any()
        uncertain = Uncertainty(request.uncertain.weights, request.uncertain.evidence)
        return cls(answers, Preferences(request.policy, priorities, uncertain, request.flips), revision)

    @classmethod
    def from_options(
        cls,
        knowledge: Knowledge,
        answers: Mapping[str, Sequence[str]],
        policy: PolicyId,
        weights: Sequence[str],
        verdicts: str,
        precedents: bool = True,
        flips: FlipSearch = DEFAULT_SEARCH,
    ) -> "AdviceQuery":
        """Read the options of a command: `--language python --weight continuity=2 --verdicts shipped`.

        Raises:
            InvalidFields: naming options without their dashes, such as `goal` and `weight continuity`.
        """
        problems = Problems()
        chosen = problems.of(lambda: parse_answers(knowledge, answers), NO_ANSWERS)
        given = [weight.partition("=") for weight in weights]
        factors = [(id, factor or None) for id, _, factor in given]
        priorities = problems.of(lambda: read_priorities(knowledge, factors, WEIGHT), NONE)
        priorities = counting_precedents(knowledge, priorities, precedents)
        revision = problems.of(lambda: read_revision(verdicts), None)
        problems.raise_any()
        return cls(chosen, Preferences(policy, priorities, flips=flips), revision)

    def pairs(self) -> list[tuple[str, str]]:
        """The (key, value) pairs of a query string, in one canonical order, without defaults."""
        return [*self.answers.pairs(), *self.pairs_besides_answers()]

    def pairs_besides_answers(self) -> list[tuple[str, str]]:
        preferences, uncertain = self.preferences, asdict(self.preferences.uncertain)
        return [
            *([("policy", preferences.policy)] if preferences.policy != DEFAULT_POLICY else []),
            *((PRIORITY + criterion, f"{factor:g}") for criterion, factor in preferences.priorities.factors),
            *((CERTAIN, name) for name in UNCERTAIN if not uncertain[name]),
            *([("flips", preferences.flips)] if preferences.flips != DEFAULT_SEARCH else []),
            *([("verdicts", str(self.revision or SHIPPED))] if self.revision is not None else []),
            *self.made_with.pairs(),
        ]

    def link(self) -> str:
        """The address of the advice's page, without scheme and host."""
        return f"/advice?{urlencode(self.pairs())}"

    def request(self, knowledge: Knowledge) -> AdviceRequest:
        """The body with which the API gives the same advice. It has no rules and no day: the API keeps to today's."""
        preferences = self.preferences
        return AdviceRequest(
            answers=self.answers.plain(knowledge),
            policy=preferences.policy,
            verdicts="here" if self.revision is None else self.revision or "shipped",
            priorities=dict(preferences.priorities.factors),
            uncertain=UncertaintySchema.of(preferences.uncertain),
            flips=preferences.flips,
        )

    def preferring(self, preferences: Preferences) -> "AdviceQuery":
        return replace(self, preferences=preferences)

    def answering(self, knowledge: Knowledge, answers: Mapping[str, Sequence[str]]) -> "AdviceQuery":
        """The same query with other answers to some questions; an empty list removes an answer."""
        return replace(self, answers=accepted_answers(knowledge, {**self.answers.chosen, **answers}))

    def counting(self, revision: Revision, made_with: MadeWith = UNDATED) -> "AdviceQuery":
        """The same query with the verdicts up to a revision and, for a kept link, with the rules and the day."""
        return replace(self, revision=revision, made_with=made_with)
