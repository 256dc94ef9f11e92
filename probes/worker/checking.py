"""How far two results are apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from probes.kit.task import Array


def relative_error(found: Sequence[Array], expected: Sequence[Array]) -> float:
    """The largest relative Frobenius error over the parts of a result: ||found - expected|| / ||expected||.

    Infinite when the parts differ in number or shape, or when anything is not finite.
    """
    if len(found) != len(expected):
        return math.inf
    return max((_relative(f, e) for f, e in zip(found, expected, strict=True)), default=math.inf)


def _relative(found: Array, expected: Array) -> float:
    if found.shape != expected.shape:
        return math.inf
    f, e = _wide(found, expected)
    size, distance = float(np.linalg.norm(e.ravel())), float(np.linalg.norm((f - e).ravel()))
    error = distance / size if size > 0 else distance
    return error if math.isfinite(error) else math.inf


def largest_difference(found: Sequence[Array], expected: Sequence[Array]) -> float:
    """The largest absolute difference between two results; infinite when they differ in number or shape."""
    if [a.shape for a in found] != [a.shape for a in expected]:
        return math.inf
    return max((_apart(f, e) for f, e in zip(found, expected, strict=True)), default=0.0)


def _apart(found: Array, expected: Array) -> float:
    f, e = _wide(found, expected)
    largest = float(np.max(np.abs(f - e), initial=0.0))
    return largest if math.isfinite(largest) else math.inf


def _wide(found: Array, expected: Array) -> tuple[Array, Array]:
    """Both in a type in which differences are exact enough: booleans and unsigned integers cannot be subtracted."""
    wide = np.complex128 if expected.dtype.kind == "c" or found.dtype.kind == "c" else np.float64
    return found.astype(wide), expected.astype(wide)
