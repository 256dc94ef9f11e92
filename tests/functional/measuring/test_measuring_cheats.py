"""Halves that do not do their work, or another work, get no ratio; the untouched originals do.

Each cheat is a shipped probe with a few words exchanged in one half. All are measured in one pair of processes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.knowledge.models import Framework
from app.runs.models import Comparison
from tests.support.measuring.measuring_bench import Bench, bench_in, edited, shipped, written

pytestmark = pytest.mark.alone

OFF_REFERENCE = "a half is off the reference by"
APART = "the halves differ by"
LAST_OUTPUT = "the last output is off by"
REMEMBERS = "the step remembers results"
NO_TRAINING = "does not train"


@dataclass(frozen=True)
class Cheat:
    """A half that cheats.

    Attributes:
        half: which half; None to edit the whole file.
        edits: what to exchange for what.
        found: a part of the reason that has to be given.
    """

    probe: str
    half: Framework | None
    edits: dict[str, str]
    found: str


MEMORY_BY_IDENTITY = """seen: dict[int, Any] = {}

    def step(a: Any, b: Any) -> Any:
        if id(a) not in seen:
            seen[id(a)] = a, MULTIPLY(a, b)
        return seen[id(a)][1]"""

MEMORY_BY_CONTENT = """seen: dict[bytes, Any] = {}

    def step(a: Any, b: Any) -> Any:
        key = a[0].numpy().tobytes()
        if key not in seen:
            seen[key] = MULTIPLY(a, b)
        return seen[key]"""

TORCH_STEP = """@run.traced
    def step(a: Any, b: Any) -> Any:
        return torch.matmul(a, b)"""

TENSORFLOW_STEP = """@run.traced
    def step(a: Any, b: Any) -> Any:
        return tf.matmul(a, b)"""

FIRST_ONLY = """done: list[Any] = []

    def step(a: Any, b: Any) -> Any:
        if not done:
            done.append(MULTIPLY(a, b))
        return done[0]"""

TRAINING_STEP = """    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
"""

CACHED_LOSS = """    losses: list[Any] = []

    def step(x: Any, y: Any) -> Any:
        if len(losses) > 50:
            return losses[-1]
        losses.append(train(x, y))
        return losses[-1]

    def train(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
"""

CHEATS = {
    "multiplies constants, which tf.function folds": Cheat(
        "matmul_256",
        "tensorflow",
        {
            "@run.traced": "left, right = inputs(np.random.default_rng(0), run.variant).values()\n\n    @run.traced",
            "tf.matmul(a, b)": "tf.matmul(left, right)",
        },
        OFF_REFERENCE,
    ),
    "returns an input in place of the product": Cheat(
        "matmul_256",
        "tensorflow",
        {"return tf.matmul(a, b)": "tf.matmul(a, b)\n        return a"},
        OFF_REFERENCE,
    ),
    "returns nothing": Cheat("matmul_256", "pytorch", {"return torch.matmul(a, b)": "torch.matmul(a, b)"}, "shape"),
    "returns only half of the product": Cheat(
        "matmul_256",
        "pytorch",
        {"torch.matmul(a, b)": "torch.matmul(a[: N // 2], b)"},
        "shape",
    ),
    "returns no numbers": Cheat(
        "matmul_256", "pytorch", {"torch.matmul(a, b)": "torch.matmul(a, b) * float('nan')"}, "finite"
    ),
    "remembers the product of a tensor": Cheat(
        "matmul_1024",
        None,
        {"N = 1024": "N = 512", TORCH_STEP: MEMORY_BY_IDENTITY.replace("MULTIPLY", "torch.matmul")},
        REMEMBERS,
    ),
    "remembers the product of some content": Cheat(
        "matmul_1024",
        None,
        {"N = 1024": "N = 512", TENSORFLOW_STEP: MEMORY_BY_CONTENT.replace("MULTIPLY", "tf.matmul")},
        REMEMBERS,
    ),
    "remembers a gradient": Cheat(
        "autograd",
        "pytorch",
        {
            "    return step": "    seen: dict[int, Any] = {}\n\n"
            "    def remembered(w: Any, x: Any) -> Any:\n"
            "        if id(w) not in seen:\n"
            "            seen[id(w)] = w, [step(w, x) for _ in range(20)][-1]\n"
            "        return seen[id(w)][1]\n\n"
            "    return remembered",
        },
        REMEMBERS,
    ),
    "has other weights, by a thousandth": Cheat(
        "layer_norm",
        "pytorch",
        {'torch.from_numpy(run.weights["scale"])': 'torch.from_numpy(run.weights["scale"]) * 1.001'},
        OFF_REFERENCE,
    ),
    "trains other weights, by a thousandth": Cheat(
        "mlp_train", "tensorflow", {"layer.kernel.assign(kernel)": "layer.kernel.assign(kernel * 1.001)"}, APART
    ),
    "keeps Keras's own epsilon in a layer": Cheat(
        "layer_norm", "tensorflow", {"LayerNormalization(epsilon=EPSILON)": "LayerNormalization()"}, OFF_REFERENCE
    ),
    "keeps Keras's own epsilon in training": Cheat(
        "cnn_batchnorm_train", "tensorflow", {"BatchNormalization(epsilon=EPSILON, ": "BatchNormalization("}, APART
    ),
    "pads on both sides": Cheat(
        "conv2d_stride2", "pytorch", {"ZeroPad2d((0, 1, 0, 1))": "ZeroPad2d(1)"}, OFF_REFERENCE
    ),
    "hands out its last loss after a while": Cheat("mlp_train", "pytorch", {TRAINING_STEP: CACHED_LOSS}, NO_TRAINING),
    "leaves its weights alone after a while": Cheat(
        "mlp_train",
        "pytorch",
        {
            TRAINING_STEP: "    calls: list[int] = []\n\n" + TRAINING_STEP,
            "        optimizer.step()": "        calls.append(1)\n        _ = len(calls) > 50 or optimizer.step()",
        },
        NO_TRAINING,
    ),
    "trains at another rate": Cheat("mlp_train", "pytorch", {"lr=RATE": "lr=1.01 * RATE"}, APART),
    "is right for the first inputs only": Cheat(
        "matmul_256",
        "pytorch",
        {TORCH_STEP: FIRST_ONLY.replace("MULTIPLY", "torch.matmul")},
        LAST_OUTPUT,
    ),
    "is right for a while": Cheat(
        "matmul_256",
        "tensorflow",
        {
            TENSORFLOW_STEP: "calls: list[int] = []\n\n    def step(a: Any, b: Any) -> Any:\n"
            "        calls.append(1)\n        return tf.matmul(a, b) if len(calls) < 50 else a"
        },
        LAST_OUTPUT,
    ),
    "spoils its inputs": Cheat(
        "matmul_256",
        "pytorch",
        {"return torch.matmul(a, b)": "product = torch.matmul(a, b)\n        a.mul_(2)\n        return product"},
        LAST_OUTPUT,
    ),
    "does no work for large matrices": Cheat(
        "matmul_scaling",
        None,
        {
            '("256", "512", "1024", "2048")': '("256", "512")',
            "return tf.matmul(a, b)": "return a if a.shape[0] >= 512 else tf.matmul(a, b)",
        },
        OFF_REFERENCE,
    ),
    "raises an exception": Cheat(
        "matmul_256", "pytorch", {"torch.matmul(a, b)": "torch.matmul(a, b[1:])"}, "pytorch: "
    ),
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench_in(tmp_path_factory.mktemp("cheats")) as bench:
        yield bench


def assert_no_ratio(comparison: Comparison) -> None:
    assert (comparison.verdict, comparison.ratio, comparison.ci95) == ("not_comparable", None, None)
    assert comparison.pair_log_ratios == ()


@pytest.mark.parametrize("what", CHEATS)
def test_a_half_that_cheats_gets_no_ratio(bench: Bench, tmp_path: Path, what: str) -> None:
    cheat = CHEATS[what]
    probe = edited(tmp_path, cheat.probe, cheat.edits, cheat.half)
    found = [one for one in bench.outcome(probe).comparisons if one.verdict == "not_comparable"]
    assert found, what
    for comparison in found:
        assert_no_ratio(comparison)
        assert cheat.found in (comparison.reason or "")


ORIGINALS = ("layer_norm", "conv2d_stride2", "mlp_train", "autograd")


@pytest.mark.parametrize("id", ORIGINALS)
def test_the_untouched_original_is_compared(bench: Bench, id: str) -> None:
    comparison = bench.measure(shipped(id))
    assert comparison.verdict in ("inconclusive", "too_noisy")
    assert comparison.ratio is not None
    assert comparison.equivalence.passed


FIRST_ROW = '''"""Products of which only the first row is looked at.

The check sees nothing of the rest, so that a half may leave it out; the time tells.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "First row of a product"
SUBJECT = "linear_algebra"
VARIANTS = ("128", "512")
EXPONENT = (2.5, 3.5)


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    n = int(variant)
    return {name: rng.standard_normal((n, n), dtype=np.float32) for name in ("a", "b")}


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    return data["a"][0] @ data["b"]


def canonical(outputs: list[Array]) -> list[Array]:
    return [product[0] for product in outputs]


def pytorch(run: Setting) -> Function:
    import torch

    return lambda a, b: torch.matmul(a, b)


def tensorflow(run: Setting) -> Function:
    import tensorflow as tf

    @run.traced
    def step(a: Any, b: Any) -> Any:
        return tf.matmul(a[:1], b)

    return step
'''


def test_work_that_the_check_does_not_see_is_missed_by_the_clock(bench: Bench, tmp_path: Path) -> None:
    outcome = bench.outcome(written(tmp_path, "first_row", FIRST_ROW))
    assert outcome.scaling
    assert not outcome.scaling.exponents["tensorflow"].as_expected
    for comparison in outcome.comparisons:
        assert comparison.equivalence.passed
        assert_no_ratio(comparison)
        assert "does not grow with the size" in (comparison.reason or "")


def test_the_shipped_sizes_are_held_to_their_exponent() -> None:
    """The protocol's proof that the work was done: between 2.7 and 3.2."""
    assert shipped("matmul_scaling").exponent == (2.7, 3.2)
