"""Fixtures of the tests of runs: probes that work, sleep and fail, and applications that run them or let them wait."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.support.runs.run_services import (
    application_with,
    executing,
)
from tests.support.web.web_client import client_of
from tests.support.worker.interpreters import with_nothing_but_numpy
from tests.support.worker.tiny_probes import noting, write_probe, write_timing_probe

ASLEEP = "time.sleep(600)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Probes that work, sleep and fail, and a timed one."""
    write_probe(tmp_path, "fine")
    write_probe(tmp_path, "asleep", ASLEEP)
    write_probe(tmp_path, "broken", "raise RuntimeError('<b>no</b>')", "raise RuntimeError('neither')")
    write_timing_probe(tmp_path, "timed")
    for name in "abc":
        write_probe(tmp_path, name, noting(tmp_path / "notes", 0.1, name))
    return tmp_path


@pytest.fixture
def interpreter(tmp_path: Path) -> str:
    return with_nothing_but_numpy(tmp_path / "slim")


@pytest.fixture
def app(folder: Path, interpreter: str) -> FastAPI:
    return application_with(folder, interpreter, queue_limit=2)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that executes what is submitted."""
    async with executing(app) as client:
        yield client


@pytest.fixture
async def waiting(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that executes nothing, so that every run waits."""
    async with client_of(app) as client:
        yield client
