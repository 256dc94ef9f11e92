"""Rows of one, two and three numbers padded into one batch.

Batched as they are, such rows raise an error in both. TensorFlow has padded_batch() for batch(), which also fills up to
a given length. In PyTorch the function that makes a batch of a list of elements, `collate_fn`, is exchanged for one
that pads, here with pad_sequence(). The matrices are the same, and the lengths can be delivered with them. Both can
also do without padding, by the types made for rows of unequal length.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from probes.kit.observing import Observation, raised

TITLE = "Rows padded into a batch"
SUBJECT = "data"

ROWS = [[1.0], [2.0, 3.0], [4.0, 5.0, 6.0]]


def pytorch() -> Observation:
    """Pad in the DataLoader's collate_fn."""
    import torch
    from torch.nn.functional import pad
    from torch.nn.utils.rnn import pad_sequence
    from torch.utils.data import DataLoader

    rows = [torch.tensor(row) for row in ROWS]
    padded = partial(pad_sequence, batch_first=True)

    def first_batch(collate: Any) -> Any:
        return next(iter(DataLoader(rows, batch_size=3, collate_fn=collate)))

    def with_lengths(batch: list[Any]) -> tuple[Any, Any]:
        return padded(batch), torch.tensor([len(row) for row in batch])

    def to_four(batch: list[Any]) -> Any:
        return torch.stack([pad(row, (0, 4 - len(row))) for row in batch])

    return {
        "batched_as_they_are": raised(lambda: first_batch(None)),
        "padded": first_batch(padded).tolist(),
        "padded_with_minus_one": first_batch(partial(padded, padding_value=-1.0)).tolist(),
        "padded_on_the_left": first_batch(partial(padded, padding_side="left")).tolist(),
        "padded_to_four": first_batch(to_four).tolist(),
        "with_lengths": [part.tolist() for part in first_batch(with_lengths)],
        "batches_of_two": [batch.tolist() for batch in DataLoader(rows, batch_size=2, collate_fn=padded)],
        "without_padding": [
            row.tolist() for row in first_batch(partial(torch.nested.nested_tensor, layout=torch.jagged)).unbind()
        ],
    }


def tensorflow() -> Observation:
    """Pad with the dataset's padded_batch()."""
    import tensorflow as tf

    def numbers() -> Iterator[list[float]]:
        yield from ROWS

    rows = tf.data.Dataset.from_generator(numbers, output_signature=tf.TensorSpec([None], tf.float32))

    def first_batch(dataset: Any) -> Any:
        return next(iter(dataset)).numpy().tolist()

    with_lengths = rows.map(lambda row: (row, tf.size(row))).padded_batch(3)
    return {
        "batched_as_they_are": raised(lambda: first_batch(rows.batch(3))),
        "padded": first_batch(rows.padded_batch(3)),
        "padded_with_minus_one": first_batch(rows.padded_batch(3, padding_values=-1.0)),
        "padded_on_the_left": first_batch(rows.map(lambda row: row[::-1]).padded_batch(3).map(lambda b: b[:, ::-1])),
        "padded_to_four": first_batch(rows.padded_batch(3, padded_shapes=[4])),
        "with_lengths": [part.numpy().tolist() for part in next(iter(with_lengths))],
        "batches_of_two": [batch.numpy().tolist() for batch in rows.padded_batch(2)],
        "without_padding": next(iter(rows.ragged_batch(3))).to_list(),
    }
