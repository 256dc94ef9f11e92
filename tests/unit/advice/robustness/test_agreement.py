"""The two other ways of putting criteria together, against a library of multi-criteria methods."""

import random

import numpy as np
import pytest
from numpy.typing import NDArray
from pymcdm.methods import TOPSIS, WPM
from pymcdm.normalizations import vector_normalization

from app.advice.robustness.agreement import dissents, nearness_to_ideal, weighted_product
from tests.unit.advice.robustness.test_acceptability import scores_of


def as_it_is(column: NDArray[np.float64], cost: bool) -> NDArray[np.float64]:
    return column


def cases(count: int) -> list[tuple[list[float], list[float]]]:
    rng = random.Random(50)
    found = []
    for _ in range(count):
        weights = np.array([rng.uniform(0.01, 1) for _ in range(rng.randint(2, 18))])
        differences = [rng.uniform(-0.9, 0.9) for _ in weights]
        found.append((differences, (weights / weights.sum()).tolist()))
    return found


@pytest.mark.filterwarnings("ignore:Alternatives with indices")  # one that is better on all criteria is welcome here
@pytest.mark.parametrize(("differences", "weights"), cases(60))
def test_both_methods_rank_as_the_library_does(differences: list[float], weights: list[float]) -> None:
    scores = scores_of(differences, weights)
    matrix = np.array([[(1 + d) / 2 for d in differences], [(1 - d) / 2 for d in differences]])
    types = np.ones(len(differences))
    nearness = TOPSIS(vector_normalization)(matrix, np.array(weights), types)
    assert nearness_to_ideal(scores)[0] == pytest.approx(nearness[0] - nearness[1], abs=1e-9)
    products = WPM(as_it_is)(matrix, np.array(weights), types)
    assert weighted_product(scores)[0] == pytest.approx(float(np.log(products[0] / products[1])), abs=1e-9)


def test_a_method_that_prefers_the_other_framework_dissents() -> None:
    """Two criteria that lean a little to one side against one that leans far to the other: 0.30 against -0.28."""
    found = dissents(scores_of([0.15, 0.15, -0.28], [1 / 3, 1 / 3, 1 / 3]))
    assert found["nearness_to_ideal"].tolist() == [True]
    assert not dissents(scores_of([0.2, 0.1, 0.3]))["weighted_product"][0]


def test_level_scores_are_no_dissent() -> None:
    assert not any(found[0] for found in dissents(scores_of([0.2, -0.2])).values())
