"""What a rule may say: the frozen models that every entry of `rules/` is read into."""

from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from app.knowledge.conditions import Chosen, Condition
from app.knowledge.expectations import Expectation

Framework = Literal["pytorch", "tensorflow"]
Favours = Literal["pytorch", "tensorflow", "keras", "neither"]
ClaimKind = Literal["capability", "timing", "ecosystem", "historical", "opinion"]
ClaimStatus = Literal["confirmed", "partly", "refuted", "superseded", "opinion", "not_testable", "unchecked"]
SourceKind = Literal["document", "since", "own", "measured"]
PolicyId = Literal["documents", "today"]
ComponentState = Literal["active", "maintenance", "moved", "retired"]

FRAMEWORKS: tuple[Framework, Framework] = ("pytorch", "tensorflow")
NAMES = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "keras": "Keras", "neither": "neither", "either": "either"}


def _stripped(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty")
    return value.strip()


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Text = Annotated[str, AfterValidator(_stripped)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_tuple)]
Points = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Entry(BaseModel):
    """Base of everything that is read from a rule file: frozen, strict, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Source(Entry):
    """Where statements come from. `date` is as exact as is known: `2020` or `2024-05-08`."""

    id: Id
    kind: SourceKind
    title: Text
    date: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}-\d{2})?$")]
    author: Text | None = None
    publisher: Text | None = None
    note: Text | None = None

    @field_validator("date")
    @classmethod
    def _is_a_day(cls, value: str) -> str:
        if len(value) > len("2020"):
            date.fromisoformat(value)
        return value


class Citation(Entry):
    """A place in a source."""

    id: Id
    section: Text


Citations = Annotated[tuple[Citation, ...], BeforeValidator(_tuple), Field(min_length=1)]


class Criterion(Entry):
    """An aspect on which the frameworks are compared. `weight` is its base weight, in points."""

    id: Id
    name: Text
    about: Text
    weight: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]


class Option(Entry):
    """A possible answer. `raises`: criterion id → points by which choosing it raises that criterion's weight."""

    id: Id
    label: Text
    hint: Text | None = None
    raises: dict[Id, Points] = {}
    neutral_because: Text | None = None


class Question(Entry):
    """A question of the questionnaire; `core` ones are required and asked first."""

    id: Id
    ask: Text
    help: Text
    kind: Literal["one", "many"]
    core: bool = False
    options: Annotated[tuple[Option, ...], BeforeValidator(_tuple), Field(min_length=2, max_length=31)]

    @property
    def option_ids(self) -> tuple[str, ...]:
        return tuple(option.id for option in self.options)

    def option(self, id: str) -> Option:
        return next(option for option in self.options if option.id == id)


class Dated(Entry):
    """Something found on a day and due for review on another."""

    checked_on: date | None = None
    review_by: date | None = None

    @model_validator(mode="after")
    def _review_follows_check(self) -> "Dated":
        if self.review_by and not self.checked_on:
            raise ValueError("review_by needs checked_on")
        if self.checked_on and self.review_by and self.review_by <= self.checked_on:
            raise ValueError(f"review_by ({self.review_by}) is not after checked_on ({self.checked_on})")
        return self

    def days_overdue(self, today: date) -> int:
        """Days since it should have been reviewed; 0 when it is not due."""
        return max(0, (today - self.review_by).days) if self.review_by else 0


class Claim(Dated):
    """A statement that a source makes, when it matters, and what is known of it.

    `strength`: 1 weak, 2 clear, 3 decisive, as the source puts it. Exactly one of `matters_when` and `background` is
    given; a background claim is shown but never counts.
    """

    id: Id
    statement: Text
    criterion: Id
    favours: Favours
    strength: Annotated[int, Field(ge=1, le=3)]
    kind: ClaimKind
    sources: Citations
    matters_when: Condition | None = None
    unless: Condition | None = None
    background: Text | None = None
    status: ClaimStatus = "unchecked"
    note: Text | None = None
    succeeded_by: Text | None = None
    conflicts_with: Ids = ()
    components: Ids = ()
    probe: Id | None = None
    expects: Annotated[tuple[Expectation, ...], BeforeValidator(_tuple)] = ()

    def matters(self, chosen: Chosen) -> bool:
        """Whether it is about a project with these answers."""
        if self.matters_when is None or not self.matters_when.holds(chosen):
            return False
        return self.unless is None or not self.unless.holds(chosen)

    @property
    def is_decided_by_running(self) -> bool:
        """Whether a verdict of its probe is its status. Facts about the ecosystem and opinions keep theirs."""
        return self.kind in ("capability", "timing")

    @model_validator(mode="after")
    def _is_whole(self) -> "Claim":
        if self.expects and self.probe is None:
            raise ValueError("expects needs the probe that observes it")
        if self.expects and all(expectation.control for expectation in self.expects):
            raise ValueError("expects has nothing but controls: that would say nothing of the claim")
        if (self.matters_when is None) == (self.background is None):
            raise ValueError("give exactly one of matters_when and background")
        if self.unless is not None and self.background is not None:
            raise ValueError("unless says nothing of a claim that never counts")
        if self.kind == "ecosystem" and not (self.checked_on and self.review_by):
            raise ValueError("an ecosystem fact needs checked_on and review_by")
        if self.kind in ("ecosystem", "historical", "opinion") and self.status == "unchecked":
            raise ValueError(f"a claim of kind {self.kind} needs a status: no probe will check it")
        if self.status not in ("unchecked", "opinion") and not self.note:
            raise ValueError(f"status {self.status} needs a note of what was found")
        if self.status not in ("unchecked", "opinion") and not self.checked_on:
            raise ValueError(f"status {self.status} needs checked_on")
        return self


