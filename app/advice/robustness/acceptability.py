"""Acceptability: the share of plausible weightings under which each framework wins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.advice.model.batch_scoring import Scores
from app.advice.robustness.samples import Draws, Samples

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Uncertainty:
    """Whether weights and evidence are uncertain; open questions always are."""

    weights: bool = True
    evidence: bool = True


EVERYTHING = Uncertainty()


@dataclass(frozen=True)
class Acceptability:
    """Shares of samples that each framework wins; they sum to 1. `error`: one standard error of either share."""

    pytorch: float
    tensorflow: float
    error: float


def acceptability(
    scores: Scores, at: int, open_spread: float, samples: Samples, uncertain: Uncertainty = EVERYTHING
) -> Acceptability:
    """The shares of one of the scored sets. Where a hard constraint decides, the framework that it requires wins all.

    Every sample is tried with its noise and with the noise's negative, so that the draws favour neither framework: the
    framework in front wins both where it leads by more than the noise, and one of the two elsewhere.

    Args:
        at: which of the sets.
        open_spread: one standard deviation of the margin that open questions leave.
    """
    if scores.conflicting[at]:
        return Acceptability(0.5, 0.5, 0.0)
    if required := scores.required[at]:
        return Acceptability(float(required > 0), float(required < 0), 0.0)
    weights = scores.weights[:, at]
    centre = _product(weights * scores.differences[:, at], samples.factors, uncertain.weights)
    evidence = (weights * scores.spreads[:, at]) ** 2 if uncertain.evidence else np.zeros(len(weights))
    variance = _product(evidence, samples.squares, uncertain.weights and uncertain.evidence)
    noise = samples.noise * np.sqrt(variance + np.float32(open_spread**2))
    return _shares(int(np.count_nonzero(centre > noise)), int(np.count_nonzero(centre < -noise)), samples.count)


def _product(vector: Reals, factors: Draws, uncertain: bool) -> Draws:
    """One number for each sample, or one for all of them where the factors are certainly 1."""
    return vector.astype(np.float32) @ factors if uncertain else vector.sum(keepdims=True).astype(np.float32)


def _shares(both: int, neither: int, count: int) -> Acceptability:
    """From the samples that PyTorch wins with either sign of the noise, and those that it loses with either."""
    lead = both - neither
    variance = ((both + neither) * count - lead**2) / (4 * count**2)
    return Acceptability((count + lead) / (2 * count), (count - lead) / (2 * count), float(np.sqrt(variance / count)))
