"""How evidence is trusted, and the constants of the value model."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, field_validator, model_validator

from app.knowledge.models.base import Entry, Framework, Id, PolicyId, Share, SourceKind, Text, as_tuple
from app.knowledge.models.claims import ClaimStatus


class Staleness(Entry):
    """How trust in a fact fades once its review is due: it halves every `half_life_days`."""

    half_life_days: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Ageing(Entry):
    """How trust fades in a statement that no program confirmed.

    It halves every `half_life_days` from the date of its source. `statuses`: those that age.
    """

    half_life_days: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    statuses: Annotated[tuple[ClaimStatus, ...], BeforeValidator(as_tuple)]


class Nearness(Entry):
    """How decisions of real projects count under a policy.

    A decision counts `amount` times (similarity - floor) / (1 - floor), 0 below the floor or where fewer than
    `fewest_shared` questions are answered for both projects; and half of that for each `half_life_days` of its age.
    """

    amount: Annotated[float, Field(gt=0, le=3, allow_inf_nan=False)]
    floor: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
    fewest_shared: Annotated[int, Field(ge=1)]
    half_life_days: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Policy(Entry):
    """How evidence is trusted.

    `trust`: status → share of a claim's strength that counts. `level`: statuses that make a claim evidence that the two
    are level, whomever it favours. `restatements`: whether statements that make the argument of a stronger one for the
    same side count as well, or only corroborate it.
    """

    id: PolicyId
    name: Text
    about: Text
    counts: Annotated[frozenset[SourceKind], BeforeValidator(lambda v: frozenset(v) if isinstance(v, list) else v)]
    keras_counts_for: Framework | None
    trust: dict[ClaimStatus, Share]
    level: Annotated[tuple[ClaimStatus, ...], BeforeValidator(as_tuple)] = ()
    restatements: Literal["count", "corroborate"] = "corroborate"
    stale: Staleness | None = None
    ageing: Ageing | None = None
    precedents: Nearness | None = None

    @field_validator("trust", mode="before")
    @classmethod
    def _of_before_comparisons(cls, value: Any) -> Any:
        """Own policies that were written before there was the status `both` trust it like `partly`, which it was."""
        if isinstance(value, dict) and "partly" in value:
            return {"both": value["partly"], **value}
        return value

    @model_validator(mode="after")
    def _trusts_every_status(self) -> "Policy":
        missing = sorted(set(get_args(ClaimStatus)) - set(self.trust))
        if missing:
            raise ValueError(f"trust lacks {', '.join(missing)}")
        return self


class Grounds(Entry):
    """What a strong word needs: so many criteria that take part, and evidence about the answer to a question."""

    criteria: Annotated[int, Field(ge=1)]
    about: Id


class Scoring(Entry):
    """The constants of the value model.

    `neutral`: evidence added to both sides of each criterion. `weight_factor`: 19 of 20 plausible weightings have a
    criterion's weight within this factor of the stated one. `evidence_spread`: one standard deviation of what a piece
    of evidence is worth, as a share of what it counts. `open_share`: how much of what an answer would move is
    uncertain while its question is open. `samples`: how many weightings are drawn, with `seed`.
    `leaning` and `strong`: shares of them that a framework must win for the verdict to be called so; below `leaning`
    it is `either`. `constraint_trust`: the trust that the claim behind a hard constraint needs for the constraint to
    stand. `grounds`: without them no word is stronger than leaning.
    """

    neutral: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    weight_factor: Annotated[float, Field(gt=1, le=100, allow_inf_nan=False)] = 2.0
    evidence_spread: Share = 0.5
    open_share: Share = 0.5
    samples: Annotated[int, Field(ge=10_000, le=1_000_000)] = 10_000
    seed: Annotated[int, Field(ge=0)] = 0
    leaning: Annotated[float, Field(gt=0.5, le=1, allow_inf_nan=False)]
    strong: Annotated[float, Field(gt=0.5, le=1, allow_inf_nan=False)]
    constraint_trust: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    grounds: Grounds | None = None

    @model_validator(mode="after")
    def _strong_is_more(self) -> "Scoring":
        if self.strong <= self.leaning:
            raise ValueError(f"strong ({self.strong}) must be greater than leaning ({self.leaning})")
        return self
