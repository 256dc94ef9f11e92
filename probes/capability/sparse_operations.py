"""What works with sparse matrices, what is refused, and what breaks.

Each format meets the same thirteen operations on a 4 x 4 matrix, in blocks of 2 x 2 where it has blocks. They are
compared with NumPy on the dense matrix; beside the count stand the errors and, apart from them, wrong results and
errors which the framework itself calls internal. Operators and methods are used where they exist, `tf.sparse`
otherwise; everything runs on the processor. Last, a matrix of 2 x 2 is given an element in a column that does not
exist, without asking for a check: look at where it ends up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised, warned

TITLE = "Operations on sparse matrices"
SUBJECT = "ragged_sparse"

SQUARE = [[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [4.0, 0.0, 0.0, 2.0], [0.0, 0.0, 3.0, 0.0]]
INTERNAL = ("internal assert", "internal error", "report a bug")
FORMATS = ("coo", "csr", "csc", "bsr", "bsc")
Tried = Mapping[str, Callable[[], Any]]


def by_numpy() -> dict[str, Any]:
    """What each operation should give, as dense arrays."""
    a, dense = np.array(SQUARE), np.ones((4, 2))
    return {
        "sparse @ dense": a @ dense,
        "dense @ sparse": dense.T @ a,
        "sparse @ sparse": a @ a,
        "sparse + sparse": a + a,
        "sparse + dense": a + 1,
        "sparse * sparse": a * a,
        "sparse / 2": a / 2,
        "transposed": a.T,
        "sum of all": a.sum(),
        "sums of columns": a.sum(axis=0),
        "largest of each row": a.max(axis=1),
        "last two rows": a[2:],
        "stacked": np.concatenate([a, a]),
    }


def verdicts(tried: Tried, to_array: Callable[[Any], Any]) -> dict[str, Any]:
    """How many operations give the right result, which a wrong one, and the errors of the others."""
    right: list[str] = []
    wrong: list[str] = []
    errors: dict[str, str] = {}
    for name, expected in by_numpy().items():
        found: list[Any] = []
        if error := raised(lambda: found.append(to_array(tried[name]()))):  # noqa: B023
            errors[name] = f"{error['type']}: {' '.join(error['message'].split())}"
        else:
            (right if np.allclose(found[0], expected) else wrong).append(name)
    internal = [name for name, error in errors.items() if any(words in error.lower() for words in INTERNAL)]
    short = {name: error[:100] for name, error in errors.items()}
    return {"right": len(right), "of": len(tried), "wrong": wrong, "internal": internal, "errors": short}


def together(formats: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The tables of all formats in figures."""
    return {
        "tried": sum(table["of"] for table in formats.values()),
        "right": sum(table["right"] for table in formats.values()),
        "wrong": [f"{name} in {format}" for format, table in formats.items() for name in table["wrong"]],
        "internal": [f"{name} in {format}" for format, table in formats.items() for name in table["internal"]],
    }


def pytorch() -> Observation:
    """Use operators and methods, on each of the five formats."""
    import torch

    def square(format: str) -> Any:
        layout = getattr(torch, f"sparse_{format}")
        return torch.tensor(SQUARE).to_sparse(layout=layout, blocksize=(2, 2) if format in ("bsr", "bsc") else None)

    def to_array(result: Any) -> Any:
        return result.numpy() if result.layout == torch.strided else result.to_dense().numpy()

    def table(format: str) -> dict[str, Any]:
        a, dense = square(format), torch.ones(4, 2)
        tried: Tried = {
            "sparse @ dense": lambda: a @ dense,
            "dense @ sparse": lambda: dense.T @ a,
            "sparse @ sparse": lambda: a @ a,
            "sparse + sparse": lambda: a + a,
            "sparse + dense": lambda: a + torch.ones(4, 4),
            "sparse * sparse": lambda: a * a,
            "sparse / 2": lambda: a / 2,
            "transposed": lambda: a.transpose(0, 1),
            "sum of all": lambda: a.sum(),
            "sums of columns": lambda: a.sum(dim=0),
            "largest of each row": lambda: a.amax(dim=1),
            "last two rows": lambda: a[2:],
            "stacked": lambda: torch.cat([a, a]),
        }
        return verdicts(tried, to_array)

    def outside() -> Any:
        return torch.sparse_coo_tensor([[0], [2]], [1.0], (2, 2)).to_dense()

    return {
        "element_in_column_2_of_2": {
            "warnings": lambda: [warning["message"] for warning in warned(outside)],
            "matrix": lambda: outside().tolist(),
        },
        "operations": lambda: (
            (tables := {format: table(format) for format in FORMATS}) | {"together": together(tables)}
        ),
    }


def tensorflow() -> Observation:
    """Use tf.sparse, on the only format."""
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")

    def to_array(result: Any) -> Any:
        return tf.sparse.to_dense(result).numpy() if isinstance(result, tf.SparseTensor) else result.numpy()

    def table() -> dict[str, Any]:
        a, dense = tf.sparse.from_dense(SQUARE), tf.ones((4, 2))
        tried: Tried = {
            "sparse @ dense": lambda: tf.sparse.sparse_dense_matmul(a, dense),
            "dense @ sparse": lambda: tf.sparse.sparse_dense_matmul(tf.transpose(dense), a),
            "sparse @ sparse": lambda: a @ a,
            "sparse + sparse": lambda: tf.sparse.add(a, a),
            "sparse + dense": lambda: tf.sparse.add(a, tf.ones((4, 4))),
            "sparse * sparse": lambda: a * a,
            "sparse / 2": lambda: a / 2,
            "transposed": lambda: tf.sparse.transpose(a),
            "sum of all": lambda: tf.sparse.reduce_sum(a),
            "sums of columns": lambda: tf.sparse.reduce_sum(a, axis=0),
            "largest of each row": lambda: tf.sparse.reduce_max(a, axis=1),
            "last two rows": lambda: tf.sparse.slice(a, [2, 0], [2, 4]),
            "stacked": lambda: tf.sparse.concat(0, [a, a]),
        }
        return verdicts(tried, to_array)

    def outside() -> Any:
        return tf.sparse.to_dense(tf.SparseTensor([[0, 2]], [1.0], [2, 2]))

    return {
        "element_in_column_2_of_2": {
            "warnings": lambda: [warning["message"] for warning in warned(outside)],
            "matrix": lambda: outside().numpy().tolist(),
        },
        "operations": lambda: (tables := {"coo": table()}) | {"together": together(tables)},
    }
