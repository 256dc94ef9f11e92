"""One epoch over 4096 rows, shuffled and in batches of 64, from arrays in memory.

Each framework's own way to feed a training: a `DataLoader` over a `TensorDataset`, in this process (no workers), and
a `tf.data` pipeline, from making the dataset to the last batch. The rows go in as NumPy arrays and come out as
tensors; that every row came exactly once, with its label, is checked by putting them back in order. A `DataLoader`
fetches row after row and stacks them, in Python; `tf.data` does the same in C++, with threads of its own that take
turns where there is one core. Beside the figures: whether the epoch was shuffled, whether the next one comes in
another order, and how much of the time went into making the dataset rather than reading it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
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


def facts(make: Callable[[Array, Array], Iterable[Any]]) -> Observation:
    """What two epochs' labels tell, and the share of a dataset's making in an epoch, the median of five."""
    x, y = inputs(np.random.default_rng(0), "").values()
    shares = []
    for _ in range(5):
        started = time.perf_counter()
        dataset = make(x, y)
        made = time.perf_counter()
        first = np.concatenate([np.asarray(labels) for _, labels in dataset])
        shares.append((made - started) / (time.perf_counter() - started))
    second = np.concatenate([np.asarray(labels) for _, labels in dataset])
    return {
        "shuffled": bool((first != np.sort(first)).any()),
        "next_epoch_in_another_order": bool((first != second).any()),
        "share_of_making": round(sorted(shares)[2], 3),
    }


def pytorch(run: Setting) -> Step:
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    def epochs(x: Array, y: Array) -> Any:
        dataset = TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
        return DataLoader(dataset, batch_size=BATCH, shuffle=True)

    def step(x: Array, y: Array) -> Any:
        return list(epochs(x, y))

    return Step(step, lambda: facts(epochs))


def tensorflow(run: Setting) -> Step:
    import tensorflow as tf

    def epochs(x: Array, y: Array) -> Any:
        dataset = tf.data.Dataset.from_tensor_slices((x, y))
        return dataset.shuffle(ROWS).batch(BATCH)

    def step(x: Array, y: Array) -> Any:
        return list(epochs(x, y))

    return Step(step, lambda: facts(epochs))
