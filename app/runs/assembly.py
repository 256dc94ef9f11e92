"""The parts of the run service, put together."""

import tempfile
from pathlib import Path

from app.errors import UnusableSetting
from app.knowledge.base import Knowledge
from app.runs.catalogue import Catalogue, read_catalogue
from app.runs.inspection import Inspection
from app.runs.local_executor import LocalExecutor
from app.runs.measuring.jobs import Questions
from app.runs.observers import Observer
from app.runs.outcome_spool import OutcomeSpool
from app.runs.run_settings import RunSettings
from app.runs.runner_names import runner_is_gone, this_runner
from app.runs.service import RunService
from app.runs.store.address import read_address
from app.runs.store.migration import migrate
from app.runs.store.store import Store
from app.runs.worker.killing import kill_abandoned
from app.runs.worker.machine_lock import lock_file
from app.runs.worker.scratch import remove_abandoned


def make_run_service(
    settings: RunSettings, questions: Questions, observer: Observer | None = None, catalogue: Catalogue | None = None
) -> RunService:
    """The run service on this machine, with its database brought up to date. Blocks; executes nothing yet.

    Raises:
        UnusableSetting: the folder cannot be written, or the database cannot be used.
        UnusableProbe: a shipped probe is broken.
    """
    make_folder(settings.data)
    address = read_address(settings.database, settings.password)
    migrate(address)
    owner, scratch = this_runner(), settings.data / "scratch"
    lock = lock_file(settings.data)
    kill_abandoned(runner_is_gone)
    remove_abandoned(scratch)
    return RunService(
        Store(address),
        catalogue or read_catalogue(),
        LocalExecutor(settings.interpreters, owner, settings.worker, lock, scratch),
        Inspection(settings.interpreters, owner, settings.worker, scratch),
        settings.limits,
        questions,
        OutcomeSpool(settings.data / "unstored"),
        observer,
    )


def questions_of(knowledge: Knowledge) -> Questions:
    """What the rules ask of the probes."""
    return Questions(tuple(knowledge.claims.values()), tuple(knowledge.workloads.values()))


def make_folder(data: Path) -> None:
    """The data folder, which only its owner reads. Raises UnusableSetting when it cannot be written."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        raise UnusableSetting(f"TIEBREAK_DATA: {data} cannot be written: {error.strerror}") from None
