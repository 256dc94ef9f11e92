"""The three tools: each measures a half in fresh processes on the same core, and returns its median."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from app.knowledge.models import Framework
from app.runs.worker.environment import worker_environment
from app.runs.worker.limits import usable_cores
from bench.benchmark import BenchFailed
from bench.jobs import catalogue, execute, interpreter, one_table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

SEED = 7
PYPERF = ("--processes", "2", "--values", "6", "--warmups", "1", "--min-time", "0.1", "--quiet")
"""Few processes, so that a run takes seconds; the number of calls in a value is pyperf's own choice."""
CHILD_SECONDS = 300


@dataclass(frozen=True)
class Measured:
    """A tool's median of the seconds of one call; from how many samples; and how many of them were disturbed."""

    median_s: float
    samples: int
    disturbed: int | None = None


def by_tiebreak(probe: str, framework: Framework) -> Measured:
    """Our own way: one pair of processes of a control run, the blocks of both taken together."""
    outcome = execute(one_table(probe, "standard", framework, pairs=1, more_pairs=0))
    samples = [sample for result in outcome.results for sample in result.samples_s]
    return Measured(median(samples), len(samples), outcome.comparisons[0].noisy_rounds)


def by_torch_benchmark(probe: str, framework: Framework) -> Measured:
    """`torch.utils.benchmark.Timer(...).blocked_autorange`."""
    with tempfile.TemporaryDirectory(prefix="tiebreak-bench-") as folder:
        answer = Path(folder) / "answer.json"
        _run(framework, "timer_child.py", [framework, _path(probe), str(SEED), _core(), str(answer)], Path(folder))
        found = json.loads(answer.read_text("utf-8"))
    return Measured(found["median_s"], found["samples"])


def by_pyperf(probe: str, framework: Framework) -> Measured:
    """pyperf with processes of its own."""
    import pyperf

    with tempfile.TemporaryDirectory(prefix="tiebreak-bench-") as folder:
        answer = Path(folder) / "answer.json"
        own = ["--framework", framework, "--probe", _path(probe), "--seed", str(SEED), "--core", _core()]
        inherited = ",".join(_environment(Path(folder)))
        pyperfs = [*PYPERF, "--affinity", _core(), "--inherit-environ", inherited, "--output", str(answer)]
        _run(framework, "pyperf_child.py", [*own, *pyperfs], Path(folder))
        found = pyperf.Benchmark.load(str(answer))
    return Measured(float(found.median()), int(found.get_nvalue()))


def _path(probe: str) -> str:
    return str(catalogue().probes[probe].path)


def _core() -> str:
    """The core on which our workers run too."""
    return str(usable_cores()[-1])


def _environment(scratch: Path) -> Mapping[str, str]:
    """A worker's environment, in which this repository can be imported too."""
    return {**worker_environment(scratch, "bench", "bench"), "PYTHONPATH": str(ROOT)}


def _run(framework: Framework, script: str, arguments: Sequence[str], scratch: Path) -> None:
    command = [interpreter(framework), "-B", str(HERE / script), *arguments]
    done = subprocess.run(
        command, env=_environment(scratch), cwd=scratch, capture_output=True, timeout=CHILD_SECONDS, text=True
    )
    if done.returncode:
        raise BenchFailed(f"{script} for {framework} ended with {done.returncode}: {done.stderr[-2000:]}")


TOOLS: Mapping[str, Callable[[str, Framework], Measured]] = {
    "tiebreak": by_tiebreak,
    "torch.utils.benchmark": by_torch_benchmark,
    "pyperf": by_pyperf,
}
