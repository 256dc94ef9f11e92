"""What every part of an advice is made of."""

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """Base of every part of an advice."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True)


class PerFramework(Schema):
    """A number for each framework."""

    pytorch: float
    tensorflow: float
