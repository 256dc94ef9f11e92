"""A framework that is missing is said, with how to add it, and the other half is measured all the same."""

import sys
from pathlib import Path

import httpx
import pytest

from app.main import create_app
from app.settings import Settings
from tests.support.pages.page_client import page_at
from tests.support.pages.page_tree import only, text_of
from tests.support.runs.run_services import executing, over, submitted
from tests.support.web.web_client import CORE, advice_from_api
from tests.support.worker.interpreters import lacking, with_nothing_but_numpy, without_numpy

NAMES = {"pytorch": "PyTorch", "tensorflow": "TensorFlow"}


def settings_of(folder: Path, **interpreters: str) -> Settings:
    chosen = dict.fromkeys(("pytorch_python", "tensorflow_python"), sys.executable) | interpreters
    return Settings(rules=None, data=folder / "data", **chosen)  # type: ignore[arg-type]


async def said_on(client: httpx.AsyncClient, address: str) -> str:
    return text_of(only(await page_at(client, address), "main"))


async def test_without_pytorch_tensorflow_is_measured_alone(tmp_path: Path) -> None:
    app = create_app(settings_of(tmp_path, pytorch_python=lacking(tmp_path / "without", "torch")))
    async with executing(app) as client:
        environment = (await client.get("/api/v1/environment")).json()["frameworks"]
        assert [environment[framework]["installed"] for framework in NAMES] == [False, True]
        assert environment["pytorch"]["failure"]["reason"] == "missing_package"
        said = await said_on(client, "/probes")
        assert "No module named 'torch'" in said
        assert "TIEBREAK_PYTORCH_PYTHON" in said
        assert "make serve" in said
        assert "TIEBREAK_TENSORFLOW_PYTHON" not in said

        observed = await over(client, await submitted(client, "polynomial_gradient"))
        timed = await over(client, await submitted(client, "matmul_256"), seconds=60)
        for run in (observed, timed):
            missing, whole = run["results"]
            assert (run["status"], run["error"]) == ("done", None)
            assert (missing["framework"], missing["failure"]["reason"]) == ("pytorch", "missing_package")
            assert (whole["framework"], whole["failure"]) == ("tensorflow", None)
            said = await said_on(client, f"/runs/{run['id']}")
            assert "No module named 'torch'" in said
            assert "TIEBREAK_PYTORCH_PYTHON" in said
        assert observed["results"][1]["observation"]
        assert timed["results"][1]["median_s"] > 0
        assert len(timed["results"][1]["samples_s"]) == 8
        assert (timed["comparison"]["verdict"], timed["comparison"]["ratio"]) == ("not_comparable", None)
        assert "pytorch" in timed["comparison"]["reason"]
        assert "Observed in one framework; PyTorch gave no result." in await said_on(client, f"/runs/{observed['id']}")


@pytest.mark.parametrize("lacks", ["both frameworks", "NumPy"])
async def test_with_neither_the_service_advises_and_a_run_fails_with_its_reason(tmp_path: Path, lacks: str) -> None:
    make = without_numpy if lacks == "NumPy" else with_nothing_but_numpy
    bare = make(tmp_path / "bare")
    app = create_app(settings_of(tmp_path, pytorch_python=bare, tensorflow_python=bare))
    async with executing(app) as client:
        assert (await client.get("/readyz")).status_code == 200
        assert await advice_from_api(client, CORE)
        said = await said_on(client, "/probes")
        for framework in NAMES:
            assert f"TIEBREAK_{framework.upper()}_PYTHON" in said
        for probe in ("polynomial_gradient", "matmul_256"):
            run = await over(client, await submitted(client, probe))
            assert run["status"] == "failed"
            assert run["error"]["reason"] == "missing_package"
            assert [result["failure"]["reason"] for result in run["results"]] == ["missing_package"] * 2
            assert "A package is missing" in await said_on(client, f"/runs/{run['id']}")
        assert run["comparison"]["verdict"] == "not_comparable"


async def test_an_interpreter_that_is_not_there_is_said_and_stops_nothing(tmp_path: Path) -> None:
    slim = with_nothing_but_numpy(tmp_path / "slim")
    app = create_app(settings_of(tmp_path, pytorch_python="/nowhere/python", tensorflow_python=slim))
    async with executing(app) as client:
        said = await said_on(client, "/probes")
        assert "/nowhere/python" in said
        assert "TIEBREAK_PYTORCH_PYTHON must be a Python interpreter" in said
        run = await over(client, await submitted(client, "polynomial_gradient"))
        assert [result["failure"]["reason"] for result in run["results"]] == ["unusable_interpreter", "missing_package"]
        assert "must be a Python interpreter" in await said_on(client, f"/runs/{run['id']}")


async def test_without_cuda_a_run_on_cuda_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the frameworks as they are installed, and any GPU hidden from them."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    app = create_app(settings_of(tmp_path))
    async with executing(app) as client:
        response = await client.post("/api/v1/runs", json={"probe": "matmul_256", "device": "cuda"})
        assert response.status_code == 422
        error = response.json()["errors"][0]
        assert (error["field"], error["allowed"]) == ("device", ["cpu"])
        assert "no cuda device" in error["message"]
        assert "sees cpu" in error["message"]
