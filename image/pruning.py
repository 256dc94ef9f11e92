"""Takes out of installed packages what nothing needs that runs: `pruning.py none|cpp FOLDER...`.

Tests, debugging symbols and, where there is no C++ compiler to read them, headers. Needs `strip` on the PATH.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

TOOLS = ("none", "cpp")
"""What the image has for making programs: nothing, or a C++ compiler."""

NEEDLESS = (
    "clang",  # TensorFlow asks for libclang and imports it nowhere
    "torch/test",
    "tensorflow/xla_aot_runtime_src",
)
"""Folders that nothing imports."""

HEADERS = ("torch/include", "torch/share", "tensorflow/include")

PROGRAMS, NEEDED_PROGRAMS = "torch/bin", ("torch_shm_manager",)
"""Test programs and compilers of protocols, and among them what hands tensors from process to process."""

WITH_SYMBOLS = (
    "tensorflow/libtensorflow_cc.so.2",
    "tensorflow/libtensorflow_framework.so.2",
    "torch/lib/libtorch_cpu.so",
    "torch/lib/libtorch_python.so",
)
"""Libraries that carry much for debuggers. Not any library: `strip` breaks those whose headers were moved when their
wheel was made, NumPy's among them. The Dockerfile imports the frameworks afterwards: a broken one ends the build."""


def prune(packages: Path, keep_headers: bool) -> None:
    """Remove what is needless in a folder of packages, in place. Raises CalledProcessError when `strip` fails."""
    for path in _needless(packages, keep_headers):
        if path.is_dir():
            shutil.rmtree(path)
        else:  # gone already where it lay in a folder of the list
            path.unlink(missing_ok=True)
    for name in WITH_SYMBOLS:
        if (packages / name).exists():
            subprocess.run(["strip", "--strip-unneeded", str(packages / name)], check=True)  # noqa: S603, S607


def _needless(packages: Path, keep_headers: bool) -> Iterator[Path]:
    folders = NEEDLESS if keep_headers else NEEDLESS + HEADERS
    yield from (packages / folder for folder in folders if (packages / folder).is_dir())
    yield from (path for path in packages.glob(f"{PROGRAMS}/*") if path.name not in NEEDED_PROGRAMS)
    yield from [path for path in packages.glob("*/**/tests") if path.is_dir()]
    yield from [*packages.rglob("*.a"), *packages.glob("tensorflow/**/*_test.py")]


def main(tools: str, *folders: str) -> None:
    """Prune each of the folders. Raises SystemExit when there are no such tools."""
    if tools not in TOOLS:
        raise SystemExit(f"TOOLS is {' or '.join(TOOLS)}, not {tools!r}")
    for folder in folders:
        prune(Path(folder), keep_headers=tools == "cpp")


if __name__ == "__main__":
    main(*sys.argv[1:])
