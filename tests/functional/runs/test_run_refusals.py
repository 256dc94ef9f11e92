"""What cannot be run is refused and says why, and whatever is sent breaks nothing."""

from typing import Any

import httpx
import pytest

from tests.support.runs.run_services import (
    RUNS,
    submitted,
)
from tests.support.web.web_client import problem_fields


@pytest.mark.parametrize(
    ("body", "field", "allowed"),
    [
        ({}, "probe", ()),
        ({"probe": "nothing"}, "probe", ("fine", "timed")),
        ({"probe": 5}, "probe", ()),
        ({"probe": "../fine"}, "probe", ("fine",)),
        ({"probe": "fine", "preset": "slow"}, "preset", ("quick", "standard", "rigorous")),
        ({"probe": "fine", "device": "tpu"}, "device", ("cpu", "cuda", "mps")),
        ({"probe": "fine", "device": "cuda"}, "device", ("cpu",)),
        ({"probe": "fine", "mode": "lazy"}, "mode", ("ordinary", "eager", "compiled")),
        ({"probe": "fine", "mode": "eager"}, "mode", ("ordinary",)),
        ({"probe": "fine", "control": "jax"}, "control", ("pytorch", "tensorflow")),
        ({"probe": "fine", "colour": "blue"}, "colour", ()),
        ({"probe": "fine", "seed": 1}, "seed", ()),
        ([], "body", ()),
        ("fine", "body", ()),
        (None, "body", ()),
    ],
)
async def test_what_cannot_be_run_is_a_422_that_names_the_field(
    waiting: httpx.AsyncClient, body: Any, field: str, allowed: tuple[str, ...]
) -> None:
    response = await waiting.post(RUNS, json=body)
    assert response.status_code == 422
    assert problem_fields(response) == [field]
    assert set(allowed) <= set(response.json()["errors"][0]["allowed"])
    assert (await waiting.get(RUNS)).headers["total-count"] == "0"


async def test_all_faults_are_named_at_once(waiting: httpx.AsyncClient) -> None:
    response = await waiting.post(RUNS, json={"probe": "fine", "preset": "slow", "device": "tpu", "colour": "blue"})
    assert sorted(problem_fields(response)) == ["colour", "device", "preset"]
    both = await waiting.post(RUNS, json={"probe": "fine", "device": "cuda", "mode": "eager"})
    assert sorted(problem_fields(both)) == ["device", "mode"]


@pytest.mark.parametrize("device", ["cuda", "mps"])
async def test_a_device_that_is_not_there_is_a_422_that_says_what_is(waiting: httpx.AsyncClient, device: str) -> None:
    response = await waiting.post(RUNS, json={"probe": "timed", "device": device})
    assert response.status_code == 422
    assert problem_fields(response) == ["device"]
    error = response.json()["errors"][0]
    assert f"no {device} device" in error["message"]
    assert "PyTorch" in error["message"]
    assert error["allowed"] == ["cpu"]


async def test_a_program_of_another_site_cannot_start_a_run(waiting: httpx.AsyncClient) -> None:
    """What a page can send anywhere without asking: the body that would do, under a type that needs no permission."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        response = await waiting.post(RUNS, content=b'{"probe": "fine"}', headers={"content-type": kind})
        assert response.status_code == 422
    assert (await waiting.get(RUNS)).headers["total-count"] == "0"


PLACES = (
    "/probes",
    "/probes/fine",
    "/probes/nothing",
    "/runs/{id}",
    RUNS,
    f"{RUNS}/{{id}}",
    f"{RUNS}/{{id}}/events",
    "/api/v1/probes",
    "/api/v1/probes/fine",
    "/api/v1/environment",
)


@pytest.mark.parametrize("place", PLACES)
async def test_head_answers_as_get_does_without_a_body(waiting: httpx.AsyncClient, place: str) -> None:
    id = await submitted(waiting, "fine")
    await waiting.delete(f"{RUNS}/{id}")
    get, head = [await waiting.request(method, place.format(id=id)) for method in ("GET", "HEAD")]
    assert (head.status_code, head.headers["content-type"]) == (get.status_code, get.headers["content-type"])
    assert head.content == b""


BODIES = [
    b"",
    b"\xff\xfe",
    b"{",
    b"[" * 20_000,
    b'{"probe": "fine", "probe": ["fine"]}',
    b'{"probe": "\\ud800"}',
    b'{"probe": "fine\\u0000"}',
    b'{"probe": "fine", "preset": ' + b"9" * 5000 + b"}",
    b'{"probe": "fine", "device": NaN}',
    b"preset=%ff%fe&device=%00",
    b"preset=\xc3\xa4&" + b"a=b&" * 5000,
    b"&&&=&=",
    b"token=" + b"x" * 60_000,
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_no_body_breaks_the_service(waiting: httpx.AsyncClient, body: bytes) -> None:
    for place in (RUNS, "/probes/fine", "/probes/nothing", "/runs/nothing/cancel"):
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
            for accept in ("text/html", "*/*"):
                headers = {"content-type": kind, "accept": accept}
                response = await waiting.post(place, content=body, headers=headers)
                assert response.status_code in (202, 303, 400, 404, 422, 429), (place, kind)
                assert "Traceback (most" not in response.text
    assert (await waiting.get("/readyz")).status_code == 200
