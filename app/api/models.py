"""Request and response bodies of the API other than advice and runs. Field names are part of the public contract."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.advice.schema.of_checks import local_check
from app.advice.schema.reasons import LocalCheck
from app.knowledge.base import Knowledge
from app.knowledge.models import (
    Claim,
    ClaimKind,
    ClaimStatus,
    Favours,
    PolicyId,
    Precedent,
    PrecedentChoice,
    PrecedentKind,
    Question,
    Source,
    SourceKind,
)


class OptionOut(BaseModel):
    id: str
    label: str
    hint: str | None


class QuestionOut(BaseModel):
    id: str
    ask: str
    help: str
    kind: Literal["one", "many"]
    required: bool
    options: list[OptionOut]

    @classmethod
    def of(cls, question: Question) -> "QuestionOut":
        options = [OptionOut(id=o.id, label=o.label, hint=o.hint) for o in question.options]
        return cls(
            id=question.id,
            ask=question.ask,
            help=question.help,
            kind=question.kind,
            required=question.core,
            options=options,
        )


class Questionnaire(BaseModel):
    """The questions, in their order."""

    questions: list[QuestionOut]
    policies: list[PolicyId]
    rules_version: str


class ClaimQuery(BaseModel):
    """The filters of the ledger; an empty value does not filter."""

    model_config = ConfigDict(extra="forbid")

    source: str | None = Field(default=None, description="A source's id.")
    criterion: str | None = Field(default=None, description="A criterion's id.")
    favours: str | None = Field(default=None, description="pytorch, tensorflow, keras or neither.")
    status: str | None = Field(default=None, description="What has been found out about it.")


class SourceRef(BaseModel):
    id: str
    section: str


class TermOut(BaseModel):
    any: list[str]
    all: list[str]
    none: list[str]


class ClaimOut(BaseModel):
    """An entry of the ledger."""

    id: str
    statement: str
    criterion: str
    favours: Favours
    strength: int
    kind: ClaimKind
    sources: list[SourceRef]
    status: ClaimStatus
    note: str | None = Field(description="What was found out about it.")
    succeeded_by: str | None
    probe: str | None = Field(description="The probe that checks it, if there is one.")
    matters_when: list[dict[str, TermOut]] = Field(description="Alternatives; empty for a background claim.")
    background: str | None = Field(description="Why it never counts, if it does not.")
    conflicts_with: list[str]
    components: list[str]
    checked_on: date | None
    review_by: date | None
    checked_here: LocalCheck | None = Field(description="This server's own verdict, which is the status.")
    shipped_status: ClaimStatus | None = Field(
        description="The status in the rules; null for a measurement of this server."
    )
    expects: list[dict[str, Any]] = Field(description="Conditions on the observations of its probe, as in the rules.")
    checks: list[dict[str, Any]] = Field(description="What a package index can confirm of it, as in the rules.")

    @classmethod
    def of(cls, claim: Claim, known: Knowledge, shipped: Knowledge) -> "ClaimOut":
        """A claim as it is known on this server, and as it is shipped."""
        alternatives = claim.matters_when.alternatives if claim.matters_when else ()
        return cls(
            id=claim.id,
            statement=claim.statement,
            criterion=claim.criterion,
            favours=claim.favours,
            strength=claim.strength,
            kind=claim.kind,
            sources=[SourceRef(id=c.id, section=c.section) for c in claim.sources],
            status=claim.status,
            note=claim.note,
            succeeded_by=claim.succeeded_by,
            probe=claim.probe,
            matters_when=[
                {
                    question: TermOut(any=list(term.any), all=list(term.all), none=list(term.none))
                    for question, term in alternative.items()
                }
                for alternative in alternatives
            ],
            background=claim.background,
            conflicts_with=list(claim.conflicts_with),
            components=list(claim.components),
            checked_on=claim.checked_on,
            review_by=claim.review_by,
            checked_here=local_check(known, claim),
            shipped_status=shipped.claims[claim.id].status if claim.id in shipped.claims else None,
            expects=[one.model_dump(mode="json", by_alias=True, exclude_unset=True) for one in claim.expects],
            checks=[one.model_dump(mode="json", exclude_none=True) for one in claim.checks],
        )


class SourceOut(BaseModel):
    id: str
    kind: SourceKind
    title: str
    author: str | None
    publisher: str | None
    date: str
    note: str | None
    claims: int = Field(description="How many claims cite it.")

    @classmethod
    def of(cls, source: Source, claims: int) -> "SourceOut":
        return cls(
            id=source.id,
            kind=source.kind,
            title=source.title,
            author=source.author,
            publisher=source.publisher,
            date=source.date,
            note=source.note,
            claims=claims,
        )


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class Readiness(Health):
    rules_version: str
    claims: int
    checks: dict[str, Literal["ok"]] = Field(description="What was checked; one that fails makes this a 503.")


class PrecedentQuery(BaseModel):
    """The filters of precedents; an empty value does not filter."""

    model_config = ConfigDict(extra="forbid")

    q: str | None = Field(default=None, max_length=100, description="Words that must stand in it.")
    choice: str | None = Field(default=None, description="pytorch, tensorflow, either or jax.")
    kind: str | None = Field(default=None, description="What the project did, such as `migrated`.")
    deployment: str | None = Field(default=None, description="A place of the questionnaire.")
    data_type: str | None = Field(default=None, description="A kind of data of the questionnaire.")
    year: str | None = Field(default=None, description="The year of the decision.")


class PrecedentOut(BaseModel):
    """What a real project chose, left or kept. `answers` describe it as it was before."""

    id: str
    project: str
    decided: str
    kind: PrecedentKind
    was: str
    choice: PrecedentChoice
    before: str | None
    after: str | None
    reason: str | None
    citation: str
    answers: dict[str, list[str]]
    confidence: Literal["high", "medium"]
    note: str | None

    @classmethod
    def of(cls, precedent: Precedent) -> "PrecedentOut":
        plain = precedent.model_dump(exclude={"answers"})
        return cls(**plain, answers={question: list(options) for question, options in precedent.answers.items()})
