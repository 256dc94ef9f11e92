"""What stands apart from the scores: constraints, cautions and alternatives."""

from app.knowledge.conditions import Condition
from app.knowledge.models.base import Citations, Entry, Framework, Id, Text


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


class Alternative(Entry):
    """Something besides the two frameworks that a project may be better served by. It takes no part in the scores."""

    id: Id
    name: Text
    when: Condition
    text: Text
    sources: Citations
