"""Schemathesis over the whole OpenAPI document finds nothing: what it sends is answered as the document says.

It asks a real server, whose probes are tiny and whose interpreters lack both frameworks, so that runs are over at once.
`make fuzz CASES=50000` asks more, and `SEED=7` asks something else.
"""

import json
import os
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.support.runs.run_services import RunServer, run_server
from tests.support.sizes import size
from tests.support.worker.interpreters import with_nothing_but_numpy
from tests.support.worker.tiny_probes import write_probe, write_timing_probe

SCHEMATHESIS = Path(sysconfig.get_path("scripts")) / "schemathesis"
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")

CASES = int(os.environ.get("TIEBREAK_FUZZ_CASES") or size(500, 5_000))
SEED = os.environ.get("TIEBREAK_FUZZ_SEED", "20261121")

CASES_AN_EXAMPLE = 11
"""How many cases come of one example an operation, at least. Fifteen operations, of which some take nothing to vary."""


def fuzz(server: RunServer, folder: Path) -> tuple[dict[str, Any], str]:
    """What schemathesis found, as data and as it says it."""
    report = folder / "report.json"
    document = f"{str(server.client.base_url).rstrip('/')}/openapi.json"
    examples = CASES // CASES_AN_EXAMPLE + 1
    how = ["--seed", SEED, "--max-examples", str(examples), "--continue-on-failure"]
    child = subprocess.run(
        [SCHEMATHESIS, "--config-file", CONFIGURATION, "run", document, *how, "--report-json-path", report],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(report.read_text()) if report.exists() else {}, child.stdout + child.stderr


@pytest.mark.timeout(max(900, CASES // 5))  # two minutes for 5,000 cases on two quiet cores
def test_nothing_is_found(tmp_path: Path) -> None:
    write_probe(tmp_path, "fine")
    write_timing_probe(tmp_path, "timed")
    slim = with_nothing_but_numpy(tmp_path / "slim")
    settings = {"TIEBREAK_PYTORCH_PYTHON": slim, "TIEBREAK_TENSORFLOW_PYTHON": slim, "TIEBREAK_RUNS_PER_HOUR": "0"}
    with run_server(tmp_path, tmp_path / "data", settings) as server:
        found, said = fuzz(server, tmp_path)
        assert server.client.get("/readyz").status_code == 200
    assert found, said
    assert (found["exit_code"], found["failures"], found["errors"]) == (0, [], []), said
    assert found["operations"]["tested"] == found["operations"]["total"] >= 15
    assert {phase["status"] for phase in found["phases"].values()} == {"success"}
    assert found["test_cases"]["generated"] >= CASES
