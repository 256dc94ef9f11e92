"""Claims and arguments as an advice names them. Field names are part of the public contract."""

from datetime import date

from pydantic import Field

from app.advice.schema.base import Schema
from app.knowledge.models import ClaimKind, ClaimStatus, ComponentState, Favours


class CitedSource(Schema):
    id: str
    section: str


class NamedComponent(Schema):
    """A component that a claim is about, with its state today."""

    id: str
    name: str
    state: ComponentState


class LocalCheck(Schema):
    """The verdict of this server's own run on a claim."""

    verdict: ClaimStatus
    on: date
    run: str
    versions: dict[str, str]


class CitedClaim(Schema):
    """A claim with its sources and status, wherever an advice names one."""

    claim: str
    criterion: str
    statement: str
    kind: ClaimKind
    status: ClaimStatus
    note: str | None
    succeeded_by: str | None
    sources: list[CitedSource]
    components: list[NamedComponent]
    review_due: bool = Field(description="The review of this fact is overdue.")
    checked_on: date | None = Field(description="The day of the shipped status, where the claim was not checked here.")
    checked_here: LocalCheck | None = Field(description="This server's verdict; it overrides the shipped status.")
    probe: str | None = Field(description="The probe that can check it.")


class Statement(CitedClaim):
    """A claim that supports an argument. The strongest one counts; the others corroborate it."""

    favours: Favours
    contribution: float = Field(
        description="What it adds to the score of the framework that it favours (0 to 1); 0 if it only corroborates."
    )
    strength: int = Field(description="1 a convenience, 2 days of work or fewer choices, 3 a usual way is blocked.")
    trust: float = Field(description="The share of the strength that counts under the policy (0 to 1).")
    speaks_for_keras: bool = Field(description="It favours the Keras API, which this policy counts for a framework.")


class Reason(Schema):
    """An argument for a framework. The contributions of one framework and the advice's `neutral` sum to its score.

    `claim`, `statement`, `status` and `sources` are those of the statement that counts.
    """

    argument: str = Field(description="The argument; a claim without one is an argument of its own.")
    name: str
    criterion: str
    favours: Favours
    contribution: float = Field(description="What it adds to the score of the framework that it favours (0 to 1).")
    claim: str
    statement: str
    status: ClaimStatus
    sources: list[CitedSource]
    statements: list[Statement] = Field(description="The statement that counts, and those that corroborate it.")

    @property
    def strongest(self) -> Statement:
        """The statement that counts."""
        return self.statements[0]

    @property
    def corroborating(self) -> list[Statement]:
        return self.statements[1:]


class SetAside(CitedClaim):
    """A claim about this situation that counts for neither framework: it no longer holds, or decides the API layer."""

    favours: Favours


class ApiLayer(Schema):
    """Claims that favour the Keras API without deciding the framework, and their evidence in sum."""

    evidence: float
    reasons: list[SetAside]


class DifferingStatement(Schema):
    """A claim that counts in one of two pieces of advice, or in both, with its status in the rules at hand."""

    claim: str
    statement: str
    status: ClaimStatus
    favours: Favours
    before: bool = Field(description="It counts in the advice compared with.")
    after: bool = Field(description="It counts in the advice at hand.")


class Difference(Schema):
    """How one argument moves the margin between the scores differently in two pieces of advice.

    `after` belongs to the advice at hand (of `now`: today's), `before` to the one against which it is held. Both are
    signed contributions to the margin: positive for PyTorch, negative for TensorFlow.
    """

    argument: str = Field(description="The argument; a claim without one is an argument of its own.")
    name: str
    criterion: str
    before: float
    after: float
    statements: list[DifferingStatement] = Field(description="The statements that count in either piece of advice.")
