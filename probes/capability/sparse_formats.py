"""Sparse matrices: which formats there are, and what can be done with each.

PyTorch has five formats: coordinates (COO), compressed rows and columns (CSR, CSC), and the same by blocks (BSR, BSC).
TensorFlow has one, SparseTensor, which holds coordinates. The result shows what one gets unless told otherwise, whether
a 5 x 3 matrix comes back unharmed from each format, and the warnings on the way. In the table each format meets the
same thirteen operations on a 4 x 4 matrix (in blocks of 2 x 2), which are compared with NumPy on the dense matrix: an
entry is "right", "wrong" or the beginning of the error. Operators and methods are used where they exist, `tf.sparse`
otherwise; everything runs on the processor. The gradients are those of the sum of the product with a dense matrix, for
each of the two factors: look at where the sparse one's is zero.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised, warned

TITLE = "Sparse matrices and their formats"
SUBJECT = "ragged_sparse"

TALL = [[0.0, 0.0, 7.0], [0.0, 0.0, 0.0], [0.0, 8.0, 0.0], [9.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
SQUARE = [[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [4.0, 0.0, 0.0, 2.0], [0.0, 0.0, 3.0, 0.0]]
FORMATS = ("coo", "csr", "csc", "bsr", "bsc")
Tried = dict[str, Callable[[], Any]]


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


def verdicts(tried: Tried) -> dict[str, Any]:
    """For each operation "right", "wrong" or the error, and how many were right."""
    each: dict[str, str] = {}
    for name, result in by_numpy().items():
        if error := raised(tried[name]):
            each[name] = f"{error['type']}: {' '.join(error['message'].split())[:100]}"
        else:
            each[name] = "right" if np.allclose(tried[name](), result) else "wrong"
    return {"right": list(each.values()).count("right"), "tried": len(each), "each": each}


def pytorch() -> Observation:
    """Convert to each of the five formats and back, and try the operations on each."""
    import torch

    def convert(matrix: Any, format: str, block: tuple[int, int]) -> Any:
        layout = getattr(torch, f"sparse_{format}")
        return matrix.to_sparse(layout=layout, blocksize=block if format in ("bsr", "bsc") else None)

    def gradients(format: str) -> list[Any]:
        x, dense = torch.tensor(SQUARE, requires_grad=True), torch.ones(4, 2, requires_grad=True)
        product = convert(x, format, (2, 2)) @ dense
        return [slope.tolist() for slope in torch.autograd.grad(product.sum(), [x, dense])]

    def numbers(result: Any) -> Any:
        return result.numpy() if result.layout == torch.strided else result.to_dense().numpy()

    def operations(a: Any) -> Tried:
        dense = torch.ones(4, 2)
        return {
            "sparse @ dense": lambda: numbers(a @ dense),
            "dense @ sparse": lambda: numbers(dense.T @ a),
            "sparse @ sparse": lambda: numbers(a @ a),
            "sparse + sparse": lambda: numbers(a + a),
            "sparse + dense": lambda: numbers(a + torch.ones(4, 4)),
            "sparse * sparse": lambda: numbers(a * a),
            "sparse / 2": lambda: numbers(a / 2),
            "transposed": lambda: numbers(a.transpose(0, 1)),
            "sum of all": lambda: numbers(a.sum()),
            "sums of columns": lambda: numbers(a.sum(dim=0)),
            "largest of each row": lambda: numbers(a.amax(dim=1)),
            "last two rows": lambda: numbers(a[2:]),
            "stacked": lambda: numbers(torch.cat([a, a])),
        }

    tall, square, identity = torch.tensor(TALL), torch.tensor(SQUARE), torch.eye(1000).to_sparse()
    return {
        "warnings": {
            "coo": warned(lambda: convert(tall, "coo", (1, 1))),
            "others": warned(lambda: [convert(tall, format, (1, 1)) for format in FORMATS[1:]]),
        },
        "default": str(tall.to_sparse().layout),
        "formats": [name for name in dir(torch) if name.startswith("sparse_") and not name.endswith("tensor")],
        "low_level_only": None,
        "round_trip": {format: convert(tall, format, (1, 1)).to_dense().equal(tall) for format in FORMATS},
        "coordinates": tall.to_sparse().indices().T.tolist(),
        "bytes_of_1000_by_1000_identity": {
            "dense": torch.eye(1000).nbytes,
            "sparse": identity.indices().nbytes + identity.values().nbytes,
        },
        "blocks_not_square": raised(lambda: convert(tall, "bsr", (1, 3)) @ torch.ones(3, 2)),
        "gradients": {f: raised(partial(gradients, f)) or gradients(f) for f in FORMATS},
        "operations": {f: verdicts(operations(convert(square, f, (2, 2)))) for f in FORMATS},
    }


def tensorflow() -> Observation:
    """Convert to a SparseTensor and back, and try the operations on it."""
    import tensorflow as tf

    def gradients() -> list[Any]:
        x, dense = tf.Variable(SQUARE), tf.Variable(tf.ones((4, 2)))
        with tf.GradientTape() as tape:
            product = tf.sparse.sparse_dense_matmul(tf.sparse.from_dense(x), dense)
        return [slope.numpy().tolist() for slope in tape.gradient(product, [x, dense])]

    def numbers(result: Any) -> Any:
        return tf.sparse.to_dense(result).numpy() if isinstance(result, tf.SparseTensor) else result.numpy()

    def operations(a: Any) -> Tried:
        dense = tf.ones((4, 2))
        return {
            "sparse @ dense": lambda: numbers(tf.sparse.sparse_dense_matmul(a, dense)),
            "dense @ sparse": lambda: numbers(tf.sparse.sparse_dense_matmul(tf.transpose(dense), a)),
            "sparse @ sparse": lambda: numbers(a @ a),
            "sparse + sparse": lambda: numbers(tf.sparse.add(a, a)),
            "sparse + dense": lambda: numbers(tf.sparse.add(a, tf.ones((4, 4)))),
            "sparse * sparse": lambda: numbers(a * a),
            "sparse / 2": lambda: numbers(a / 2),
            "transposed": lambda: numbers(tf.sparse.transpose(a)),
            "sum of all": lambda: numbers(tf.sparse.reduce_sum(a)),
            "sums of columns": lambda: numbers(tf.sparse.reduce_sum(a, axis=0)),
            "largest of each row": lambda: numbers(tf.sparse.reduce_max(a, axis=1)),
            "last two rows": lambda: numbers(tf.sparse.slice(a, [2, 0], [2, 4])),
            "stacked": lambda: numbers(tf.sparse.concat(0, [a, a])),
        }

    tall, square, identity = tf.constant(TALL), tf.constant(SQUARE), tf.sparse.eye(1000)
    return {
        "warnings": {"coo": warned(lambda: tf.sparse.from_dense(tall)), "others": None},
        "default": type(tf.sparse.from_dense(tall)).__name__,
        "formats": [name for name in dir(tf.sparse) if name.endswith("Tensor")],
        "low_level_only": [name for name in dir(tf.raw_ops) if any(f.upper() in name for f in FORMATS)],
        "round_trip": {"coo": bool(tf.reduce_all(tf.sparse.to_dense(tf.sparse.from_dense(tall)) == tall))},
        "coordinates": tf.sparse.from_dense(tall).indices.numpy().tolist(),
        "bytes_of_1000_by_1000_identity": {
            "dense": tf.eye(1000).numpy().nbytes,
            "sparse": identity.indices.numpy().nbytes + identity.values.numpy().nbytes,
        },
        "blocks_not_square": None,
        "gradients": {"coo": gradients()},
        "operations": {"coo": verdicts(operations(tf.sparse.from_dense(square)))},
    }
