"""The same question answered by two other ways of putting criteria together.

Where they prefer the other framework, the advice rests on how scores are added up, and is meant less strongly.
"""

import numpy as np
from numpy.typing import NDArray

from app.advice.model.batch_scoring import Scores

Reals = NDArray[np.float64]
ROUNDING = 1e-12


def weighted_product(scores: Scores) -> Reals:
    """For each set the logarithm of PyTorch's weighted product over TensorFlow's; positive where PyTorch's is greater.

    Each framework's scores, raised to the power of their weights, are multiplied (Bridgman, Dimensional Analysis, 1922;
    Miller and Starr, Executive Decisions and Operations Research, 1969).
    """
    ratios = np.log1p(scores.differences) - np.log1p(-scores.differences)
    found: Reals = np.einsum("ks,ks->s", scores.weights, ratios)
    return found


def nearness_to_ideal(scores: Scores) -> Reals:
    """For each set PyTorch's relative closeness to the ideal less TensorFlow's, -1 to 1.

    TOPSIS (Hwang and Yoon, Multiple Attribute Decision Making, 1981): scores are divided by their length over the
    alternatives and weighted; closeness is the distance to the worst of both over the distances to worst and best. Of
    two alternatives one is at the best wherever the other is at the worst.
    """
    length = np.sqrt((1 + scores.differences**2) / 2)
    apart = scores.weights * scores.differences / length
    ahead = np.sqrt((np.maximum(apart, 0) ** 2).sum(axis=0))
    behind = np.sqrt((np.minimum(apart, 0) ** 2).sum(axis=0))
    whole = ahead + behind
    nearer: Reals = (ahead - behind) / np.where(whole > 0, whole, 1.0)
    return nearer


def dissents(scores: Scores) -> dict[str, NDArray[np.bool_]]:
    """For each method, where it prefers the framework that the additive score does not."""
    additive = _side(scores.margins)
    return {
        "weighted_product": _side(weighted_product(scores)) * additive < 0,
        "nearness_to_ideal": _side(nearness_to_ideal(scores)) * additive < 0,
    }


def _side(difference: Reals) -> Reals:
    return np.where(np.abs(difference) <= ROUNDING, 0.0, np.sign(difference))
