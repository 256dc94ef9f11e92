"""What each template is given: one typed context class a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.advice.schema.advice import Advice, CheckedPart, Now, Reason
from app.errors import FieldProblem
from app.knowledge.models import Claim, Component, Criterion, Policy, PolicyId, Question, Scoring, Source, Status
from app.pages.page import Page
from app.pages.robustness import RobustnessView
from app.pages.run_contexts import ClaimCheck
from app.runs.measuring.presets import Level
from app.runs.models import Preset


@dataclass(frozen=True)
class QuestionView:
    """A question as the form shows it: what is chosen, and what was wrong with it."""

    question: Question
    chosen: frozenset[str]
    problem: str | None


@dataclass(frozen=True)
class QuestionnairePage(Page):
    heading: str
    core: Sequence[QuestionView]
    more: Sequence[QuestionView]
    problems: Sequence[FieldProblem]
    asks: Mapping[str, str]
    open_more: bool
    policy: str
    wishes: Sequence[tuple[str, str]]
    claims: int
    sources: int


@dataclass(frozen=True)
class AnswerView:
    """An answered or unanswered question on the advice page, with the address at which it can be changed."""

    question: Question
    labels: Sequence[str]
    change: str


@dataclass(frozen=True)
class OpenChecks:
    """Claims that count for these answers and could be checked on this machine: at once, or with more patience."""

    fast: Sequence[Claim]
    slow: Sequence[Claim]
    needs_token: bool


@dataclass(frozen=True)
class AdvicePage(Page):
    advice: Advice
    headline: str
    strength: str
    address: str
    kept: bool
    """Whether the address keeps to the rules or the day that it names."""
    summary: str
    for_pytorch: Sequence[Reason]
    for_tensorflow: Sequence[Reason]
    level: Sequence[Reason]
    answers: Sequence[AnswerView]
    sources: Mapping[str, Source]
    criteria: Mapping[str, Criterion]
    labels: Mapping[tuple[str, str], str]
    policies: Mapping[PolicyId, Policy]
    policy_links: Mapping[PolicyId, str]
    robustness: RobustnessView
    scoring: Scoring
    now: Now | None
    lost: str | None
    open_checks: OpenChecks
    newest_link: str
    json_body: str


@dataclass(frozen=True)
class FilterView:
    """A filter of the ledger with its choices: (value, label)."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class ClaimsPage(Page):
    claims: Sequence[Claim]
    filters: Sequence[FilterView]
    total: int
    sources: Mapping[str, Source]
    criteria: Mapping[str, Criterion]


@dataclass(frozen=True)
class ConditionView:
    """An alternative in words: (question, what of it)."""

    terms: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ClaimPage(Page):
    claim: Claim
    criterion: Criterion
    sources: Mapping[str, Source]
    alternatives: Sequence[ConditionView]
    conflicts: Sequence[Claim]
    components: Sequence[Component]
    review_due: bool
    shipped: Claim | None
    checked_here: CheckedPart | None
    check: ClaimCheck | None


@dataclass(frozen=True)
class SourceView:
    source: Source
    claims: int
    statuses: Sequence[tuple[Status, int]]


@dataclass(frozen=True)
class SourcesPage(Page):
    sources: Sequence[SourceView]
    components: Sequence[Component]
    names: Mapping[str, str]
    today: date


@dataclass(frozen=True)
class Tally:
    """A row of a table of counts."""

    label: str
    count: int


@dataclass(frozen=True)
class WinShare:
    """How often each recommendation comes out over a part of the space of core answers, one choice a question."""

    label: str
    pytorch: int
    tensorflow: int
    either: int

    @property
    def total(self) -> int:
        return self.pytorch + self.tensorflow + self.either


@dataclass(frozen=True)
class PolicyWins:
    """The win shares under a policy: over all combinations, and for each option of the first question."""

    policy: Policy
    shares: Sequence[WinShare]


@dataclass(frozen=True)
class MethodologyPage(Page):
    policies: Sequence[Policy]
    criteria: Sequence[Criterion]
    largest_raise: float
    core: Sequence[Question]
    scoring: Scoring
    statuses: Sequence[Status]
    total: int
    background: int
    by_kind: Sequence[Tally]
    by_favours: Sequence[Tally]
    by_status: Sequence[Tally]
    by_source: Sequence[Tally]
    wins: Sequence[PolicyWins]
    due: Sequence[Claim]
    version: str
    overlay: int
    levels: Mapping[Preset, Level]


@dataclass(frozen=True)
class ErrorPage(Page):
    detail: str
    problems: Sequence[FieldProblem]


@dataclass(frozen=True)
class DocsPage(Page):
    pass
