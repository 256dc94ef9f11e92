"""Steps timed in warm processes: several pairs of processes, each with rounds in which both arms take their turn."""

from collections.abc import Iterator, Sequence

from app.runs.measuring.jobs import Job, Progress
from app.runs.measuring.pairs import Facts, describe, start_pair
from app.runs.measuring.results import compare_series
from app.runs.measuring.series import Series
from app.runs.measuring.variant import VariantInPair, rounds_of
from app.runs.models import Cache
from app.runs.worker.host import Host
from app.runs.worker.limits import usable_cores


def measure_warm(job: Job, host: Host, progress: Progress, facts: Facts) -> Iterator[Series]:
    """Measure all warm variants, table by table: at one thread, then at as many as there are cores.

    On a GPU the tables are the hot and the cold cache instead, with the threads that each framework takes by itself.
    Yields each finished series. `facts` gets what each framework says of itself.
    """
    for threads, cache in tables(job):
        every = [Series.start(variant, threads, job.arms, cache) for variant in job.probe.warm]
        for number in range(job.level.pairs + job.level.more_pairs):
            wanted = every if number < job.level.pairs else [one for one in every if _undecided(one, job)]
            if wanted:
                _measure_pair(job, host, progress, facts, wanted, number)
        yield from every


def _undecided(series: Series, job: Job) -> bool:
    return compare_series(series, job).verdict == "inconclusive"


def tables(job: Job) -> list[tuple[int | None, Cache]]:
    """Threads and cache to measure at; None stands for all threads."""
    if job.device == "cuda":
        return [(None, "hot"), (None, "cold")]
    if job.device == "mps":
        return [(None, "hot")]
    several = job.level.all_threads and len(usable_cores()) > 1
    return [(1, "hot"), (None, "hot")] if several else [(1, "hot")]


def count_rounds(job: Job) -> int:
    """How many rounds there will be, without repetitions and further pairs."""
    return len(tables(job)) * job.level.pairs * len(job.probe.warm) * rounds_of(job)


def _measure_pair(
    job: Job, host: Host, progress: Progress, facts: Facts, wanted: Sequence[Series], number: int
) -> None:
    with start_pair(job, host, progress, number, wanted[0].threads_asked) as pair:
        for series in wanted:
            VariantInPair(job, host, pair, series, progress).measure()
        for arm in job.arms:
            worker = pair.workers.get(arm.place)
            if worker is not None and worker.alive:
                describe(worker, arm, facts)
