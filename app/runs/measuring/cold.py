"""Halves timed as a whole, each sample in a fresh process: importing, the first result, compiling."""

from collections.abc import Iterator
from pathlib import Path

from app.runs.measuring.equivalence import judge_equivalence
from app.runs.measuring.jobs import Job, Progress
from app.runs.measuring.noise import Snapshot, machine_noise
from app.runs.measuring.pairs import Facts, describe
from app.runs.measuring.series import ArmSeries, Series
from app.runs.models import ArmPlace, Block
from app.runs.worker.failures import HalfFailed
from app.runs.worker.host import Host
from app.runs.worker.process import Reply, Worker

SAMPLE_SECONDS = 300.0


def pairs_of(job: Job) -> int:
    return job.level.slow_cold_pairs if job.probe.slow else job.level.cold_pairs


def measure_cold(job: Job, host: Host, progress: Progress, facts: Facts) -> Iterator[Series]:
    """Measure the variants that are timed from outside; yields each finished series."""
    for variant in job.probe.variants:
        if variant in job.probe.cold:
            series = Series.start(variant, None, job.arms)
            ColdVariant(job, host, series, progress, facts).measure()
            yield series


class ColdVariant:
    """One variant, sampled in pairs of fresh processes that run one after the other."""

    def __init__(self, job: Job, host: Host, series: Series, progress: Progress, facts: Facts) -> None:
        self._job, self._host, self._series, self._progress, self._facts = job, host, series, progress, facts

    def measure(self) -> None:
        """All pairs. One untimed process of each comes first, so that no sample pays for reading from disk."""
        if not self._job.probe.slow:
            for arm in self._series.working():
                self._sample(arm, -1)
        for pair in range(pairs_of(self._job)):
            self._pair(pair)
            self._progress.step(f"{self._series.variant or self._job.probe.title}, process {pair + 1}")

    def _pair(self, pair: int) -> None:
        arms = self._series.working()
        self._job.order(pair).shuffle(arms)
        verified: dict[ArmPlace, Reply] = {}
        for position, arm in enumerate(arms):
            for attempt in (1, 2):
                sampled = self._sample(arm, pair)
                if sampled is None:
                    break
                reply, seconds, noise = sampled
                verified[arm.arm.place] = reply
                self._record(arm, pair, position, attempt, reply, seconds, noise)
                if not noise:
                    break
            self._series.noisy_rounds += bool(arm.blocks and arm.blocks[-1].noise and arm.blocks[-1].pair == pair)
        self._series.rounds += len(arms)
        self._compare(verified)

    def _sample(self, arm: ArmSeries, pair: int) -> tuple[Reply, float, list[str]] | None:
        """One process: the reply, its seconds, and the noise meanwhile; None when it fails, which is recorded."""
        name = f"{arm.arm.name}-{self._series.variant or 'cold'}-{pair}-{len(arm.blocks)}".replace(" ", "-")
        before = Snapshot.take(0.0)
        try:
            with Worker(self._host, arm.arm.framework, name, None, self._job.device) as worker:
                reply = worker.ask(self._command(arm), SAMPLE_SECONDS)
                after = Snapshot.take(reply["cpu"])
                if pair >= 0:
                    describe(worker, arm.arm, self._facts)
        except HalfFailed as failed:
            arm.failure = failed.failure
            return None
        since_start = self._job.probe.since_start
        seconds = reply["at"] - worker.started if since_start else reply["seconds"]
        return reply, seconds, machine_noise(before, after, None)

    def _command(self, arm: ArmSeries) -> Reply:
        return {
            "do": "cold",
            "probe": str(self._job.probe.path),
            "seed": self._job.seed,
            "variant": self._series.variant,
            "mode": self._job.mode,
            "device": self._job.device,
            "share": str(self._share(arm.arm.place)),
        }

    def _share(self, place: ArmPlace) -> Path:
        return self._host.scratch / f"cold-{place}.npz"

    def _record(
        self, arm: ArmSeries, pair: int, position: int, attempt: int, reply: Reply, seconds: float, noise: list[str]
    ) -> None:
        arm.version, arm.threads = reply["version"], reply["threads"]
        arm.keep_memory(reply)
        block = Block(
            pair=pair,
            round=0,
            attempt=attempt,
            position=position,
            calls=1,
            wall_s=seconds,
            cpu_s=reply["cpu"],
            switches=None,
            canary_s=None,
            noise=tuple(noise),
            counted=True,
        )
        arm.keep(block)

    def _compare(self, verified: dict[ArmPlace, Reply]) -> None:
        """Compare what the halves gave, in one more worker that reads both."""
        if not verified:
            return
        own = [(self._series.arms[place].arm.framework, reply) for place, reply in verified.items()]
        compared = None
        if len(verified) == 2:
            shares = [str(self._share(place)) for place in ("first", "second")]
            try:
                with Worker(self._host, self._job.arms[0].framework, "compare", None, self._job.device) as worker:
                    compared = worker.ask({"do": "compare_shares", "shares": shares}, SAMPLE_SECONDS)
            except HalfFailed as failed:
                self._series.arms["first"].failure = failed.failure
        self._series.equivalences.append(judge_equivalence(own, compared))
