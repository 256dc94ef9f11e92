"""A request for advice as programs send it. Field names are part of the public contract."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from app.advice.preferences import DEFAULT_SEARCH, FlipSearch
from app.advice.robustness.acceptability import EVERYTHING
from app.advice.schema.robustness import UncertaintySchema
from app.knowledge.models import PolicyId

OptionOrOptions = Annotated[
    Any, WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
]
"""Checked by `parse_answers`, which knows the questionnaire and can name the options; `app.api.document` does too."""


class AdviceRequest(BaseModel):
    """Answers by question: an option, or a list of them. Leave out what you are not sure of."""

    model_config = ConfigDict(extra="forbid", strict=True)

    answers: dict[str, OptionOrOptions] = Field(
        examples=[
            {"language": "python", "deployment": ["mobile"], "data_type": ["images"], "goal": "production"},
        ]
    )
    policy: PolicyId = "today"
    verdicts: Literal["here", "shipped"] | Annotated[int, Field(ge=0)] = Field(
        default="here",
        description="Which verdicts count: `here`, this server's newest; `shipped`, none of its own; or those up to "
        "a number, an earlier advice's `verdicts_revision`.",
    )
    priorities: dict[str, float] = Field(
        default={},
        description="Factors from 0 to 10 on the weights of criteria.",
        examples=[{"speed-and-footprint": 2}],
    )
    precedents: bool = Field(
        default=True,
        description="Whether decisions of real projects count. `false` is a priority of 0 for their criterion.",
    )
    uncertain: UncertaintySchema = Field(
        default=UncertaintySchema.of(EVERYTHING),
        description="Whether the acceptability takes weights and evidence as uncertain.",
    )
    flips: FlipSearch = Field(
        default=DEFAULT_SEARCH,
        description="`together` also looks for two and three answers that change the recommendation only together, "
        "where no single one does. That can take a second.",
    )
