"""Real worker processes for the tests: whole runs, and one pair of processes that measures many probes in turn."""

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.knowledge.models import Framework
from app.runs.catalogue import Probe, read_catalogue
from app.runs.measuring.execution import conclude, perform
from app.runs.measuring.jobs import EventKind, Job, Progress
from app.runs.measuring.pairs import ProcessPair, start_pair
from app.runs.measuring.presets import Level
from app.runs.measuring.results import compare_series, result_of
from app.runs.measuring.series import Series
from app.runs.measuring.variant import VariantInPair
from app.runs.models import Comparison, Outcome, Run, RunRequest
from app.runs.worker.host import Host
from app.runs.worker.killing import kill_marked
from app.runs.worker.limits import WorkerLimits

SEED = 7
OWNER = f"tests-of-measuring-{os.getpid()}"
MEMORY = 4 << 30

BRIEF = Level(1, 0, 3, 2, 0.005, 0.05, 1, 1, all_threads=False, names_winners=False)
"""Enough for every check of the work: a loss must stand still for three blocks."""

Told = list[tuple[EventKind, Mapping[str, Any]]]


def shipped(id: str) -> Probe:
    return read_catalogue().probes[id]


def edited(folder: Path, id: str, edits: Mapping[str, str], half: Framework | None = None) -> Probe:
    """A shipped probe with some of its text exchanged, in one half or in the whole file, as a probe of its own."""
    probe = shipped(id)
    whole = probe.path.read_text(encoding="utf-8")
    before = probe.code.half(half) if half else whole
    after = before
    for old, new in edits.items():
        assert old in after, f"{id} no longer has {old!r}"
        after = after.replace(old, new)
    return written(folder, id, whole.replace(before, after))


def written(folder: Path, id: str, text: str) -> Probe:
    path = folder / "timing" / f"{id}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_catalogue(folder).probes[id]


class BriefJob(Job):
    """A job of few rounds, for what rests on no interval."""

    @property
    def level(self) -> Level:
        return BRIEF


def job_of(probe: Probe, kind: type[Job] = Job, **asked: Any) -> Job:
    return kind.of(probe, RunRequest(probe=probe.id, **asked), SEED)


def host_in(scratch: Path) -> Host:
    interpreters: dict[Framework, str] = {"pytorch": sys.executable, "tensorflow": sys.executable}
    return Host(interpreters, scratch, OWNER, scratch.name, WorkerLimits(MEMORY), threading.Event())


def performed(job: Job, scratch: Path, told: Told | None = None) -> Run:
    """The whole run, as it would be stored."""
    host = host_in(scratch)
    try:
        outcome = perform(job, host, lambda kind, data: (told if told is not None else []).append((kind, data)))
    finally:
        kill_marked(OWNER, host.run)
    return stored(job, outcome)


def stored(job: Job, outcome: Outcome) -> Run:
    asked = {name: getattr(job, name) for name in ("preset", "device", "mode", "control")}
    return Run(id="test", probe=job.probe.id, created_at=datetime(2026, 12, 1, tzinfo=UTC), **asked, **dict(outcome))


@dataclass
class Bench:
    """One pair of processes at one thread, both frameworks resident; a new pair when one of them was lost."""

    host: Host
    control: Framework | None = None
    _stack: ExitStack = field(default_factory=ExitStack)
    _pair: ProcessPair | None = None

    def measure(self, probe: Probe) -> Comparison:
        """The headline of a brief run of the probe, from this pair alone."""
        comparison = self.outcome(probe).comparison
        assert comparison is not None
        return comparison

    def outcome(self, probe: Probe) -> Outcome:
        job = job_of(probe, BriefJob, control=self.control)
        every = [self._series(job, variant) for variant in probe.variants]
        results = [result_of(series, arm, job) for series in every for arm in series.arms.values()]
        return conclude(job, results, [compare_series(series, job) for series in every], {})

    def _series(self, job: Job, variant: str) -> Series:
        series = Series.start(variant, 1, job.arms)
        VariantInPair(job, self.host, self._living_pair(job), series, Progress(lambda *_: None, 1)).measure()
        return series

    def _living_pair(self, job: Job) -> ProcessPair:
        if self._pair is None or not all(worker.alive for worker in self._pair.workers.values()):
            self._stack.close()
            self._pair = self._stack.enter_context(start_pair(job, self.host, Progress(lambda *_: None, 1), 0, 1))
        return self._pair

    def close(self) -> None:
        self._stack.close()


@contextmanager
def bench_in(scratch: Path, control: Framework | None = None) -> Iterator[Bench]:
    bench = Bench(host_in(scratch), control)
    try:
        yield bench
    finally:
        bench.close()
        kill_marked(OWNER, bench.host.run)
