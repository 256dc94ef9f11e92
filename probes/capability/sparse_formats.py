"""Sparse matrices: which formats there are, which one is usual, and what they save.

PyTorch has five formats: coordinates (COO), compressed rows and columns (CSR, CSC), and the same by blocks (BSR, BSC).
TensorFlow has one class, SparseTensor, which holds coordinates; compressed rows exist in it as raw operations only. The
result shows the warnings on the way, what a plain conversion gives, whether a 4 x 6 matrix comes back unharmed from
each format, in which of them it can be multiplied by a dense one, and the bytes of an identity matrix of two sizes:
where storage scales, they grow with the side and not with the area.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised, warned

TITLE = "Sparse matrices and their formats"
SUBJECT = "ragged_sparse"

MATRIX = [
    [0.0, 0.0, 7.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 8.0, 0.0, 0.0, 0.0, 5.0],
    [9.0, 0.0, 0.0, 0.0, 0.0, 0.0],
]
DENSE = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0], [9.0, 0.0], [1.0, 2.0]]


def coordinates() -> list[list[int]]:
    """The rows and columns where the matrix is not zero."""
    return np.argwhere(np.array(MATRIX)).tolist()


def named(formats: list[str]) -> dict[str, Any]:
    """Formats and their number."""
    return {"count": len(formats), "names": formats}


def is_right(product: Callable[[], Any]) -> bool:
    """Whether a product of the matrix and the dense one is NumPy's."""
    found: list[Any] = []
    failed = raised(lambda: found.append(np.asarray(product())))
    return not failed and np.allclose(found[0], np.array(MATRIX) @ DENSE)


def growth(dense_bytes: Callable[[int], int], sparse_bytes: Callable[[int], int]) -> dict[str, Any]:
    """The bytes of identity matrices, and by how much they grow when the side is ten times as long."""
    small, large = ({"dense": dense_bytes(side), "sparse": sparse_bytes(side)} for side in (100, 1000))
    grows_by = {kind: large[kind] / small[kind] for kind in small}
    return {"100 by 100": small, "1000 by 1000": large, "grows_by": grows_by}


def pytorch() -> Observation:
    """Convert to each of the five formats and back."""
    import torch

    matrix = torch.tensor(MATRIX)

    def in_format(format: str) -> Any:
        layout = getattr(torch, f"sparse_{format}")
        return matrix.to_sparse(layout=layout, blocksize=(2, 2) if format in ("bsr", "bsc") else None)

    def product(format: str) -> Any:
        return in_format(format) @ torch.tensor(DENSE)

    def there_and_back(format: str) -> dict[str, Any]:
        sparse = in_format(format)
        return {"is": str(sparse.layout), "equal": sparse.to_dense().equal(matrix)}

    def sparse_bytes(side: int) -> int:
        sparse = torch.eye(side).to_sparse()
        return sparse.indices().nbytes + sparse.values().nbytes

    def formats() -> list[str]:
        layouts = {str(value) for value in vars(torch).values() if isinstance(value, torch.layout)}
        return sorted(layout for layout in layouts if "sparse" in layout)

    return {
        "warnings": {
            "coo": lambda: warned(lambda: matrix.to_sparse()),
            "csr": lambda: warned(lambda: matrix.to_sparse_csr()),
        },
        "usual": {
            "is": lambda: str(matrix.to_sparse().layout),
            "coordinates": lambda: matrix.to_sparse().indices().T.tolist(),
            "expected": coordinates(),
            "back": lambda: matrix.to_sparse().to_dense().equal(matrix),
        },
        "formats": lambda: named(formats()),
        "there_and_back": {
            "coo": lambda: there_and_back("coo"),
            "csr": lambda: there_and_back("csr"),
            "csc": lambda: there_and_back("csc"),
            "bsr": lambda: there_and_back("bsr"),
            "bsc": lambda: there_and_back("bsc"),
        },
        "multiplied": lambda: named(
            [one for one in ("coo", "csr", "csc", "bsr", "bsc") if is_right(partial(product, one))]
        ),
        "raw_operations_only": None,
        "identity": lambda: growth(lambda side: torch.eye(side).nbytes, sparse_bytes),
    }


def tensorflow() -> Observation:
    """Convert to a SparseTensor and back, and look for the other formats."""
    import tensorflow as tf

    matrix = tf.constant(MATRIX)

    def there_and_back() -> dict[str, Any]:
        sparse = tf.sparse.from_dense(matrix)
        equal = tf.reduce_all(tf.sparse.to_dense(sparse) == matrix)
        return {"is": type(sparse).__name__, "equal": bool(equal)}

    def product() -> Any:
        return tf.sparse.sparse_dense_matmul(tf.sparse.from_dense(matrix), DENSE)

    def sparse_bytes(side: int) -> int:
        sparse = tf.sparse.from_dense(tf.eye(side))
        return sparse.indices.numpy().nbytes + sparse.values.numpy().nbytes

    return {
        "warnings": {"coo": lambda: warned(lambda: tf.sparse.from_dense(matrix)), "csr": None},
        "usual": {
            "is": lambda: type(tf.sparse.from_dense(matrix)).__name__,
            "coordinates": lambda: tf.sparse.from_dense(matrix).indices.numpy().tolist(),
            "expected": coordinates(),
            "back": lambda: there_and_back()["equal"],
        },
        "formats": lambda: named([name for name in dir(tf.sparse) if name.endswith("Tensor")]),
        "there_and_back": {"coo": there_and_back, "csr": None, "csc": None, "bsr": None, "bsc": None},
        "multiplied": lambda: named(["coo"] if is_right(product) else []),
        "raw_operations_only": lambda: named(
            [name for name in dir(tf.raw_ops) if any(format in name for format in ("CSR", "CSC", "BSR", "BSC"))]
        ),
        "identity": lambda: growth(lambda side: tf.eye(side).numpy().nbytes, sparse_bytes),
    }
