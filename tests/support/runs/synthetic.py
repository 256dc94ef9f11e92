"""Runs that nobody measured: series with invented blocks, judged by the service's own code."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import get_args

import numpy as np
from hypothesis import strategies as st

from app.knowledge.models import FRAMEWORKS, Framework
from app.runs.catalogue import Probe, read_catalogue
from app.runs.measuring.execution import conclude
from app.runs.measuring.jobs import Job
from app.runs.measuring.results import compare_series, result_of
from app.runs.measuring.series import ArmSeries, Series
from app.runs.models import Block, Equivalence, Failure, Preset, Run, Warmup

SAME = Equivalence(checked=True, passed=True, relative_error=1e-7, max_abs_error=1e-6, tolerance=2e-6)
DIFFERENT = Equivalence(checked=True, passed=False, relative_error=1e-3, tolerance=2e-6, reason="the halves differ")
ALONE = Equivalence(checked=False, passed=None, tolerance=2e-6, reason="only one half ran")
FAULT = "tensorflow: the last output is off by 1.0e+00, relative"
DISTURBED = "other processes used 1.00 cores"
SIZES = ("256", "512", "1024")


@dataclass(frozen=True)
class Recipe:
    """What an invented run is like.

    Attributes:
        ratio: the second arm's true time over the first's.
        pair_spread, block_spread: standard deviations of log times between pairs and between blocks.
        noisy: the chance that a round is disturbed, at each attempt.
        pairs: how many pairs of processes; None for what the level asks for.
        exponent: with which power of its size the first arm's time grows; None for a probe without sizes.
        skew: by how much the second arm's exponent differs.
        cold: the arms are timed from outside, a process a sample.
    """

    preset: Preset = "standard"
    control: Framework | None = None
    seed: int = 0
    ratio: float = 1.0
    pair_spread: float = 0.005
    block_spread: float = 0.01
    noisy: float = 0.0
    rounds: int = 10
    pairs: int | None = None
    steady: bool = True
    equivalence: Equivalence | None = SAME
    fault: str | None = None
    failure: Failure | None = None
    exponent: float | None = None
    skew: float = 0.0
    cold: bool = False


@cache
def shipped_probe() -> Probe:
    return read_catalogue().probes["matmul_256"]


def job_of(recipe: Recipe) -> Job:
    probe = shipped_probe()
    if recipe.exponent is not None:
        probe = replace(probe, variants=SIZES, exponent=(2.7, 3.2))
    if recipe.cold:
        probe = replace(probe, cold=frozenset(probe.variants))
    return Job(probe, recipe.preset, "cpu", "ordinary", recipe.control, recipe.seed)


def pairs_of(recipe: Recipe) -> int:
    if recipe.pairs is not None:
        return recipe.pairs
    level = job_of(recipe).level
    return level.cold_pairs if recipe.cold else level.pairs


def invent(recipe: Recipe) -> Run:
    """The run that would have come of it."""
    job = job_of(recipe)
    rng = np.random.default_rng(recipe.seed)
    every = [_series(recipe, job, variant, rng) for variant in job.probe.variants]
    results = [result_of(series, arm, job) for series in every for arm in series.arms.values()]
    outcome = conclude(job, results, [compare_series(series, job) for series in every], {})
    known = {name: value for name, value in outcome if name != "claims"}
    return Run(
        id="invented",
        probe=job.probe.id,
        preset=job.preset,
        device=job.device,
        mode=job.mode,
        control=job.control,
        created_at=datetime(2026, 12, 1, tzinfo=UTC),
        **known,
    )


def _series(recipe: Recipe, job: Job, variant: str, rng: np.random.Generator) -> Series:
    series = Series.start(variant, None if recipe.cold else 1, job.arms)
    second = series.arms["second"]
    second.failure = recipe.failure
    size = float(variant or 256) / 256
    for pair in range(pairs_of(recipe)):
        if recipe.equivalence is not None:
            series.equivalences.append(recipe.equivalence)
        if recipe.equivalence == DIFFERENT:
            continue
        times = {
            "first": 1e-3 * size ** (recipe.exponent or 0) * np.exp(recipe.pair_spread * rng.standard_normal()),
            "second": 1e-3 * size ** ((recipe.exponent or 0) + recipe.skew) * recipe.ratio,
        }
        if recipe.cold:
            _cold_pair(recipe, series, pair, times, rng)
        else:
            _warm_pair(recipe, series, pair, times, rng)
    series.faults += [recipe.fault] if recipe.fault else []
    if not recipe.steady:
        series.unsteady.append("tensorflow was not steady after 2 s of warm-up")
    for arm in series.arms.values():
        arm.warmup = None if recipe.cold else Warmup(calls=10, seconds=0.2, steady=recipe.steady or arm is not second)
    return series


def _warm_pair(recipe: Recipe, series: Series, pair: int, times: dict[str, float], rng: np.random.Generator) -> None:
    for round in range(recipe.rounds):
        noise: tuple[str, ...] = ()
        for attempt in (1, 2):
            noise = (DISTURBED,) if rng.random() < recipe.noisy else ()
            arms = series.working()
            rng.shuffle(arms)
            for position, arm in enumerate(arms):
                _add(arm, pair, round, attempt, position, times[arm.arm.place], noise, recipe, rng)
            if not noise:
                break
        series.rounds += 1
        series.noisy_rounds += bool(noise)


def _cold_pair(recipe: Recipe, series: Series, pair: int, times: dict[str, float], rng: np.random.Generator) -> None:
    for position, arm in enumerate(series.working()):
        noise: tuple[str, ...] = ()
        for attempt in (1, 2):
            noise = (DISTURBED,) if rng.random() < recipe.noisy else ()
            _add(arm, pair, 0, attempt, position, times[arm.arm.place], noise, recipe, rng)
            if not noise:
                break
        series.noisy_rounds += bool(noise)
        series.rounds += 1


def _add(
    arm: ArmSeries,
    pair: int,
    round: int,
    attempt: int,
    position: int,
    seconds: float,
    noise: tuple[str, ...],
    recipe: Recipe,
    rng: np.random.Generator,
) -> None:
    """A block, as `VariantInPair` and `ColdVariant` record it: a repetition takes the first attempt's place."""
    if attempt == 2:
        arm.blocks[-1] = arm.blocks[-1].model_copy(update={"counted": False})
    calls = 1 if recipe.cold else int(rng.integers(1, 60))
    wall = float(calls * seconds * np.exp(recipe.block_spread * rng.standard_normal()))
    cpu = wall * float(rng.uniform(0.9, 1.0))
    canary = None if recipe.cold else 1e-3
    block = Block(
        pair=pair,
        round=round,
        attempt=attempt,
        position=position,
        calls=calls,
        wall_s=wall,
        cpu_s=cpu,
        switches=None if recipe.cold else 0,
        canary_s=canary,
        noise=noise,
        counted=True,
    )
    arm.blocks.append(block)