class Workload(Entry):
    """A workload of a timing probe whose speed, measured on the server itself, is evidence for whom it favours.

    It counts while `matters_when` holds and `unless` does not: where the project's work is of that kind, and is done on
    a device like the one that was measured.
    """

    id: Id
    name: Text
    criterion: Id
    probe: Id
    variant: str = ""
    device: Literal["cpu", "cuda"] = "cpu"
    strength: Annotated[int, Field(ge=1, le=3)]
    matters_when: Condition
    unless: Condition | None = None


class ShippedVerdict(Entry):
    """What the project's own run of a claim's probe said, on named versions. Written by `make verdicts`."""

    id: Id
    verdict: Literal["confirmed", "partly", "refuted", "not_testable"]
    reason: Text
    found_on: date
    versions: dict[Framework, str]


class Component(Dated):
    """A library or tool of the ecosystem, and how it is today."""

    id: Id
    name: Text
    framework: Literal["pytorch", "tensorflow", "both", "neither"]
    purpose: Text
    state: ComponentState
    status: Text
    checked_on: date
    review_by: date
    successor: Text | None = None
    successors: Ids = ()


class Constraint(Entry):
    """A claim that decides whatever the scores are, while `when` holds and the claim counts under the policy."""

    id: Id
    claim: Id
    requires: Framework
    when: Condition
    text: Text
    lifted_by: Text


class Caution(Entry):
    """Something to know beside the advice, which no score shows."""

    id: Id
    when: Condition
    text: Text
    sources: Citations


class Role(Entry):
    """A place in the recommended stack."""

    id: Id
    name: Text
    about: Text


class Pick(Entry):
    """A component for a role. Of the picks for (role, framework, policy) the first whose conditions hold is taken.

    `keras_evidence`: the evidence for the Keras API (sum of strength times trust) from which the pick holds.
    """

    role: Id
    framework: Framework
    component: Id
    policy: Literal["documents", "today", "both"]
    when: Condition
    note: Text
    keras_evidence: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None


class Staleness(Entry):
    """How trust in a fact fades once its review is due: it halves every `half_life_days`."""

    half_life_days: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Policy(Entry):
    """How evidence is trusted. `trust`: status → share of a claim's strength that counts."""

    id: PolicyId
    name: Text
    about: Text
    counts: Annotated[frozenset[SourceKind], BeforeValidator(lambda v: frozenset(v) if isinstance(v, list) else v)]
    keras_counts_for: Framework | None
    trust: dict[ClaimStatus, Share]
    stale: Staleness | None = None

    @model_validator(mode="after")
    def _trusts_every_status(self) -> "Policy":
        missing = sorted(set(get_args(ClaimStatus)) - set(self.trust))
        if missing:
            raise ValueError(f"trust lacks {', '.join(missing)}")
        return self


class Scoring(Entry):
    """The constants of the value model.

    `neutral`: evidence added to both sides of each criterion. `weight_factor`: 19 of 20 plausible weightings have a
    criterion's weight within this factor of the stated one. `evidence_spread`: one standard deviation of what a piece
    of evidence is worth, as a share of what it counts. `open_share`: how much of what an answer would move is
    uncertain while its question is open. `samples`: how many weightings are drawn, with `seed`.
    `leaning` and `strong`: shares of them that a framework must win for the verdict to be called so; below `leaning`
    it is `either`. `constraint_trust`: the trust that the claim behind a hard constraint needs for the constraint to
    stand.
    """

    neutral: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    weight_factor: Annotated[float, Field(gt=1, le=100, allow_inf_nan=False)] = 2.0
    evidence_spread: Share = 0.5
    open_share: Share = 0.5
    samples: Annotated[int, Field(ge=10_000, le=1_000_000)] = 10_000
    seed: Annotated[int, Field(ge=0)] = 0
    leaning: Annotated[float, Field(gt=0.5, le=1, allow_inf_nan=False)]
    strong: Annotated[float, Field(gt=0.5, le=1, allow_inf_nan=False)]
    constraint_trust: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _strong_is_more(self) -> "Scoring":
        if self.strong <= self.leaning:
            raise ValueError(f"strong ({self.strong}) must be greater than leaning ({self.leaning})")
        return self
