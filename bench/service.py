"""The real service on a free port, with a data folder of its own, and runs made through its public interface."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.benchmark import BenchFailed
from bench.service_process import running_service

POLL_SECONDS = 1.0
"""Seldom enough not to disturb what is measured."""

Json = dict[str, Any]


@contextmanager
def service() -> Iterator[httpx.Client]:
    """A client of a service that ends with the block."""
    with (
        tempfile.TemporaryDirectory(prefix="tiebreak-bench-") as folder,
        running_service(Path(folder) / "log") as base,
        httpx.Client(base_url=base, timeout=30, trust_env=False) as client,
    ):
        yield client


def submit(client: httpx.Client, body: Mapping[str, Any]) -> str:
    """Ask for a run; its id."""
    return str(answer(client.post("/api/v1/runs", json=body))["id"])


def ended(client: httpx.Client, id: str) -> Json:
    """Wait for the end of a run."""
    while True:
        run = get_run(client, id)
        if run["finished_at"]:
            return run
        time.sleep(POLL_SECONDS)


def cancel(client: httpx.Client, id: str) -> None:
    """End a run, unless it has ended by itself."""
    response = client.delete(f"/api/v1/runs/{id}")
    if response.status_code != 409:
        answer(response)


def get_run(client: httpx.Client, id: str) -> Json:
    return answer(client.get(f"/api/v1/runs/{id}"))


def answer(response: httpx.Response) -> Json:
    """The body of a response. Raises BenchFailed when it is a refusal."""
    if response.is_error:
        raise BenchFailed(f"{response.request.method} {response.request.url.path}: {response.text}")
    body: Json = response.json()
    return body