FAILED = Failure(reason="timed_out", message="no reply within 120 s")


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """Runs of every kind; most of them are comparable."""
    preset = draw(st.sampled_from(get_args(Preset)))
    cold = draw(st.integers(0, 4)) == 0
    odd = draw(st.integers(0, 9))
    return Recipe(
        preset=preset,
        control=draw(st.sampled_from([None, None, *FRAMEWORKS])),
        seed=draw(st.integers(0, 2**32)),
        ratio=draw(st.sampled_from([0.5, 0.9, 0.949, 0.97, 1.0, 1.0, 1.03, 1.051, 1.06, 1.2, 3.0])),
        pair_spread=draw(st.sampled_from([0.0, 0.001, 0.008, 0.03, 0.1])),
        block_spread=draw(st.sampled_from([0.0, 0.001, 0.01, 0.2])),
        noisy=draw(st.sampled_from([0.0, 0.0, 0.3, 0.7, 1.0])),
        rounds=draw(st.integers(1, 12)),
        pairs=draw(st.sampled_from([None, 5, 7])) if preset == "rigorous" and not cold else None,
        steady=odd != 1,
        equivalence={2: DIFFERENT, 3: ALONE}.get(odd, SAME),
        fault=FAULT if odd == 4 else None,
        failure=FAILED if odd == 5 else None,
        exponent=draw(st.sampled_from([None, None, 0.5, 2.9, 3.0])) if not cold else None,
        skew=draw(st.sampled_from([0.0, 0.1, -1.0])),
        cold=cold,
    )
