"""One variant in one pair of processes: build, compare, warm up, rounds, single calls, memory."""

import math
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from app.knowledge.models import Framework
from app.runs.measuring.equivalence import compare, judge_equivalence
from app.runs.measuring.jobs import Job, Progress
from app.runs.measuring.noise import Canaries, Snapshot, block_noise, joined, machine_noise
from app.runs.measuring.pairs import ProcessPair
from app.runs.measuring.series import ArmSeries, Series
from app.runs.models import ArmPlace, Block, ColdCosts, Warmup
from app.runs.run_wording import say_threads
from app.runs.worker.host import Host
from app.runs.worker.killing import processor_seconds, waiting_seconds
from app.runs.worker.process import Reply, Worker

BUILD_SECONDS, BLOCK_SECONDS = 300.0, 120.0
WARM_UP_SECONDS, WARM_UP_LIMIT = 0.1, 2.0
SINGLE_CALLS = 200
THREADED_GAP_SECONDS = 0.012
"""Between the arms at several threads: libgomp's threads spin for 7 to 9 ms after an operation."""

T = TypeVar("T")
Timed = list[tuple[ArmSeries, Reply]]


def rounds_of(job: Job) -> int:
    return job.level.slow_rounds if job.probe.slow else job.level.rounds


class VariantInPair:
    """Measures one variant in one pair of processes, and puts what it finds into the series."""

    def __init__(self, job: Job, host: Host, pair: ProcessPair, series: Series, progress: Progress) -> None:
        self._job, self._host, self._pair, self._series, self._progress = job, host, pair, series, progress
        self._canaries = Canaries()
        self._order = job.order(pair.number)
        self._title = f"{series.variant or job.probe.title}, {say_threads(series.threads_asked)}"

    def measure(self) -> None:
        """All of it. An arm that fails is left out from there on; the other goes on alone."""
        verified = self._each(self._build)
        if not verified or not self._equivalent(verified):
            self._progress.done += rounds_of(self._job)
            return
        counts = self._each(self._warm_up)
        for round in range(rounds_of(self._job)):
            self._round(round, counts)
            self._progress.step(self._title)
        self._each(self._finish)

    def _each(self, action: Callable[[Worker, ArmSeries], T]) -> dict[ArmPlace, T]:
        """What an action gave for each arm that has not failed."""
        replies = {arm.arm.place: self._pair.attempt(arm, action) for arm in self._series.working()}
        return {place: reply for place, reply in replies.items() if reply is not None}

    def _share(self, place: ArmPlace) -> Path:
        return self._host.scratch / f"{place}.npz"

    def _build(self, worker: Worker, arm: ArmSeries) -> Reply:
        what = {"probe": str(self._job.probe.path), "variant": self._series.variant, "mode": self._job.mode}
        built = worker.ask({"do": "build", "seed": self._job.seed + self._pair.number, **what}, BUILD_SECONDS)
        loaded = self._pair.loaded[arm.arm.place]
        arm.version, arm.threads, arm.operations = loaded["version"], loaded["threads"], built["operations"]
        arm.cold = arm.cold or ColdCosts(
            start_s=worker.hello["at"] - worker.started,
            import_s=loaded["import_seconds"],
            build_s=built["build_seconds"],
            first_call_s=built["first_seconds"],
        )
        return worker.ask({"do": "verify", "share": str(self._share(arm.arm.place))}, BUILD_SECONDS)

    def _equivalent(self, verified: Mapping[ArmPlace, Reply]) -> bool:
        """Compare the halves; False when they differ, and then nothing is timed."""
        compared = None
        if len(verified) == 2:
            second = self._series.arms["second"]
            compared = self._pair.attempt(second, lambda worker, _: compare(worker, self._share("first")))
        verdict = judge_equivalence([(self._framework(p), r) for p, r in verified.items()], compared)
        self._series.equivalences.append(verdict)
        return verdict.passed is not False

    def _framework(self, place: ArmPlace) -> Framework:
        return self._series.arms[place].arm.framework

    def _warm_up(self, worker: Worker, arm: ArmSeries) -> int:
        """Warm up, audit in the first pair, and return how many calls make a block."""
        reply = worker.ask({"do": "warm_up", "seconds": WARM_UP_SECONDS, "limit": WARM_UP_LIMIT}, BLOCK_SECONDS)
        warmup = Warmup(calls=reply["calls"], seconds=reply["seconds"], steady=reply["steady"])
        arm.warmup = arm.warmup or warmup
        if not warmup.steady:
            self._series.unsteady.append(f"{arm.arm.framework} was not steady after {WARM_UP_LIMIT:.0f} s of warm-up")
        if self._pair.number == 0:
            self._fault(arm, worker.ask({"do": "audit"}, BLOCK_SECONDS)["fault"])
        per_call: float = reply["per_call"]
        return max(1, math.ceil(self._job.level.block_seconds / per_call))

    def _fault(self, arm: ArmSeries, fault: str | None) -> None:
        if fault:
            self._series.faults.append(f"{arm.arm.framework}: {fault}")

    def _round(self, round: int, counts: Mapping[ArmPlace, int]) -> None:
        """Both arms once, in random order; once more when the machine was not quiet."""
        noise: tuple[str, ...] = ()
        for attempt in (1, 2):
            timed, noise = self._turns(2 * round + attempt, counts)
            self._record(round, attempt, timed, noise, counts)
            if not noise or not self._series.working():
                break
        self._series.rounds += 1
        self._series.noisy_rounds += bool(noise)

    def _turns(self, stream: int, counts: Mapping[ArmPlace, int]) -> tuple[Timed, tuple[str, ...]]:
        arms = [arm for arm in self._series.working() if arm.arm.place in counts]
        self._order.shuffle(arms)
        before, timed, noise = self._snapshot(), [], list[str]()
        for arm in arms:
            if self._series.threads_asked != 1:
                time.sleep(THREADED_GAP_SECONDS)
            reply = self._pair.attempt(arm, lambda worker, arm: self._block(worker, arm, stream, counts))
            if reply is not None:
                self._fault(arm, reply["fault"])
                timed.append((arm, reply))
                noise += self._canaries.drift(arm.arm.name, reply["canary"])
                noise += block_noise(arm.arm.name, reply, self._on_one_core)
        return timed, joined(noise, machine_noise(before, self._snapshot(), self._series.threads_asked))

    def _block(self, worker: Worker, arm: ArmSeries, stream: int, counts: Mapping[ArmPlace, int]) -> Reply:
        extra = self._job.slowdown if arm.arm.place == "second" else 0.0
        how = {"round": stream, "extra": extra, "cold": self._series.cache == "cold"}
        return worker.ask({"do": "block", "count": counts[arm.arm.place], **how}, BLOCK_SECONDS)

    @property
    def _on_one_core(self) -> bool:
        return self._series.threads_asked == 1 and self._job.device == "cpu"

    def _snapshot(self) -> Snapshot:
        pids = [worker.pid for worker in self._pair.workers.values()]
        return Snapshot.take(
            sum(processor_seconds(pid) for pid in pids), sum(waiting_seconds(pid) for pid in (*pids, os.getpid()))
        )

    def _record(
        self, round: int, attempt: int, timed: Timed, noise: tuple[str, ...], counts: Mapping[ArmPlace, int]
    ) -> None:
        """Keep every block of a round."""
        for position, (arm, reply) in enumerate(timed):
            block = Block(
                pair=self._pair.number,
                round=round,
                attempt=attempt,
                position=position,
                calls=counts[arm.arm.place],
                wall_s=reply["wall"],
                cpu_s=reply["cpu"],
                switches=reply["switches"],
                canary_s=reply["canary"],
                noise=noise,
                counted=True,
            )
            arm.keep(block)

    def _finish(self, worker: Worker, arm: ArmSeries) -> bool:
        if self._job.probe.tails and not arm.singles:
            arm.singles += worker.ask({"do": "singles", "count": SINGLE_CALLS}, BLOCK_SECONDS)["seconds"]
        reply = worker.ask({"do": "finish"}, BUILD_SECONDS)
        self._fault(arm, reply["fault"])
        arm.observation = reply["observation"]
        arm.keep_memory(reply)
        return True
