"""Gives each framework of the container image a virtual environment of its own: `frameworks.py cpu|cuda|none FOLDER`.

One each, since the CUDA builds of the two bring different CUDA libraries. What the service's own environment has
already, NumPy above all, is shared: a `.pth` file names its packages, and pip then leaves them out. The Dockerfile runs
this in the service's environment; it needs the standard library alone.
"""

import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FRAMEWORKS = ("pytorch", "tensorflow")

EXTRAS: Mapping[str, Mapping[str, str]] = {
    "cpu": {"pytorch": "pytorch", "tensorflow": "tensorflow"},
    "cuda": {"pytorch": "pytorch", "tensorflow": "tensorflow-cuda"},
    "none": {},
}
"""Which of the project's extras a variant of the image installs for a framework. On Linux, what the package index has
under PyTorch's name is the CUDA build; the CPU build comes from the index that PIP_EXTRA_INDEX_URL names."""


def requirements(variant: str, framework: str, project: Mapping[str, Any]) -> list[str]:
    """What pip is asked to install for a framework; nothing where the variant is without it.

    Raises:
        SystemExit: there is no such variant.
    """
    if variant not in EXTRAS:
        raise SystemExit(f"FRAMEWORKS is one of {', '.join(EXTRAS)}, not {variant!r}")
    extra = EXTRAS[variant].get(framework)
    wanted: list[str] = project["optional-dependencies"][extra] if extra else []
    return wanted


def make_environment(place: Path) -> None:
    """A virtual environment without pip, which sees the packages of this one."""
    venv.create(place, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(place), "platbase": str(place)}))
    (packages / "service.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")


def install(place: Path, wanted: list[str]) -> None:
    """Have the base installation's pip install into an environment. Raises CalledProcessError when it cannot."""
    pip = [str(Path(sys.base_prefix, "bin", "python3")), "-m", "pip", "--python", str(place / "bin" / "python")]
    subprocess.run([*pip, "install", "--constraint", "constraints.txt", *wanted], check=True)  # noqa: S603


def main(variant: str, folder: str) -> None:
    """Make both environments under a folder. Raises SystemExit when there is no such variant."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    for framework in FRAMEWORKS:
        wanted = requirements(variant, framework, project)
        place = Path(folder, framework)
        make_environment(place)
        if wanted:
            install(place, wanted)


if __name__ == "__main__":
    main(*sys.argv[1:])
