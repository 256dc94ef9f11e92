"""Where facts about a computer are looked for, so that a test can show another computer than its own."""

import platform
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
SYS = Path("/sys")


@dataclass(frozen=True)
class Roots:
    """The places that collectors read.

    `path` is where programs such as `nvidia-smi` are looked for, in the form of the variable PATH; None stands for the
    service's own PATH. `system` is what `platform.system()` says: `Linux`, `Darwin` or `Windows`.
    """

    proc: Path = PROC
    sys: Path = SYS
    path: str | None = None
    system: str = field(default_factory=platform.system)

    @property
    def is_this_computer(self) -> bool:
        """Whether `os` and `psutil` may fill gaps: they always speak of the computer that runs the service."""
        return (self.proc, self.sys) == (PROC, SYS)


THIS_COMPUTER = Roots()
