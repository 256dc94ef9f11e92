"""One epoch over 4096 rows, shuffled and in batches of 64, from arrays in memory.

Each framework's own way to feed a training: a `DataLoader` over a `TensorDataset`, in this process (no workers), and a
`tf.data` pipeline, from making the dataset to the last batch. The rows go in as NumPy arrays and come out as tensors;
that every row came exactly once, with its label, is checked by putting them back in order. A `DataLoader` fetches row
after row and then stacks them, in Python; `tf.data` does it in C++. Beside the figures: whether the epoch was shuffled,
and whether the next one comes in another order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.task import Array, Arrays, Setting, Step

TITLE = "An epoch of shuffled batches"
SUBJECT = "data"
MODES = ("ordinary",)
DEVICES = ("cpu",)
FEED = "arrays"
ROWS, FEATURES, BATCH = 4096, 64, 64


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """Features, float32 of ROWS x FEATURES, and as label of each row its own number, int64 of ROWS."""
    return {"x": rng.standard_normal((ROWS, FEATURES), dtype=np.float32), "y": np.arange(ROWS)}


def reference(data: Arrays, weights: Arrays, variant: str) -> tuple[Array, Array]:
    return data["x"], data["y"]


def canonical(outputs: list[Array]) -> list[Array]:
    """All features and all labels, in the order of the labels."""
    x, y = np.concatenate(outputs[0::2]), np.concatenate(outputs[1::2])
    order = np.argsort(y)
    return [x[order], y[order]]


def shuffling(first: Iterable[Any], second: Iterable[Any]) -> Observation:
    """What two epochs' labels tell."""
    a, b = (np.concatenate([np.asarray(y) for _, y in epoch]) for epoch in (first, second))
    return {"shuffled": bool((a != np.sort(a)).any()), "next_epoch_in_another_order": bool((a != b).any())}


def pytorch(run: Setting) -> Step:
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    def epochs(x: Array, y: Array) -> Any:
        dataset = TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
        return DataLoader(dataset, batch_size=BATCH, shuffle=True)

    def step(x: Array, y: Array) -> Any:
        return list(epochs(x, y))

    def observe() -> Observation:
        loader = epochs(*inputs(np.random.default_rng(0), "").values())
        return shuffling(loader, loader)

    return Step(step, observe)


def tensorflow(run: Setting) -> Step:
    import tensorflow as tf

    def epochs(x: Array, y: Array) -> Any:
        dataset = tf.data.Dataset.from_tensor_slices((x, y))
        return dataset.shuffle(ROWS).batch(BATCH)

    def step(x: Array, y: Array) -> Any:
        return list(epochs(x, y))

    def observe() -> Observation:
        dataset = epochs(*inputs(np.random.default_rng(0), "").values())
        return shuffling(dataset, dataset)

    return Step(step, observe)
