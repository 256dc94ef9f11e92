"""Twelve operations and five layers on rows of unequal length: RaggedTensor and nested tensor.

First come the warnings that making the tensors gives. Each operation is compared with what NumPy computes row by row;
beside the count stand those that gave an error or another result. They are spelled as for ordinary tensors, unless
there is a function made for the type. PyTorch's nested tensor is tried in its older, strided layout and in the jagged
one, which PyTorch recommends. The layers are the framework's own, called on the rows as they are, and must give rows of
the same lengths: look at Keras's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised, warned

TITLE = "Operations on rows of unequal length"
SUBJECT = "ragged_sparse"

ROWS = [[3.0, 1.0, 2.0], [4.0], [6.0, 5.0]]
NUMBERS = [[3, 1, 2], [4], [6, 5]]
POINTS = [[[3.0, 1.0], [1.0, 2.0], [0.0, 1.0]], [[4.0, 2.0]], [[6.0, 5.0], [5.0, 7.0]]]
Tried = Mapping[str, Callable[[], Any]]


def by_numpy() -> dict[str, list[Any]]:
    """What each operation should give, computed row by row."""
    rows = [np.array(row) for row in ROWS]
    return {
        "times two": [row * 2 for row in rows],
        "number added per row": [row + number for row, number in zip(rows, (1, 2, 3), strict=True)],
        "exp": [np.exp(row) for row in rows],
        "softmax of each row": [np.exp(row) / np.exp(row).sum() for row in rows],
        "mean of each row": [row.mean() for row in rows],
        "gradient of the mean": [np.full(row.size, 1 / row.size) for row in rows],
        "running sums": [row.cumsum() for row in rows],
        "sorted": [np.sort(row) for row in rows],
        "last two rows": rows[1:],
        "first two of each row": [row[:2] for row in rows],
        "those above two": [row[row > 2] for row in rows],
        "two sets of rows joined": rows + rows,
    }


def same(rows: list[Any], expected: list[Any]) -> bool:
    """Whether the rows are as many, as long and as large as expected."""
    shapes = [np.shape(row) for row in rows]
    return shapes == [np.shape(row) for row in expected] and all(map(np.allclose, rows, expected))


def right(tried: Tried, to_rows: Callable[[Any], list[Any]], expected: Mapping[str, list[Any]]) -> dict[str, Any]:
    """How many give the expected rows, and what became of the others."""
    others: dict[str, str] = {}
    for name, operation in tried.items():
        rows: list[Any] = []
        if error := raised(lambda: rows.extend(to_rows(operation()))):  # noqa: B023
            others[name] = f"{error['type']}: {' '.join(error['message'].split())}"[:90]
        elif not same(rows, expected[name]):
            others[name] = "another result"
    return {"count": len(tried) - len(others), "of": len(tried), "not": list(others), "others": others}


def said(make: Callable[[], object]) -> dict[str, Any]:
    """The warnings that making a tensor gives, and how many."""
    messages = [warning["message"] for warning in warned(make)]
    return {"count": len(messages), "messages": messages}


def lengths(rows: Any) -> list[int]:
    """How long each row is."""
    return [len(row) for row in rows]


def pytorch() -> Observation:
    """Try nested tensors in both layouts, and layers in the jagged one."""
    import torch

    def nested(layout: Any, rows: Any = ROWS) -> Any:
        return torch.nested.nested_tensor([torch.tensor(row) for row in rows], layout=layout)

    def to_rows(result: Any) -> list[Any]:
        return [row.tolist() for row in result.unbind()]

    def gradient_of_mean(x: Any) -> Any:
        x = x.detach().clone().requires_grad_()
        return torch.autograd.grad(x.mean(dim=1).sum(), x)[0]

    def operations(x: Any) -> dict[str, Any]:
        tried: Tried = {
            "times two": lambda: x * 2,
            "number added per row": lambda: x + torch.tensor([[1.0], [2.0], [3.0]]),
            "exp": lambda: x.exp(),
            "softmax of each row": lambda: x.softmax(dim=1),
            "mean of each row": lambda: x.mean(dim=1),
            "gradient of the mean": lambda: gradient_of_mean(x),
            "running sums": lambda: x.cumsum(dim=1),
            "sorted": lambda: x.sort(dim=1).values,
            "last two rows": lambda: x[1:],
            "first two of each row": lambda: x[:, :2],
            "those above two": lambda: x[x > 2],
            "two sets of rows joined": lambda: torch.cat([x, x]),
        }
        return right(tried, to_rows, by_numpy())

    def layers() -> dict[str, Any]:
        x = nested(torch.jagged, POINTS)
        heads = x.unflatten(-1, [1, 2]).transpose(1, 2)
        attention = torch.nn.functional.scaled_dot_product_attention
        tried: Tried = {
            "embedding": lambda: torch.nn.Embedding(7, 2)(nested(torch.jagged, NUMBERS)),
            "linear": lambda: torch.nn.Linear(2, 3)(x),
            "layer norm": lambda: torch.nn.LayerNorm(2)(x),
            "attention": lambda: attention(heads, heads, heads).transpose(1, 2),
            "recurrent": lambda: torch.nn.LSTM(2, 3, batch_first=True)(x)[0],
        }
        return right(tried, lambda result: lengths(to_rows(result)), dict.fromkeys(tried, lengths(POINTS)))

    return {
        "warnings": {
            "default": lambda: said(lambda: torch.nested.nested_tensor(ROWS)),
            "jagged": lambda: said(lambda: nested(torch.jagged)),
        },
        "operations": {
            "strided": lambda: operations(nested(torch.strided)),
            "jagged": lambda: operations(nested(torch.jagged)),
        },
        "layers": layers,
    }


def tensorflow() -> Observation:
    """Try ragged tensors, and Keras's layers on them."""
    import tensorflow as tf

    def to_rows(result: Any) -> list[Any]:
        return [row.numpy().tolist() for row in result]

    def gradient_of_mean(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x.flat_values)
            y = tf.reduce_mean(x, axis=1)
        return x.with_flat_values(tape.gradient(y, x.flat_values))

    def operations() -> dict[str, Any]:
        x = tf.ragged.constant(ROWS)
        tried: Tried = {
            "times two": lambda: x * 2,
            "number added per row": lambda: x + tf.constant([[1.0], [2.0], [3.0]]),
            "exp": lambda: tf.exp(x),
            "softmax of each row": lambda: tf.nn.softmax(x),
            "mean of each row": lambda: tf.reduce_mean(x, axis=1),
            "gradient of the mean": lambda: gradient_of_mean(x),
            "running sums": lambda: tf.cumsum(x, axis=1),
            "sorted": lambda: tf.sort(x, axis=1),
            "last two rows": lambda: x[1:],
            "first two of each row": lambda: x[:, :2],
            "those above two": lambda: tf.ragged.boolean_mask(x, x > 2),
            "two sets of rows joined": lambda: tf.concat([x, x], axis=0),
        }
        return right(tried, to_rows, by_numpy())

    def layers() -> dict[str, Any]:
        x, keras = tf.ragged.constant(POINTS, ragged_rank=1), tf.keras.layers
        tried: Tried = {
            "embedding": lambda: keras.Embedding(7, 2)(tf.ragged.constant(NUMBERS)),
            "linear": lambda: keras.Dense(3)(x),
            "layer norm": lambda: keras.LayerNormalization()(x),
            "attention": lambda: keras.Attention()([x, x]),
            "recurrent": lambda: keras.LSTM(3, return_sequences=True)(x),
        }
        return right(tried, lambda result: lengths(to_rows(result)), dict.fromkeys(tried, lengths(POINTS)))

    return {
        "warnings": {"default": lambda: said(lambda: tf.ragged.constant(ROWS)), "jagged": None},
        "operations": {"ragged": operations},
        "layers": layers,
    }
