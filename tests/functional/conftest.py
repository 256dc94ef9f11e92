"""Fixtures of the functional tests: one application for all of them, a new client for each."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from tests.support.storage.databases import close_stores, drop_databases
from tests.support.web.web_client import client_of
from tests.support.worker.interpreters import both_by, with_nothing_but_numpy


@pytest.fixture(scope="session", autouse=True)
def interpreters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Services look at interpreters without frameworks unless a test names others: that takes no seconds."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in both_by(with_nothing_but_numpy(tmp_path_factory.mktemp("slim") / "python")).items():
            patch.setenv(name, value)
        yield


@pytest.fixture(autouse=True)
def databases() -> Iterator[None]:
    """What a test had stored is gone with it."""
    yield
    asyncio.run(close_stores())
    drop_databases()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A file that a half makes when it is where the test wants it."""
    return tmp_path / "reached"


@pytest.fixture(scope="session")
def day() -> date:
    """The day on which the tests started, so that midnight changes nothing between two requests."""
    return date.today()


@pytest.fixture(scope="session")
def application(day: date, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The application; outside its lifespan, so that runs wait and none is executed."""
    return create_app(Settings(rules=None, data=tmp_path_factory.mktemp("data")), clock=lambda: day)


@pytest.fixture(scope="session")
def second_application(day: date, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Another instance, as after a restart or on another machine."""
    return create_app(Settings(rules=None, data=tmp_path_factory.mktemp("data")), clock=lambda: day)


@pytest.fixture
async def client(application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(application) as client:
        yield client
