"""Ends of runs that the store could not take, kept as files until it can: what was measured survives a restart."""

import contextlib
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from app.runs.models import Model, Outcome, RunStatus
from app.runs.store.database import json_text

log = logging.getLogger("tiebreak.runs")


class RunEnd(Model):
    """How a run ended."""

    run: str
    status: RunStatus
    outcome: Outcome | None = None
    reason: str | None = None


@dataclass(frozen=True)
class OutcomeSpool:
    """A folder with a file for each end that is not stored yet."""

    folder: Path

    def keep(self, end: RunEnd) -> None:
        """Write an end down. Where that cannot be done either, memory has it for as long as the process lives."""
        place, draft = self._place(end.run), self.folder / f"{end.run}.new"
        if place.exists():
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with draft.open("w", encoding="utf-8") as file:
                file.write(json_text(end.model_dump(mode="json")))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(place)
        except OSError as error:
            log.warning("the end of run %s cannot be kept in %s: %s", end.run, self.folder, error.strerror)
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)

    def kept(self) -> Iterator[RunEnd]:
        """The ends that wait to be stored."""
        for place in sorted(self.folder.glob("*.json")):
            try:
                yield RunEnd.model_validate(json.loads(place.read_text(encoding="utf-8")))
            except FileNotFoundError:  # stored meanwhile, by another process
                continue
            except (OSError, ValueError, ValidationError):
                log.exception("%s cannot be read", place)

    def forget(self, run: str) -> None:
        """An end is stored."""
        with contextlib.suppress(OSError):
            self._place(run).unlink(missing_ok=True)

    def _place(self, run: str) -> Path:
        return self.folder / f"{run}.json"
