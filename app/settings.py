"""The settings of the service: environment variables that start with TIEBREAK_."""

import sys
from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import UnusableSetting
from app.knowledge.models import Framework


class Settings(BaseSettings):
    """Read once, when the service starts. Every field has a default; the README lists them all."""

    model_config = SettingsConfigDict(env_prefix="TIEBREAK_", frozen=True, extra="ignore", env_ignore_empty=True)

    rules: Path | None = Field(
        default=None, description="A folder of your own rules, laid over the shipped ones. Default: the shipped rules."
    )
    data: Path = Field(
        default_factory=lambda: user_data_path("tiebreak", appauthor=False),
        description="The folder of everything that the service writes. Default: `tiebreak` in the user's data folder.",
    )
    database_url: str | None = Field(
        default=None, description="Where the history of runs is stored. Default: an SQLite file in the data folder."
    )
    api_token: SecretStr | None = Field(
        default=None, description="When set, starting or cancelling a run needs it as a bearer token."
    )
    pytorch_python: str = Field(
        default=sys.executable,
        description="The Python that PyTorch's half of a probe runs in. Default: the one that runs the service.",
    )
    tensorflow_python: str = Field(
        default=sys.executable,
        description="The Python that TensorFlow's half of a probe runs in. Default: the one that runs the service.",
    )
    queue_limit: int = Field(default=8, ge=1, le=1_000, description="How many runs may wait before more are refused.")
    worker_memory_bytes: int = Field(
        default=4 * 2**30, ge=2**29, description="How much memory a worker and its children may take, in bytes."
    )
    max_body_bytes: int = Field(
        default=65_536, ge=1_024, le=16_777_216, description="The largest request body that is read, in bytes."
    )
    max_query_bytes: int = Field(
        default=8_192, ge=1_024, le=65_536, description="The longest query string that is read, in bytes."
    )

    @property
    def run_service(self) -> dict[str, Any]:
        """What `app.runs.assembling.make_run_service` is given."""
        return {
            "data": self.data,
            "database": self.database,
            "interpreters": self.interpreters,
            "queue_limit": self.queue_limit,
            "memory_bytes": self.worker_memory_bytes,
        }

    @property
    def interpreters(self) -> dict[Framework, str]:
        """The Python of each framework's half."""
        return {"pytorch": self.pytorch_python, "tensorflow": self.tensorflow_python}

    @property
    def database(self) -> str:
        """The address of the database that is used."""
        return self.database_url or f"sqlite+aiosqlite:///{self.database_file}"

    @property
    def database_file(self) -> Path:
        """The SQLite file that is used where no other database is named."""
        return self.data / "tiebreak.db"


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
