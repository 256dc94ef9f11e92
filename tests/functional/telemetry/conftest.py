"""An application with tiny probes, and whoever asks it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.support.runs.run_services import application_with, executing
from tests.support.worker.interpreters import with_nothing_but_numpy
from tests.support.worker.tiny_probes import write_probe


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Probes that work, sleep and fail."""
    write_probe(tmp_path, "fine")
    write_probe(tmp_path, "asleep", "time.sleep(600)")
    write_probe(tmp_path, "broken", "raise RuntimeError('no')", "os.kill(os.getpid(), 9)")
    return tmp_path


@pytest.fixture
def interpreter(tmp_path: Path) -> str:
    return with_nothing_but_numpy(tmp_path / "slim")


@pytest.fixture
def app(folder: Path, interpreter: str) -> FastAPI:
    return application_with(folder, interpreter)


@pytest.fixture
async def executed(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that executes what is submitted."""
    async with executing(app) as client:
        yield client
