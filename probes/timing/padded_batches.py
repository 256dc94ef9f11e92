"""Batches of rows of unequal length, each padded to its longest row.

512 rows of 5 to 50 numbers, in batches of 32. PyTorch pads in a `collate_fn` that its `DataLoader` calls for each
batch; TensorFlow has `padded_batch` for it. The rows go in as one NumPy array with their lengths, as they would come
from a file, and have to be cut apart first: by `split` in PyTorch, by a ragged tensor in TensorFlow. Both pad with
zeros at the end, so that the batches must be equal, shape by shape. Beside the figures: how much of the time went
into cutting the rows apart and making the dataset, which a training does once, rather than into reading it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.task import Array, Arrays, Setting, Step

TITLE = "Padding rows of unequal length"
SUBJECT = "ragged_sparse"
MODES = ("ordinary",)
DEVICES = ("cpu",)
FEED = "arrays"
ROWS, SHORTEST, LONGEST, BATCH = 512, 5, 50, 32


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """The numbers of all rows, float32, one row after the other; and the rows' lengths, int64 of ROWS."""
    lengths = rng.integers(SHORTEST, LONGEST + 1, ROWS)
    return {"values": rng.standard_normal(lengths.sum(), dtype=np.float32), "lengths": lengths}


def reference(data: Arrays, weights: Arrays, variant: str) -> tuple[Array, ...]:
    rows = np.split(data["values"], np.cumsum(data["lengths"])[:-1])
    groups = [rows[start : start + BATCH] for start in range(0, ROWS, BATCH)]
    widths = [max(map(len, group)) for group in groups]
    return tuple(
        np.stack([np.pad(row, (0, width - len(row))) for row in group])
        for group, width in zip(groups, widths, strict=True)
    )


def facts(make: Callable[[Array, Array], Iterable[Any]]) -> Observation:
    """The share of a dataset's making in an epoch, the median of five."""
    values, lengths = inputs(np.random.default_rng(0), "").values()
    shares = []
    for _ in range(5):
        started = time.perf_counter()
        dataset = make(values, lengths)
        made = time.perf_counter()
        list(dataset)
        shares.append((made - started) / (time.perf_counter() - started))
    return {"share_of_making": round(sorted(shares)[2], 3)}


def pytorch(run: Setting) -> Step:
    import torch
    from torch.nn.utils.rnn import pad_sequence
    from torch.utils.data import DataLoader

    def pad(rows: list[Any]) -> Any:
        return pad_sequence(rows, batch_first=True)

    def batches(values: Array, lengths: Array) -> Any:
        rows = torch.from_numpy(values).split(lengths.tolist())
        return DataLoader(rows, batch_size=BATCH, collate_fn=pad)

    def step(values: Array, lengths: Array) -> Any:
        return list(batches(values, lengths))

    return Step(step, lambda: facts(batches))


def tensorflow(run: Setting) -> Step:
    import tensorflow as tf

    def as_tensor(row: Any) -> Any:
        return row

    def batches(values: Array, lengths: Array) -> Any:
        rows = tf.data.Dataset.from_tensor_slices(tf.RaggedTensor.from_row_lengths(values, lengths))
        # a mapped function's results are plain tensors, which padded_batch insists on
        return rows.map(as_tensor).padded_batch(BATCH)

    def step(values: Array, lengths: Array) -> Any:
        return list(batches(values, lengths))

    return Step(step, lambda: facts(batches))
