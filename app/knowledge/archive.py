"""The rules that this server has ever had, in its data folder: what an old link was made with can be given again."""

import gzip
import logging
import re
import secrets
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.knowledge.archive_format import from_text, to_text
from app.knowledge.base import Knowledge

log = logging.getLogger("tiebreak.archive")

VERSION = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True)
class Archive:
    """Rule bases by version, one compressed file each."""

    folder: Path

    def keep(self, knowledge: Knowledge) -> None:
        """Keep a rule base, unless it is kept already. A file is written whole or not at all.

        Without it old links show no then and now, which is no reason not to serve: what hinders it is logged.
        """
        path = self._path(knowledge.version)
        if path.exists():
            return
        part = path.with_suffix(f".{secrets.token_hex(4)}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(gzip.compress(to_text(knowledge).encode(), mtime=0))
            part.replace(path)
        except OSError:
            log.exception("the rules %s are not kept", knowledge.version)
            part.unlink(missing_ok=True)

    def find(self, version: str) -> Knowledge | None:
        """The rule base of a version; None when this server does not have it, or cannot read it any more."""
        path = self._path(version)
        return _read(path) if VERSION.fullmatch(version) and path.exists() else None

    def _path(self, version: str) -> Path:
        return self.folder / f"{version}.json.gz"


@lru_cache(maxsize=4)
def _read(path: Path) -> Knowledge | None:
    try:
        return from_text(gzip.decompress(path.read_bytes()).decode())
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
        return None
