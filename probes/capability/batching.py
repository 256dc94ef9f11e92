"""Five rows in batches of two and of three, with and without the batch that is not full.

Both deliver the rows that are left over as a smaller last batch, and leave them out when told to. The result lists the
sizes of the batches, shows the first one, and says what happens when no batch size is given: a DataLoader then makes
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
    from torch.utils.data import DataLoader, TensorDataset

    dataset = TensorDataset(torch.from_numpy(ROWS))

    def sizes(loader: Any) -> list[int]:
        return [len(batch) for (batch,) in loader]

    by_two = DataLoader(dataset, batch_size=2)
    return {
        "sizes": {
            "by 2": sizes(by_two),
            "by 3": sizes(DataLoader(dataset, batch_size=3)),
            "by 2, full ones only": sizes(DataLoader(dataset, batch_size=2, drop_last=True)),
            "by 3, full ones only": sizes(DataLoader(dataset, batch_size=3, drop_last=True)),
            "by 9": sizes(DataLoader(dataset, batch_size=9)),
        },
        "number_of_batches": len(by_two),
        "first_batch": next(iter(by_two))[0].tolist(),
        "all_rows_in_order": torch.cat([batch for (batch,) in by_two]).equal(torch.from_numpy(ROWS)),
        "default_size": inspect.signature(DataLoader).parameters["batch_size"].default,
        "without_a_size": {
            "error": raised(lambda: DataLoader(dataset)),
            "shapes": [list(batch.shape) for (batch,) in DataLoader(dataset)],
        },
        "unbatched_shapes": [list(row.shape) for (row,) in DataLoader(dataset, batch_size=None)],
    }


def tensorflow() -> Observation:
    """Batch the rows with a dataset's batch()."""
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices(ROWS)

    def sizes(batches: Any) -> list[int]:
        return [len(batch) for batch in batches]

    by_two = dataset.batch(2)
    default = inspect.signature(dataset.batch).parameters["batch_size"].default
    return {
        "sizes": {
            "by 2": sizes(by_two),
            "by 3": sizes(dataset.batch(3)),
            "by 2, full ones only": sizes(dataset.batch(2, drop_remainder=True)),
            "by 3, full ones only": sizes(dataset.batch(3, drop_remainder=True)),
            "by 9": sizes(dataset.batch(9)),
        },
        "number_of_batches": len(by_two),
        "first_batch": next(iter(by_two)).numpy().tolist(),
        "all_rows_in_order": bool(tf.reduce_all(tf.concat(list(by_two), axis=0) == ROWS)),
        "default_size": None if default is inspect.Parameter.empty else default,
        "without_a_size": {"error": raised(lambda: dataset.batch()), "shapes": None},
        "unbatched_shapes": [list(row.shape) for row in dataset],
    }
