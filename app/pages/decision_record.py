"""The advice as a Markdown architecture decision record (MADR 4)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.advice.query_fields import UNDATED
from app.advice.schema.advice import Advice, StackEntry
from app.advice.schema.reasons import Reason, Statement
from app.advice.wording import (
    flips_sentence,
    grounds_sentence,
    how_checked,
    instead,
    strength_sentence,
    verdicts_sentence,
)
from app.knowledge.models import FRAMEWORKS, NAMES, Policy, PolicyId, Source
from app.pages.advice import AnswerView, answer_views
from app.pages.page import Page
from app.pages.rendering import text
from app.web.dependencies import ServiceOf
from app.web.query import pairs_of
from app.web.service import KeptAdvice

router = APIRouter(include_in_schema=False)

CHOICES = NAMES | {"either": "either framework"}


@dataclass(frozen=True)
class DecisionRecord(Page):
    advice: Advice
    answers: Sequence[AnswerView]
    sources: Mapping[str, Source]
    policies: Mapping[PolicyId, Policy]
    address: str
    unknown: str | None

    @property
    def choice(self) -> str:
        return CHOICES[self.advice.recommendation]

    @property
    def decision(self) -> str:
        """The title of the record."""
        if self.advice.decided_by == "conflicting_constraints":
            return "No single framework meets every constraint"
        return f"Use {self.choice} for deep learning"

    @property
    def outcome(self) -> str:
        """How strong the recommendation is, and what would change it."""
        advice = self.advice
        return (
            f"{strength_sentence(advice)} The scores are {advice.scores.pytorch:.1%} for PyTorch and "
            f"{advice.scores.tensorflow:.1%} for TensorFlow; PyTorch wins {advice.acceptability.pytorch:.1%} of the "
            f"plausible weightings. {flips_sentence(advice)}"
        )

    @property
    def other_policy(self) -> str | None:
        """The recommendation under the other policy, if it differs."""
        other = self.advice.other_recommendation
        if other is None:
            return None
        return f"{self.policies[self.advice.other_policy.policy].name}, the recommendation is {CHOICES[other]}."

    @property
    def consequences(self) -> list[str]:
        return [" ".join(self._consequence(entry)) for entry in self.advice.stack]

    def _consequence(self, entry: StackEntry) -> Iterator[str]:
        framework = f" with {NAMES[entry.framework]}" if self.advice.recommendation == "either" else ""
        yield f"{entry.role_name}{framework}: {entry.name} ({entry.state})."
        yield f"{entry.note} {entry.status}"
        if successor := instead(entry):
            yield f"Use instead: {successor}."

    @property
    def pros(self) -> dict[str, list[str]]:
        """The reasons for each framework, each with its points, its status and its sources."""
        return {NAMES[id]: [self._pro(reason) for reason in self._reasons(id)] for id in FRAMEWORKS}

    @property
    def neutral(self) -> list[str]:
        """The statements that find both frameworks equal."""
        reasons = self._reasons("neither")
        return [self._said(reason) for reason in reasons]

    def _pro(self, reason: Reason) -> str:
        points = f"{100 * reason.contribution:.1f}"
        return f"{reason.name} (+{points} points): {self._said(reason)}"

    def _said(self, reason: Reason) -> str:
        """The statements of an argument, the one that counts first."""
        return "; ".join(f"“{one.statement}” ({how_checked(one)}; {self._cited(one)})" for one in reason.statements)

    def _reasons(self, favours: str) -> list[Reason]:
        return [reason for reason in self.advice.reasons if reason.favours == favours]

    def _cited(self, statement: Statement) -> str:
        cited = ((self.sources[source.id], source.section) for source in statement.sources)
        return "; ".join(f"{source.title}, {source.date}, {section}" for source, section in cited)

    @property
    def basis(self) -> str:
        """Policy, rules, and whose verdicts count."""
        advice = self.advice
        verdicts = f" {verdicts_sentence(advice)}" if advice.policy == "today" else ""
        return f"Policy: {self.policies[advice.policy].name}. Rules {advice.rules_version}.{verdicts}"


def decision_record(kept: KeptAdvice, address: str) -> DecisionRecord:
    """The record of an advice. `address`: where the advice is, with its host."""
    rules = kept.rules
    return DecisionRecord(
        title="Decision record",
        advice=kept.advice,
        answers=answer_views(rules, kept.query),
        sources=rules.sources,
        policies=rules.policies,
        address=address,
        unknown=grounds_sentence(rules, kept.advice),
    )


@router.get("/advice.md")
async def record(request: Request, service: ServiceOf) -> Response:
    """The record, with the complete address of the advice that never changes."""
    kept = await service.advise_as_kept(service.read_query(pairs_of(request)))
    address = kept.query.link() if kept.query.made_with != UNDATED else kept.advice.permalinks.here
    page = decision_record(kept, f"{request.base_url}".rstrip("/") + address)
    return text("decision_record.md", page, "text/markdown")
