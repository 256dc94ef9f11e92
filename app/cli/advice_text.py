"""An advice as plain text, for a terminal."""

from collections.abc import Iterator
from textwrap import indent, wrap

from app.advice.schema.advice import Advice
from app.advice.schema.reasons import Reason
from app.advice.wording import (
    flips_sentence,
    grounds_sentence,
    how_checked,
    instead,
    ship_sentence,
    strength_sentence,
    verdicts_sentence,
)
from app.knowledge.base import Knowledge
from app.knowledge.models import FRAMEWORKS, NAMES, Framework

WIDTH = 100
REASONS = 5


def advice_report(knowledge: Knowledge, advice: Advice) -> str:
    """The verdict, what stands before the scores, the strongest reasons with their sources, and the stack."""
    return "\n".join(
        [
            *_verdict(knowledge, advice),
            *_gates(advice),
            *_sureness(knowledge, advice),
            *_reasons(knowledge, advice),
            *_ship(advice),
            *_stack(advice),
            "",
            f"The page of this advice: {advice.permalink}",
        ]
    )


def _verdict(knowledge: Knowledge, advice: Advice) -> Iterator[str]:
    strength = "" if advice.strength == "either" else f" ({advice.strength})"
    yield f"{advice.headline}{strength}. {strength_sentence(advice)}"
    if advice.overlay:
        yield f"This host's own rules take part: {len(advice.overlay)} entries differ from the shipped ones."
    yield f"PyTorch {advice.scores.pytorch:.1%}, TensorFlow {advice.scores.tensorflow:.1%}"
    if advice.policy == "today":
        yield verdicts_sentence(advice)
    if advice.other_recommendation:
        yield f"{knowledge.policies[advice.other_policy.policy].name}: {NAMES[advice.other_recommendation]}"


def _gates(advice: Advice) -> Iterator[str]:
    for constraint in advice.constraints:
        yield _paragraph(f"Hard constraint: {constraint.text} What would lift it: {constraint.lifted_by}")
    for caution in advice.cautions:
        yield _paragraph(f"Caution: {caution.text}")
    for alternative in advice.alternatives:
        yield _paragraph(f"Besides the two: {alternative.text}")


def _sureness(knowledge: Knowledge, advice: Advice) -> Iterator[str]:
    """What is not known, what would flip it, and which question is worth an answer."""
    if unknown := grounds_sentence(knowledge, advice):
        yield unknown
    yield flips_sentence(advice)
    if not advice.robustness.settled:
        question = knowledge.questions[advice.robustness.open_questions[0].question]
        yield f"The open question that can change it most: {question.ask} (--{question.id.replace('_', '-')})"


def _reasons(knowledge: Knowledge, advice: Advice) -> Iterator[str]:
    for framework in FRAMEWORKS:
        reasons = _strongest(advice, framework)
        if reasons:
            yield f"\nFor {NAMES[framework]}:"
        for reason in reasons:
            strongest, source = reason.strongest, reason.strongest.sources[0]
            place = f"{knowledge.sources[source.id].title}, {source.section}"
            checked = f"{how_checked(strongest)}; {place}{_corroborated(reason)}"
            yield _paragraph(f"+{100 * reason.contribution:.1f}  {reason.name}: {strongest.statement} [{checked}]")


def _corroborated(reason: Reason) -> str:
    count = len(reason.corroborating)
    return f"; {count} more {'statement' if count == 1 else 'statements'}" if count else ""


def _strongest(advice: Advice, framework: Framework) -> list[Reason]:
    return [reason for reason in advice.reasons if reason.favours == framework][:REASONS]


def _ship(advice: Advice) -> Iterator[str]:
    if advice.ship:
        yield "\nFrom training to where it runs:"
    for line in advice.ship:
        yield _paragraph(" ".join([ship_sentence(line), *(limit.text for limit in line.limits)]))


def _stack(advice: Advice) -> Iterator[str]:
    if advice.stack:
        yield "\nStack:"
    for part in advice.stack:
        with_which = f" with {NAMES[part.framework]}" if advice.recommendation == "either" else ""
        successor = instead(part)
        say_instead = f" Instead: {successor}." if successor else ""
        yield _paragraph(f"{part.role_name}{with_which}: {part.name} ({part.state}).{say_instead}")


def _paragraph(text: str) -> str:
    """Lines of text; names with hyphens, such as those of repositories, stay whole."""
    return indent("\n".join(wrap(text, WIDTH - 2, break_on_hyphens=False)), "  ")
