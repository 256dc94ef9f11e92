"""The audit and an impact as lines of text, for a terminal."""

from collections.abc import Iterator, Mapping

from app.audit.bias import Bias, Statements
from app.audit.check import Audit
from app.audit.freshness import Freshness
from app.audit.impact import Impact, Move, PolicyImpact, Through
from app.knowledge.models import FRAMEWORKS, NAMES

SHOWN = 10
"""How many entries of a kind are named; JSON has them all."""


def audit_lines(audit: Audit) -> Iterator[str]:
    """Who wins, how many statements speak for whom, who cites what, who is named first, and what is due."""
    yield f"Audit of rules {audit.rules_version} as of {audit.as_of}"
    yield from _wins(audit.bias)
    for side, statements in audit.bias.statements.items():
        yield _statements(side, statements)
    for source, counts in audit.bias.citations.items():
        yield f"Claims that cite {source}: {_counts(counts)}"
    for kind, counts in audit.bias.named_first.items():
        yield f"Named first where a {kind} names both: {_counts(counts)}"
    for question, framework in audit.bias.option_order.items():
        yield f"First of the options of {question}: {NAMES[framework]}"
    yield from _freshness(audit.freshness)


def _wins(bias: Bias) -> Iterator[str]:
    for policy, wins in bias.wins.items():
        shares = ", ".join(
            f"{NAMES[side]} {getattr(wins, side) / wins.situations:.1%}" for side in (*FRAMEWORKS, "either")
        )
        yield f"Wins under '{policy}' over {wins.situations} core situations: {shares}"


def _statements(side: str, statements: Statements) -> str:
    whom = "that say the two are level" if side == "neither" else f"for {NAMES[side]}"
    counting = f"{statements.counting} count, with {statements.strength} of strength"
    return f"Claims {whom}: {statements.count}, of which {counting} ({_plain(statements.by_status)})"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{NAMES[side]} {count}" for side, count in counts.items())


def _plain(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{word.replace('_', ' ')} {count}" for word, count in counts.items())


def _freshness(found: Freshness) -> Iterator[str]:
    ahead = f"; the next on {found.next_due}" if found.next_due else ""
    yield f"Due for review: {len(found.due)} of {found.dated} dated facts{ahead}"
    for due in found.due[:SHOWN]:
        yield f"  {due.collection}/{due.id}: since {due.review_by}, {due.days} days"
    if len(found.due) > SHOWN:
        yield f"  and {len(found.due) - SHOWN} more"


def impact_lines(impact: Impact) -> Iterator[str]:
    """Which recommendations change, from what to what, and through which rule."""
    yield f"Impact of rules {impact.rules_after} against {impact.rules_before}: {impact.entries} entries differ"
    for policy, found in impact.policies.items():
        yield from _policy(policy, found)


def _policy(policy: str, found: PolicyImpact) -> Iterator[str]:
    yield f"Under '{policy}' {found.changed} of {found.situations} core situations change ({found.share:.1%})"
    if found.new_situations:
        yield f"  {found.new_situations} situations are new and compared with nothing"
    for move in found.moves:
        yield f"  {_move(move)}, such as {move.examples[0]}"
    for through in found.through[:SHOWN]:
        yield f"  through {_through(through)}"
    if len(found.through) > SHOWN:
        yield f"  and through {len(found.through) - SHOWN} more"


def _move(move: Move) -> str:
    return f"{NAMES[move.before]} → {NAMES[move.after]}: {move.count}"


def _through(through: Through) -> str:
    along = f" along with {', '.join(through.along)}" if through.along else ""
    moves = ", ".join(_move(move) for move in through.moves)
    return f"{through.collection}/{through.id} ({through.action}{along}) alone: {moves}"
