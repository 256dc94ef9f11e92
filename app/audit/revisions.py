"""The shipped rules as they stood at a revision of the repository that they are in."""

import io
import shutil
import subprocess
import tarfile
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from app.errors import InvalidRules, UnreadableRules, UnusableRevision, UnusableSetting, shortened
from app.knowledge.base import Knowledge
from app.knowledge.loader import load
from app.knowledge.references import probes_among
from app.paths import RULES

PATIENCE_S = 60
"""How long git may take."""


def rules_at(revision: str, overlay: Path | None = None, shipped: Path = RULES) -> Knowledge:
    """The rules of a revision, with the same own rules over them as over today's.

    Raises:
        UnusableRevision: there is no git, no repository, no such revision, or no folder of rules in it.
        UnreadableRules: the rules of then are none that this version can read.
    """
    root = shipped.resolve().parent
    commit = _commit(revision, root)
    with TemporaryDirectory(prefix="tiebreak-rules-") as folder:
        _extract(commit, revision, shipped, Path(folder))
        try:
            return load(overlay, Path(folder) / shipped.name, _probes_at(commit, root))
        except (InvalidRules, UnusableSetting) as error:
            reason = str(error).splitlines()[0]
            raise UnreadableRules(f"the rules of {shortened(revision)} cannot be read today: {reason}") from None


def _commit(revision: str, root: Path) -> str:
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not found:
        raise UnusableRevision(f"there is no revision {shortened(revision)} in the git repository of {root}")
    return found.decode().strip()


def _extract(commit: str, revision: str, shipped: Path, folder: Path) -> None:
    archive = _git(shipped.resolve().parent, "archive", "--format=tar", commit, "--", shipped.name)
    if not archive:
        raise UnusableRevision(f"revision {shortened(revision)} has no folder {shipped.name}")
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")


def _probes_at(commit: str, root: Path) -> frozenset[str]:
    """The ids of the probes that there were."""
    listed = _git(root, "ls-tree", "-r", "--name-only", commit, "--", "probes") or b""
    return probes_among(PurePath(line) for line in listed.decode().splitlines())


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git prints; None when it fails."""
    git = shutil.which("git")
    if git is None:
        raise UnusableRevision("git is not installed, so there are no rules of another revision to compare with")
    try:
        done = subprocess.run(  # noqa: S603
            [git, "-C", str(root), *arguments], capture_output=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise UnusableRevision(f"git did not answer within {PATIENCE_S:g} s") from None
    if b"dubious ownership" in done.stderr:
        raise UnusableRevision(f"git does not trust the repository of {root}: it belongs to somebody else")
    return done.stdout if done.returncode == 0 else None
