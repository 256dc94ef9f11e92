"""The settings of the service: environment variables that start with TIEBREAK_."""

import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.errors import UnusableSetting
from app.knowledge.models import Framework
from app.runs.run_settings import RunLimits, RunSettings
from app.runs.worker.limits import WorkerLimits

PREFIX = "TIEBREAK_"

SHORTEST_TOKEN = 16
"""In characters. A random token of this length cannot be guessed."""

SECRETS = Path("/run/secrets")
"""Where container engines put secrets. The file `tiebreak_api_token` works like the variable, which has
priority."""


def _parted(value: object) -> object:
    """`a, b` as a list; a list stays as it is."""
    return [part for part in value.replace(",", " ").split() if part] if isinstance(value, str) else value


def _network(value: str) -> str:
    return str(ip_network(value))


def _token(value: SecretStr) -> SecretStr:
    """A token that can be sent and is hard to guess. The error message does not repeat the token."""
    token = value.get_secret_value()
    if len(token) < SHORTEST_TOKEN:
        raise ValueError(f"must have {SHORTEST_TOKEN} characters or more")
    if not token.isprintable() or token != token.strip():
        raise ValueError("must not begin or end with a space, or contain unprintable characters")
    return value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_parted)]
Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], NoDecode, BeforeValidator(_parted)]


class Settings(BaseSettings):
    """Read once, when the service starts. Every field has a default; docs/settings.md lists them all."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    rules: Path | None = Field(
        default=None, description="A folder with your own rules, which extend or replace the shipped ones."
    )
    data: Path = Field(
        default_factory=lambda: user_data_path("tiebreak", appauthor=False),
        description="The folder for all files that the service writes.",
    )
    listen_host: str = Field(default="127.0.0.1", min_length=1, description="The address to listen on.")
    listen_port: int = Field(
        default=8_000, ge=0, le=65_535, description="The port to listen on; 0 takes any free port."
    )
    database_url: str | None = Field(
        default=None,
        description="The database for the history of runs: `sqlite:///…` or `postgresql://…`.",
    )
    database_password: SecretStr | None = Field(
        default=None, description="The database password, if you do not want it in the URL."
    )
    keep_runs: int = Field(
        default=10_000, ge=100, le=10_000_000, description="How many runs to keep. The oldest are deleted first."
    )
    api_token: Annotated[SecretStr, AfterValidator(_token)] | None = Field(
        default=None,
        description="A token (16 characters or more). If set, clients must send it to start or cancel a run.",
    )
    pytorch_python: str = Field(
        default=sys.executable,
        description="The Python interpreter for the PyTorch half of a probe.",
    )
    tensorflow_python: str = Field(
        default=sys.executable,
        description="The Python interpreter for the TensorFlow half of a probe.",
    )
    queue_limit: int = Field(default=8, ge=1, le=1_000, description="How many runs may wait. Further runs are refused.")
    runs_per_hour: int = Field(
        default=600,
        ge=0,
        le=100_000,
        description="How many runs one client may start in an hour, a fifth of them at once; 0 means no limit.",
    )
    worker_memory_bytes: int = Field(
        default=4 * 2**30, ge=2**29, description="Maximum memory of a worker and its child processes, in bytes."
    )
    max_body_bytes: int = Field(
        default=65_536, ge=1_024, le=16_777_216, description="Maximum size of a request body, in bytes."
    )
    max_query_bytes: int = Field(
        default=8_192, ge=1_024, le=65_536, description="Maximum length of a query string, in bytes."
    )

    request_seconds: float = Field(
        default=20, ge=1, le=600, description="How long a client may take to send a request, in seconds."
    )
    connections: int = Field(default=1_000, ge=10, le=100_000, description="Maximum number of open connections.")
    allowed_hosts: Names = Field(
        default=(), description="The host names under which clients may call the service, such as `advice.example.org`."
    )
    trusted_proxies: Networks = Field(
        default=(), description="Proxies whose forwarding headers are trusted: addresses or networks."
    )
    log_format: Literal["plain", "json"] = Field(default="plain", description="Format of the log: `plain` or `json`.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Minimum severity to log: `debug`, `info`, `warning` or `error`."
    )
    otlp_endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s]+$",
        description="The OpenTelemetry collector that receives traces. Without it, there are no traces.",
    )

    @property
    def runs(self) -> RunSettings:
        """The settings of the run service."""
        return RunSettings(
            data=self.data,
            database=self.database,
            password=self.password,
            interpreters=self.interpreters,
            worker=WorkerLimits(self.worker_memory_bytes),
            limits=RunLimits(self.queue_limit, self.keep_runs),
        )

    @property
    def interpreters(self) -> dict[Framework, str]:
        """The Python of each framework's half."""
        return {"pytorch": self.pytorch_python, "tensorflow": self.tensorflow_python}

    @property
    def database(self) -> str:
        """The address of the database that is used."""
        return self.database_url or f"sqlite:///{self.database_file}"

    @property
    def password(self) -> str | None:
        """The database's password, where it is kept apart from the address."""
        return self.database_password.get_secret_value() if self.database_password else None

    @property
    def database_file(self) -> Path:
        """The SQLite file that is used where no other database is named."""
        return self.data / "tiebreak.db"


def read_settings(secrets: Path = SECRETS) -> Settings:
    """The settings from the environment, and from files in the folder `secrets`.

    Raises:
        UnusableSetting: naming the variable and what is wrong with its value.
    """
    try:
        return Settings(_secrets_dir=secrets if secrets.is_dir() else None)
    except ValidationError as error:
        faults = [f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()]
        raise UnusableSetting("; ".join(faults)) from None
