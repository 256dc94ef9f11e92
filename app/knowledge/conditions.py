"""Conditions on answers, as data: when a claim, a constraint or a caution applies.

A condition is `always`, or a list of alternatives of which one must hold. An alternative names questions; every one of
them must be answered suitably. A question's term lists options of which one must be chosen, or says `any`, `all` and
`none`. A question without an answer never matches.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

Chosen = Mapping[str, frozenset[str]]
"""Answers as the engine sees them: question id → the chosen option ids, never empty."""


NOTHING: frozenset[str] = frozenset()


class Term(BaseModel):
    """What one question's answer must be like."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: Any) -> Any:
        if isinstance(value, list):
            return {"any": tuple(value)}
        if isinstance(value, dict):
            return {key: tuple(v) if isinstance(v, list) else v for key, v in value.items()}
        return value

    @model_validator(mode="after")
    def _says_something(self) -> "Term":
        if not self.options:
            raise ValueError("names no option")
        if len(set(self.options)) != len(self.options):
            raise ValueError("names an option twice")
        return self

    @property
    def options(self) -> tuple[str, ...]:
        return self.any + self.all + self.none

    def holds(self, chosen: frozenset[str]) -> bool:
        """Whether the options chosen for this term's question fit it; never for an unanswered question."""
        return (
            bool(chosen)
            and (not self.any or not chosen.isdisjoint(self.any))
            and chosen.issuperset(self.all)
            and chosen.isdisjoint(self.none)
        )


class Condition(BaseModel):
    """`always`, or alternatives of which one must hold; in an alternative every question's term must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    alternatives: tuple[dict[str, Term], ...]

    @model_validator(mode="before")
    @classmethod
    def _from_rule(cls, value: Any) -> Any:
        if value == "always":
            return {"alternatives": ({},)}
        if not isinstance(value, list) or not all(isinstance(alternative, dict) for alternative in value):
            raise ValueError("is 'always' or a list of alternatives, each naming questions and their options")
        if not value or not all(value):
            raise ValueError("has an empty list or alternative: it would hold never or always without saying so")
        return {"alternatives": tuple(value)}

    @property
    def always(self) -> bool:
        return self.alternatives == ({},)

    def holds(self, chosen: Chosen) -> bool:
        """Whether the answers meet the condition. Plain loops: this is asked of every claim for every advice."""
        for alternative in self.alternatives:
            for question, term in alternative.items():
                if not term.holds(chosen.get(question, NOTHING)):
                    break
            else:
                return True
        return False

    def terms(self) -> Iterator[tuple[str, Term]]:
        """Every (question id, term) that the condition names."""
        for alternative in self.alternatives:
            yield from alternative.items()
