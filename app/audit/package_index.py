"""What the package index that pip is set up with has of a package.

pip itself is asked, as a program: so its own settings (index, mirrors, proxies, certificates) are the ones that hold.
"""

import re
import subprocess
import sys
from dataclasses import dataclass

LIMIT_SECONDS = 120
"""How long one question may take."""

PLATFORMS = (
    *(f"manylinux_2_{glibc}_x86_64" for glibc in (35, 34, 31, 28, 27, 26, 24, 17)),
    *("manylinux2014_x86_64", "macosx_15_0_arm64", "win_amd64"),
)
"""Where a wheel counts that no platform is asked for: the answer must not depend on the machine that asks."""

_VERSIONS = re.compile(r"^Available versions: (.+)$", re.MULTILINE)
_UNREACHED = re.compile(r"Could not fetch URL \S+: (?!404\b)(.+?)(?: - skipping)?$", re.MULTILINE)
_NONE = "No matching distribution found"


@dataclass(frozen=True)
class Query:
    """Which final releases there are of a package for a Python, and for a platform and an ABI where one is named."""

    package: str
    python: str
    abi: str | None = None
    platform: str | None = None

    @property
    def options(self) -> list[str]:
        """What pip is told beside the name of the package. A tag excludes archives of source, which have none."""
        platforms = PLATFORMS if self.platform is None else (self.platform,)
        words = ["--python-version", self.python, "--implementation", "cp"]
        words += [word for platform in platforms for word in ("--platform", platform)]
        return words if self.abi is None else [*words, "--abi", self.abi, "--only-binary=:all:"]


@dataclass(frozen=True)
class Listed:
    """Final releases, newest first; empty when the index answered and has none. None: no answer, for this reason."""

    versions: tuple[str, ...] | None
    why_not: str = ""


def with_tag(package: str, tag: str) -> Query:
    """The question for wheels with a tag such as `cp314t` or `cp313-win_amd64`."""
    abi, _, platform = tag.partition("-")
    minor = abi.removeprefix("cp3").removesuffix("t")
    return Query(package, f"3.{minor}", abi, platform or None)


def ask(query: Query, interpreter: str = sys.executable, seconds: float = LIMIT_SECONDS) -> Listed:
    """Let the pip of `interpreter` ask its index."""
    options = ["-vv", "--no-input", "--disable-pip-version-check", "--retries", "1", *query.options]
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter that runs this, and names that the rules' schema limits
            [interpreter, "-m", "pip", "index", "versions", *options, "--", query.package],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Listed(None, f"pip did not end within {seconds:.0f} s")
    return _read(done.stdout, done.stderr)


def _read(out: str, err: str) -> Listed:
    """pip tells an index that has nothing from one that it cannot reach in its log only."""
    unreached = _UNREACHED.search(out + err)
    if unreached:
        return Listed(None, f"the package index cannot be reached: {_shortened(unreached[1])}")
    found = _VERSIONS.search(out)
    if found:
        return Listed(tuple(found[1].split(", ")))
    if _NONE in err:
        return Listed(())
    lines = err.strip().splitlines()
    return Listed(None, f"pip says: {_shortened(lines[-1])}" if lines else "pip says nothing")


def _shortened(message: str) -> str:
    return message if len(message) <= 160 else f"{message[:159]}…"
