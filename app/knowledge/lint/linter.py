"""What loads and is still wrong: rules that can never have an effect, say a thing twice, or contradict each other.

`check` adds these issues to those of the loader, which refuses a rule base for them; a dead rule does no harm to an
advice, so it does not stop the service, but it is a mistake and `tiebreak rules check` fails for it.
"""

from collections.abc import Iterator
from pathlib import Path

from app.errors import InvalidRules, LintIssue
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Condition
from app.knowledge.drafts import Drafts
from app.knowledge.lint.arguments import argument_issues
from app.knowledge.lint.comparisons import comparison_issues
from app.knowledge.lint.contradiction import contradiction_issues
from app.knowledge.lint.paths import path_issues
from app.knowledge.lint.redundancy import never_matters, redundancy_issues
from app.knowledge.lint.satisfiable import alternative_can_hold, can_hold
from app.knowledge.lint.trusting_policies import counts_somewhere
from app.knowledge.loader import build, read
from app.knowledge.models import Claim, Constraint, Entry
from app.knowledge.references import acts_by_itself
from app.paths import RULES

STRONGEST_OPINION = 2


def check(overlay: Path | None = None, shipped: Path = RULES) -> tuple[LintIssue, ...]:
    """Every issue about a rule base, in file order; none when it is clean.

    Raises:
        UnusableSetting: a folder that is not there or holds no rule file.
    """
    try:
        drafts, changes = read(overlay, shipped)
    except InvalidRules as error:
        return error.issues
    return InvalidRules(list(rule_issues(build(drafts, changes), drafts))).issues


def rule_issues(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    """Every issue about rules that load."""
    yield from _strong_opinions(drafts)
    yield from _dead_claims(knowledge, drafts)
    yield from _dead_workloads(knowledge, drafts)
    yield from _dead_gates(knowledge, drafts)
    yield from _dead_alternatives(knowledge, drafts)
    yield from _unreachable_picks(knowledge, drafts)
    yield from _unreachable_options(knowledge, drafts)
    yield from argument_issues(knowledge, drafts)
    yield from comparison_issues(drafts)
    yield from redundancy_issues(knowledge, drafts)
    yield from contradiction_issues(knowledge, drafts)
    yield from path_issues(knowledge, drafts)


def _strong_opinions(drafts: Drafts) -> Iterator[LintIssue]:
    """Strength 3 says that a usual way is blocked: a fact can show that, an opinion cannot."""
    for draft in drafts.all("claims"):
        if draft.entry.kind == "opinion" and draft.entry.strength > STRONGEST_OPINION:
            message = f"an opinion has strength {STRONGEST_OPINION} at most: only a fact shows that a way is blocked"
            yield draft.issue("strong-opinion", message, "strength")


def _dead_claims(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    for id, claim in knowledge.claims.items():
        reason = _dead_because(knowledge, claim)
        if claim.background is None and reason:
            yield drafts["claims"][id].issue("dead-claim", f"it never counts: {reason}")


def _dead_because(knowledge: Knowledge, claim: Claim) -> str | None:
    if claim.matters_when and not can_hold(knowledge, claim.matters_when):
        return "no answers meet matters_when"
    if never_matters(knowledge, claim):
        return "unless excepts all answers that meet matters_when"
    if not counts_somewhere(knowledge, claim):
        return f"no policy gives its kind of source and status {claim.status} any trust"
    criterion = knowledge.criteria[claim.criterion]
    if criterion.weight == 0 and not _is_raised(knowledge, criterion.id):
        return f"its criterion {criterion.id} has no weight and no option raises it"
    return None


def _is_raised(knowledge: Knowledge, criterion: str) -> bool:
    return any(criterion in option.raises for question in knowledge.questions.values() for option in question.options)


def _dead_workloads(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    for id, workload in knowledge.workloads.items():
        draft = drafts["workloads"][id]
        if not can_hold(knowledge, workload.matters_when):
            yield draft.issue("dead-workload", "no answers meet matters_when", "matters_when")
        elif never_matters(knowledge, workload):
            yield draft.issue("dead-workload", "unless excepts all answers that meet matters_when", "unless")


def _dead_gates(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    for id, constraint in knowledge.constraints.items():
        draft = drafts["constraints"][id]
        if not can_hold(knowledge, constraint.when):
            yield draft.issue("dead-constraint", "no answers meet its condition", "when")
        elif not counts_somewhere(knowledge, knowledge.claims[constraint.claim]):
            yield draft.issue("dead-constraint", f"its claim {constraint.claim} counts under no policy", "claim")
    for id, caution in knowledge.cautions.items():
        if not can_hold(knowledge, caution.when):
            yield drafts["cautions"][id].issue("dead-caution", "no answers meet its condition", "when")
    for id, alternative in knowledge.alternatives.items():
        if not can_hold(knowledge, alternative.when):
            yield drafts["alternatives"][id].issue("dead-alternative", "no answers meet its condition", "when")


def _dead_alternatives(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    for draft, key, condition in drafts.conditions():
        if can_hold(knowledge, condition):
            for index, alternative in enumerate(condition.alternatives):
                if not alternative_can_hold(knowledge, alternative):
                    yield draft.issue("dead-alternative", "no answers meet this alternative", key, index)


def _unreachable_picks(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    """Picks that a pick before them makes needless are found with what is redundant."""
    for draft in drafts.all("stack"):
        if not can_hold(knowledge, draft.entry.when):
            yield draft.issue("unreachable-pick", "no answers meet its condition", "when")


def _unreachable_options(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    """Options that are used, but only where nothing can come of them."""
    alive = {
        pair
        for draft, _, condition in drafts.conditions()
        if _can_count(knowledge, draft.entry)
        for pair in _live_options(knowledge, condition)
    }
    for id, draft in drafts["questions"].items():
        for index, option in enumerate(draft.entry.options):
            if not (acts_by_itself(option) or option.neutral_because or (id, option.id) in alive):
                message = f"choosing '{option.id}' changes nothing: no condition that names it can hold"
                yield draft.issue("unreachable-option", message, "options", index)


def _can_count(knowledge: Knowledge, entry: Entry) -> bool:
    """Whether an entry with a condition has an effect once the condition holds."""
    if isinstance(entry, Claim):
        return counts_somewhere(knowledge, entry)
    return not isinstance(entry, Constraint) or counts_somewhere(knowledge, knowledge.claims[entry.claim])


def _live_options(knowledge: Knowledge, condition: Condition) -> Iterator[tuple[str, str]]:
    for alternative in condition.alternatives:
        if alternative_can_hold(knowledge, alternative):
            yield from ((question, option) for question, term in alternative.items() for option in term.options)
