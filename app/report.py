"""An advice as plain text, for a terminal."""

from collections.abc import Iterator
from textwrap import indent, wrap

from app.advice.models import Advice, Reason
from app.knowledge.base import Knowledge
from app.knowledge.models import FRAMEWORKS, NAMES, Framework

WIDTH = 100
REASONS = 5


def advice_report(knowledge: Knowledge, advice: Advice) -> str:
    """The verdict, what stands before the scores, the strongest reasons with their sources, and the stack."""
    return "\n".join(
        [*_verdict(advice), *_gates(advice), *_reasons(knowledge, advice), *_stack(advice), "", advice.permalink]
    )


def _verdict(advice: Advice) -> Iterator[str]:
    strength = "" if advice.strength == "either" else f" ({advice.strength})"
    yield f"{NAMES[advice.recommendation]}{strength}"
    yield f"PyTorch {advice.scores.pytorch:.1%}, TensorFlow {advice.scores.tensorflow:.1%}"
    if advice.documents_said:
        yield f"Under the policy {advice.other_policy.policy}: {NAMES[advice.documents_said]}"


def _gates(advice: Advice) -> Iterator[str]:
    for constraint in advice.constraints:
        yield _paragraph(f"Hard constraint: {constraint.text} What would lift it: {constraint.lifted_by}")
    for caution in advice.cautions:
        yield _paragraph(f"Caution: {caution.text}")


def _reasons(knowledge: Knowledge, advice: Advice) -> Iterator[str]:
    for framework in FRAMEWORKS:
        reasons = _strongest(advice, framework)
        if reasons:
            yield f"\nFor {NAMES[framework]}:"
        for reason in reasons:
            source = reason.sources[0]
            place = f"{knowledge.sources[source.id].title}, {source.section}"
            yield _paragraph(f"+{100 * reason.contribution:.1f}  {reason.statement} [{reason.status}; {place}]")


def _strongest(advice: Advice, framework: Framework) -> list[Reason]:
    return [reason for reason in advice.reasons if reason.favours == framework][:REASONS]


def _stack(advice: Advice) -> Iterator[str]:
    if advice.stack:
        yield "\nStack:"
    for part in advice.stack:
        instead = f" Instead: {part.successor}." if part.state == "retired" and part.successor else ""
        yield _paragraph(f"{part.role_name}: {part.name} ({part.state}).{instead}")


def _paragraph(text: str) -> str:
    return indent("\n".join(wrap(text, WIDTH - 2)), "  ")
