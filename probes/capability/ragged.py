"""Rows of unequal length in one tensor: RaggedTensor, and the nested tensor in its two layouts.

An ordinary tensor refuses such rows in both frameworks. Each has a type of its own for them, whose making, warnings and
ways out the result shows first. The same twenty operations are then tried on three short rows and compared with what
NumPy computes row by row: an entry is "right", "wrong" or the first sentence of the error. Operations are spelled as
for ordinary tensors, unless there is a function made for the type. PyTorch's nested tensor is tried in its older,
strided layout and in the jagged one, which PyTorch recommends. The gradients are those of the sum of the result.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised, warned

TITLE = "Rows of unequal length in one tensor"
SUBJECT = "ragged_sparse"

ROWS = [[3.0, 1.0, 2.0], [4.0], [6.0, 5.0]]
Operations = dict[str, Callable[[], Any]]


def by_numpy() -> dict[str, list[Any]]:
    """What each operation should give, computed row by row."""
    rows = [np.array(row) for row in ROWS]
    return {
        "times two": [row * 2 for row in rows],
        "rows added": [row + row for row in rows],
        "number added per row": [row + number for row, number in zip(rows, (1, 2, 3), strict=True)],
        "exp": [np.exp(row) for row in rows],
        "softmax of each row": [np.exp(row) / np.exp(row).sum() for row in rows],
        "linear layer": [row[:, None] * 2 + 1 for row in rows],
        "gradient of linear layer": [np.full(row.size, 2.0) for row in rows],
        "mean of each row": [row.mean() for row in rows],
        "gradient of mean": [np.full(row.size, 1 / row.size) for row in rows],
        "largest of each row": [row.max() for row in rows],
        "place of the largest": [row.argmax() for row in rows],
        "running sums": [row.cumsum() for row in rows],
        "sorted": [np.sort(row) for row in rows],
        "reversed": [row[::-1] for row in rows],
        "first row": list(rows[0]),
        "last two rows": rows[1:],
        "first two of each row": [row[:2] for row in rows],
        "those above two": [row[row > 2] for row in rows],
        "rows by number": [rows[2], rows[0]],
        "two sets of rows joined": rows + rows,
    }


def verdicts(operations: Operations, to_rows: Callable[[Any], list[Any]]) -> dict[str, Any]:
    """For each operation "right", "wrong" or the error, and how many were right."""

    def rows_of(name: str) -> list[Any]:
        return to_rows(operations[name]())

    each: dict[str, str] = {}
    for name, expected in by_numpy().items():
        if error := raised(partial(rows_of, name)):
            each[name] = f"{error['type']}: {error['message'].strip().split('. ')[0]}"
        else:
            pairs = list(zip(rows_of(name), expected, strict=False))
            same = all(np.shape(a) == np.shape(b) and np.allclose(a, b) for a, b in pairs)
            each[name] = "right" if same and len(rows_of(name)) == len(expected) else "wrong"
    return {"right": list(each.values()).count("right"), "tried": len(each), "each": each}


def operations_in_torch(rows: Any) -> Operations:
    """The operations on a nested tensor."""
    import torch

    layer = torch.nn.Linear(1, 1)
    torch.nn.init.constant_(layer.weight, 2.0)
    torch.nn.init.constant_(layer.bias, 1.0)

    def gradient(function: Callable[[Any], Any]) -> Any:
        x = rows.detach().clone().requires_grad_()
        return torch.autograd.grad(function(x).sum(), x)[0]

    return {
        "times two": lambda: rows * 2,
        "rows added": lambda: rows + rows,
        "number added per row": lambda: rows + torch.tensor([[1.0], [2.0], [3.0]]),
        "exp": lambda: rows.exp(),
        "softmax of each row": lambda: rows.softmax(dim=1),
        "linear layer": lambda: layer(rows.unsqueeze(2)),
        "gradient of linear layer": lambda: gradient(lambda x: layer(x.unsqueeze(2)).to_padded_tensor(0.0)),
        "mean of each row": lambda: rows.mean(dim=1),
        "gradient of mean": lambda: gradient(lambda x: x.mean(dim=1)),
        "largest of each row": lambda: rows.amax(dim=1),
        "place of the largest": lambda: rows.argmax(dim=1),
        "running sums": lambda: rows.cumsum(dim=1),
        "sorted": lambda: rows.sort(dim=1).values,
        "reversed": lambda: rows.flip(1),
        "first row": lambda: rows[0],
        "last two rows": lambda: rows[1:],
        "first two of each row": lambda: rows[:, :2],
        "those above two": lambda: rows[rows > 2],
        "rows by number": lambda: rows[[2, 0]],
        "two sets of rows joined": lambda: torch.cat([rows, rows]),
    }


def operations_in_tensorflow(rows: Any) -> Operations:
    """The operations on a ragged tensor."""
    import tensorflow as tf

    constant = tf.keras.initializers.Constant
    layer = tf.keras.layers.Dense(1, kernel_initializer=constant(2.0), bias_initializer=constant(1.0))

    def gradient(function: Callable[[Any], Any]) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(rows.flat_values)
            y = function(rows)
        return rows.with_flat_values(tape.gradient(y, rows.flat_values))

    def linear(x: Any) -> Any:
        return tf.ragged.map_flat_values(layer, tf.expand_dims(x, axis=2))

    return {
        "times two": lambda: rows * 2,
        "rows added": lambda: rows + rows,
        "number added per row": lambda: rows + tf.constant([[1.0], [2.0], [3.0]]),
        "exp": lambda: tf.exp(rows),
        "softmax of each row": lambda: tf.nn.softmax(rows),
        "linear layer": lambda: linear(rows),
        "gradient of linear layer": lambda: gradient(linear),
        "mean of each row": lambda: tf.reduce_mean(rows, axis=1),
        "gradient of mean": lambda: gradient(lambda x: tf.reduce_mean(x, axis=1)),
        "largest of each row": lambda: tf.reduce_max(rows, axis=1),
        "place of the largest": lambda: tf.argmax(rows, axis=1),
        "running sums": lambda: tf.cumsum(rows, axis=1),
        "sorted": lambda: tf.sort(rows, axis=1),
        "reversed": lambda: tf.reverse(rows, axis=[1]),
        "first row": lambda: rows[0],
        "last two rows": lambda: rows[1:],
        "first two of each row": lambda: rows[:, :2],
        "those above two": lambda: tf.ragged.boolean_mask(rows, rows > 2),
        "rows by number": lambda: tf.gather(rows, [2, 0]),
        "two sets of rows joined": lambda: tf.concat([rows, rows], axis=0),
    }


def pytorch() -> Observation:
    """Make nested tensors in both layouts, turn them into others, and try the operations."""
    import torch

    def nested(layout: Any) -> Any:
        return torch.nested.nested_tensor([torch.tensor(row) for row in ROWS], layout=layout)

    def to_rows(result: Any) -> list[Any]:
        return [row.tolist() for row in result.unbind()]

    jagged = nested(torch.jagged)
    layer = torch.nn.Linear(1, 1)
    return {
        "ordinary_tensor": raised(lambda: torch.tensor(ROWS)),
        "warnings": {
            "strided": warned(lambda: nested(torch.strided)),
            "jagged": warned(lambda: nested(torch.jagged)),
        },
        "default_layout": str(torch.nested.nested_tensor([[1.0], [2.0, 3.0]]).layout),
        "ways_out": {
            "lists": to_rows(jagged),
            "padded": jagged.to_padded_tensor(0.0).tolist(),
            "sparse": raised(lambda: jagged.to_sparse()),
        },
        "layer_called_on_it": raised(lambda: layer(jagged.unsqueeze(2))),
        "operations": {
            "strided": verdicts(operations_in_torch(nested(torch.strided)), to_rows),
            "jagged": verdicts(operations_in_torch(jagged), to_rows),
        },
    }


def tensorflow() -> Observation:
    """Make a ragged tensor, turn it into others, and try the operations."""
    import tensorflow as tf

    def to_rows(result: Any) -> list[Any]:
        return [row.tolist() for row in result.numpy()]

    ragged = tf.ragged.constant(ROWS)
    layer = tf.keras.layers.Dense(1)
    return {
        "ordinary_tensor": raised(lambda: tf.constant(ROWS)),
        "warnings": {"ragged": warned(lambda: tf.ragged.constant(ROWS))},
        "default_layout": None,
        "ways_out": {
            "lists": to_rows(ragged),
            "padded": ragged.to_tensor().numpy().tolist(),
            "sparse": {
                "indices": ragged.to_sparse().indices.numpy().tolist(),
                "shape": ragged.to_sparse().dense_shape.numpy().tolist(),
            },
        },
        "layer_called_on_it": raised(lambda: layer(tf.expand_dims(ragged, axis=2))),
        "operations": {"ragged": verdicts(operations_in_tensorflow(ragged), to_rows)},
    }
