"""Rows of one, two and three numbers padded into one batch.

Batched as they are, such rows raise an error in both. TensorFlow has padded_batch() for batch(), which also fills up to
a given length. In PyTorch the function that makes a batch of a list of elements, `collate_fn`, is exchanged for one
that pads, here with pad_sequence(). The matrices are the same, and the lengths can be delivered with them. Both can
also do without padding, by the types made for rows of unequal length.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from probes.kit.observing import Observation

TITLE = "Rows padded into a batch"
SUBJECT = "data"

ROWS = [[1.0], [2.0, 3.0], [4.0, 5.0, 6.0]]


def pytorch() -> Observation:
    """Pad in the DataLoader's collate_fn."""
    import torch
    from torch.nn.functional import pad
    from torch.utils import data

    rows = [torch.tensor(row) for row in ROWS]

    def padded(batch: list[Any], **how: Any) -> Any:
        return torch.nn.utils.rnn.pad_sequence(batch, batch_first=True, **how)

    def batches(size: int, collate: Any = None) -> list[Any]:
        return [batch.tolist() for batch in data.DataLoader(rows, batch_size=size, collate_fn=collate)]

    def to_four(batch: list[Any]) -> Any:
        return torch.stack([pad(row, (0, 4 - len(row))) for row in batch])

    def with_lengths(batch: list[Any]) -> tuple[Any, Any]:
        return padded(batch), torch.tensor([len(row) for row in batch])

    def nested(batch: list[Any]) -> Any:
        return torch.nested.nested_tensor(batch, layout=torch.jagged)

    return {
        "batched_as_they_are": lambda: batches(3),
        "padded": lambda: batches(3, padded)[0],
        "padded_with_minus_one": lambda: batches(3, lambda batch: padded(batch, padding_value=-1.0))[0],
        "padded_on_the_left": lambda: batches(3, lambda batch: padded(batch, padding_side="left"))[0],
        "padded_to_four": lambda: batches(3, to_four)[0],
        "batches_of_two": lambda: batches(2, padded),
        "with_lengths": lambda: [
            part.tolist() for part in next(iter(data.DataLoader(rows, 3, collate_fn=with_lengths)))
        ],
        "without_padding": lambda: [
            row.tolist() for batch in data.DataLoader(rows, 3, collate_fn=nested) for row in batch.unbind()
        ],
    }


def tensorflow() -> Observation:
    """Pad with the dataset's padded_batch()."""
    import tensorflow as tf

    def numbers() -> Iterator[list[float]]:
        yield from ROWS

    def rows() -> Any:
        return tf.data.Dataset.from_generator(numbers, output_signature=tf.TensorSpec([None], tf.float32))

    def batches(dataset: Any) -> list[Any]:
        return [batch.numpy().tolist() for batch in dataset]

    def padded_on_the_left() -> Any:
        return rows().map(lambda row: row[::-1]).padded_batch(3).map(lambda batch: batch[:, ::-1])

    def with_lengths() -> Any:
        return rows().map(lambda row: (row, tf.size(row))).padded_batch(3)

    return {
        "batched_as_they_are": lambda: batches(rows().batch(3)),
        "padded": lambda: batches(rows().padded_batch(3))[0],
        "padded_with_minus_one": lambda: batches(rows().padded_batch(3, padding_values=-1.0))[0],
        "padded_on_the_left": lambda: batches(padded_on_the_left())[0],
        "padded_to_four": lambda: batches(rows().padded_batch(3, padded_shapes=[4]))[0],
        "batches_of_two": lambda: batches(rows().padded_batch(2)),
        "with_lengths": lambda: [part.numpy().tolist() for part in next(iter(with_lengths()))],
        "without_padding": lambda: next(iter(rows().ragged_batch(3))).to_list(),
    }
