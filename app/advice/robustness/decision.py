"""Decide one answer set: score it exactly, try it with every sample, and recommend."""

from dataclasses import dataclass, replace
from datetime import date

from app.advice.model.batch_scoring import Scores
from app.advice.model.layout import Masks
from app.advice.model.priorities import NONE, Priorities
from app.advice.model.scoring import Scored, score
from app.advice.robustness.acceptability import EVERYTHING, Acceptability, Uncertainty, acceptability
from app.advice.robustness.agreement import dissents
from app.advice.robustness.recommendation import Recommendation, recommend, standing_constraints
from app.advice.robustness.situation import Judge, judge_of
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import Constraint, PolicyId


@dataclass(frozen=True)
class Case:
    """The rules, policy, day and priorities for a decision."""

    knowledge: Knowledge
    policy: PolicyId
    today: date
    priorities: Priorities = NONE

    def under(self, policy: PolicyId) -> "Case":
        return replace(self, policy=policy)

    @property
    def judge(self) -> Judge:
        return judge_of(self.knowledge, self.policy, self.today).with_priorities(self.priorities)


@dataclass(frozen=True)
class Decision:
    """The decision on an answer set, with its figures. `dissent`: the methods that prefer the other framework."""

    judge: Judge
    masks: Masks
    scores: Scores
    open_spread: float
    scored: Scored
    constraints: tuple[Constraint, ...]
    won: Acceptability
    dissent: tuple[str, ...]
    recommendation: Recommendation

    def share(self, uncertain: Uncertainty) -> Acceptability:
        """The acceptability with only some of it taken as uncertain."""
        if uncertain == EVERYTHING:
            return self.won
        return acceptability(self.scores, 0, self.open_spread, self.judge.samples, uncertain)


def decide(case: Case, chosen: Chosen) -> Decision:
    """Decide one answer set."""
    knowledge, judge = case.knowledge, case.judge
    policy = knowledge.policies[case.policy]
    masks = judge.scorer.layout.masks(chosen)
    scores, open_spread = judge.score(masks), float(judge.open_spreads(masks)[0])
    constraints = tuple(standing_constraints(knowledge, chosen, policy, case.today))
    won = acceptability(scores, 0, open_spread, judge.samples, EVERYTHING)
    dissent = tuple(method for method, doubts in dissents(scores).items() if doubts[0])
    return Decision(
        judge=judge,
        masks=masks,
        scores=scores,
        open_spread=open_spread,
        scored=score(knowledge, chosen, case.policy, case.today, case.priorities),
        constraints=constraints,
        won=won,
        dissent=dissent,
        recommendation=recommend(
            knowledge.scoring,
            won,
            bool(dissent),
            constraints,
            keeps=int(scores.code.keeps[0]) if scores.code.code[0] else None,
            easy=bool(scores.code.easy[0]),
            thin=bool(scores.thin[0]),
        ),
    )
