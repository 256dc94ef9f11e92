"""Rows of unequal length in one tensor, and the ways into it and out of it.

An ordinary tensor refuses such rows in both frameworks. Each has a type of its own for them: TensorFlow's RaggedTensor,
and PyTorch's nested tensor, here in the jagged layout, which PyTorch recommends. The rows must come back as they went
in, one of them empty and one with a zero. From there they are padded, and turned into a sparse tensor, whose
coordinates tell a zero that is there from a place where nothing is; look at what comes back from it.
"""

from __future__ import annotations

from typing import Any

from probes.kit.observing import Observation

TITLE = "Rows of unequal length in one tensor"
SUBJECT = "ragged_sparse"

ROWS = [[3.0, 0.0, 2.0], [4.0], [], [6.0, 5.0]]


def pytorch() -> Observation:
    """Make a nested tensor of tensors."""
    import torch

    def nested() -> Any:
        return torch.nested.nested_tensor([torch.tensor(row) for row in ROWS], layout=torch.jagged)

    def rows(tensor: Any) -> list[Any]:
        return [row.tolist() for row in tensor.unbind()]

    return {
        "ordinary_tensor": lambda: torch.tensor(ROWS).tolist(),
        "equal_rows": lambda: torch.tensor(ROWS[:1]).tolist(),
        "own_type": {
            "class": lambda: type(nested()).__name__,
            "rows": lambda: rows(nested()),
            "sums": lambda: nested().sum(dim=1).tolist(),
        },
        "padded": lambda: nested().to_padded_tensor(-1.0).tolist(),
        "sparse": {
            "class": lambda: type(nested().to_sparse()).__name__,
            "coordinates": lambda: nested().to_sparse().indices().T.tolist(),
            "rows_again": None,
        },
    }


def tensorflow() -> Observation:
    """Make a ragged tensor of lists."""
    import tensorflow as tf

    def ragged() -> Any:
        return tf.ragged.constant(ROWS)

    def sparse() -> Any:
        coordinates = [(number, place) for number, row in enumerate(ROWS) for place in range(len(row))]
        values = [value for row in ROWS for value in row]
        return tf.SparseTensor(coordinates, values, dense_shape=[len(ROWS), 3])

    def rows_of_sparse() -> list[list[float]]:
        tensor = sparse()
        rows = range(tensor.dense_shape[0])
        return [tensor.values[tensor.indices[:, 0] == row].numpy().tolist() for row in rows]

    return {
        "ordinary_tensor": lambda: tf.constant(ROWS).numpy().tolist(),
        "equal_rows": lambda: tf.constant(ROWS[:1]).numpy().tolist(),
        "own_type": {
            "class": lambda: type(ragged()).__name__,
            "rows": lambda: ragged().to_list(),
            "sums": lambda: tf.reduce_sum(ragged(), axis=1).numpy().tolist(),
        },
        "padded": lambda: ragged().to_tensor(-1.0).numpy().tolist(),
        "sparse": {
            "class": lambda: type(sparse()).__name__,
            "coordinates": lambda: ragged().to_sparse().indices.numpy().tolist(),
            "rows_again": rows_of_sparse,
        },
    }
