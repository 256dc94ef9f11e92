"""Under which conditions something was measured."""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from pydantic import BaseModel, ConfigDict

from app.machine.description import describe_machine
from app.machine.load import describe_load
from app.machine.models import Load

PACKAGES = ("tiebreak", "torch", "tensorflow", "tensorflow-cpu", "keras", "numpy", "pyperf")


class Conditions(BaseModel):
    """The machine, the versions, and how busy the machine was before and after. Loads are means over one minute."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    began: datetime
    minutes: float | None = None
    processor: str | None
    architecture: str | None
    cores: int | None
    virtual: bool | None
    kernel: str | None
    system: str | None
    python: str | None
    versions: Mapping[str, str]
    load_before: float | None
    pressure_before: float | None
    load_after: float | None = None

    def ended(self) -> "Conditions":
        """The same, completed by how long it took and the load now."""
        minutes = (datetime.now(UTC) - self.began).total_seconds() / 60
        return self.model_copy(update={"minutes": round(minutes, 1), "load_after": describe_load().minutes_1})

    def in_words(self) -> str:
        """One line for a terminal and for the report."""
        kind = "virtual machine" if self.virtual else "machine"
        machine = f"{self.processor or 'unknown processor'} ({self.architecture}), {self.cores} cores, {kind}"
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        load = f"load {self.load_before} before" + ("" if self.load_after is None else f" and {self.load_after} after")
        began = self.began.strftime("%Y-%m-%d %H:%M UTC")
        return f"{began}; {machine}; {self.system}, kernel {self.kernel}; {self.python}; {versions}; {load}"


def conditions_now() -> Conditions:
    """The conditions at the beginning."""
    machine = describe_machine()
    return Conditions(
        began=datetime.now(UTC).replace(microsecond=0),
        processor=machine.processor.model,
        architecture=machine.processor.architecture,
        cores=machine.processor.logical,
        virtual=machine.processor.virtual,
        kernel=machine.system.kernel,
        system=machine.system.os,
        python=machine.system.python,
        versions=_versions(),
        load_before=machine.load.minutes_1,
        pressure_before=_pressure(machine.load),
    )


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # one of the two TensorFlow packages always
            continue
    return found


def _pressure(load: Load) -> float | None:
    return load.cpu.avg10 if load.cpu else None
