"""Five rows in batches of two and of three, with and without the batch that is not full.

Both deliver the rows that are left over as a smaller last batch, and leave them out when told to. The result shows the
batches of two, lists the sizes of others, and says what happens when no batch size is given: a DataLoader then makes
batches of one, and only `batch_size=None` gives single rows; a `tf.data.Dataset` gives single rows, and batch() wants
its argument.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Batches, and what is left over"
SUBJECT = "data"

ROWS = np.arange(10.0).reshape(5, 2)


def pytorch() -> Observation:
    """Batch the rows with a DataLoader."""
    import torch
    from torch.utils import data

    dataset = data.TensorDataset(torch.from_numpy(ROWS))

    def batches(**how: Any) -> list[Any]:
        return [batch.tolist() for (batch,) in data.DataLoader(dataset, **how)]

    def sizes(**how: Any) -> list[int]:
        return [len(batch) for batch in batches(**how)]

    return {
        "by_two": lambda: batches(batch_size=2),
        "sizes": {
            "by 2": lambda: sizes(batch_size=2),
            "by 3": lambda: sizes(batch_size=3),
            "by 2, full ones only": lambda: sizes(batch_size=2, drop_last=True),
            "by 3, full ones only": lambda: sizes(batch_size=3, drop_last=True),
            "by 9": lambda: sizes(batch_size=9),
        },
        "number_of_batches": lambda: len(data.DataLoader(dataset, batch_size=2)),
        "default_size": lambda: inspect.signature(data.DataLoader).parameters["batch_size"].default,
        "without_a_size": lambda: {
            "error": raised(lambda: data.DataLoader(dataset)),
            "shapes": [list(np.shape(batch)) for batch in batches()],
        },
        "unbatched_shapes": lambda: [list(np.shape(row)) for row in batches(batch_size=None)],
    }


def tensorflow() -> Observation:
    """Batch the rows with a dataset's batch()."""
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices(ROWS)

    def batches(*size: int, **how: Any) -> list[Any]:
        return [batch.numpy().tolist() for batch in dataset.batch(*size, **how)]

    def sizes(*size: int, **how: Any) -> list[int]:
        return [len(batch) for batch in batches(*size, **how)]

    def default_size() -> Any:
        default = inspect.signature(dataset.batch).parameters["batch_size"].default
        return None if default is inspect.Parameter.empty else default

    return {
        "by_two": lambda: batches(2),
        "sizes": {
            "by 2": lambda: sizes(2),
            "by 3": lambda: sizes(3),
            "by 2, full ones only": lambda: sizes(2, drop_remainder=True),
            "by 3, full ones only": lambda: sizes(3, drop_remainder=True),
            "by 9": lambda: sizes(9),
        },
        "number_of_batches": lambda: len(dataset.batch(2)),
        "default_size": default_size,
        "without_a_size": lambda: {"error": raised(batches), "shapes": None},
        "unbatched_shapes": lambda: [list(row.shape) for row in dataset],
    }
