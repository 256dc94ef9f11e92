"""The settings of the service: environment variables that start with TIEBREAK_."""

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import UnusableSetting


class Settings(BaseSettings):
    """Read once, when the service starts. Every field has a default; the README lists them all."""

    model_config = SettingsConfigDict(env_prefix="TIEBREAK_", frozen=True, extra="ignore", env_ignore_empty=True)

    rules: Path | None = Field(
        default=None, description="A folder of your own rules, laid over the shipped ones. Default: the shipped rules."
    )
    max_body_bytes: int = Field(
        default=65_536, ge=1_024, le=16_777_216, description="The largest request body that is read, in bytes."
    )
    max_query_bytes: int = Field(
        default=8_192, ge=1_024, le=65_536, description="The longest query string that is read, in bytes."
    )


def read_settings() -> Settings:
    """The settings from the environment.

    Raises:
        UnusableSetting: naming the variable and what is wrong with its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = [f"TIEBREAK_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise UnusableSetting("; ".join(faults)) from None
