"""Learning algorithms, networks and datasets that are in the package itself.

The public names of the loaded modules are searched for six classic algorithms; single operations, from which one could
be put together, are counted apart. TensorFlow had such algorithms ready-made in tf.estimator: look at what has become
of it. Keras brings published networks, one of which is run here with random weights, and loaders for datasets, which
are fetched when they are first asked for. PyTorch's are in packages of their own, such as torchvision: null here.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Algorithms and datasets that are built in"
SUBJECT = "libraries"

ALGORITHMS = {
    "linear or logistic regression": r"(linear|logistic)_?(regress|classif)",
    "k-means": r"k_?means",
    "boosted trees": r"boosted_?trees|gradient_?boost",
    "random forest": r"random_?forest",
    "nearest neighbours": r"(k_?)?nearest_?neighbou?rs",
    "support vector machine": r"svm|support_?vector",
}


def public_names(*libraries: str) -> set[str]:
    """The public names in the public modules of the libraries; those of single operations are left out."""
    internal = r"\.(_(?!api)|src|python|core|raw_ops)"
    places = [place for place in sys.modules if place.split(".")[0] in libraries and not re.search(internal, place)]
    return {name for place in places for name in vars(sys.modules[place]) if not name.startswith("_")}


def algorithms_in(names: set[str]) -> dict[str, list[str]]:
    found = {
        algorithm: sorted(name for name in names if re.match(sign, name, re.IGNORECASE))
        for algorithm, sign in ALGORITHMS.items()
    }
    return {algorithm: hits for algorithm, hits in found.items() if hits}


def counted(found: dict[str, list[str]]) -> dict[str, int]:
    return {algorithm: len(names) for algorithm, names in found.items()}


def search(*libraries: str) -> Observation:
    names = public_names(*libraries)
    found = algorithms_in(names)
    return {"names_looked_at": len(names), "searched_for": list(ALGORITHMS), "found": found, "count": len(found)}


def pytorch() -> Observation:
    """A search of torch."""
    import torch

    return {
        "algorithms": lambda: search("torch"),
        "estimators": None,
        "single_operations": lambda: counted(algorithms_in(set(dir(torch.ops.aten)))),
        "networks": None,
        "a_network_runs": None,
        "datasets": None,
    }


def tensorflow() -> Observation:
    """A search of tensorflow and keras; tf.estimator; keras.applications and keras.datasets."""
    import tensorflow as tf

    keras = tf.keras

    def networks() -> Observation:
        space = vars(keras.applications)
        names = sorted(name for name, value in space.items() if name[0].isupper() and callable(value))
        return {"count": len(names), "names": names}

    def a_network_runs() -> Observation:
        model = keras.applications.MobileNet(weights=None, input_shape=(32, 32, 3), alpha=0.25, classes=10)
        chances = model(np.zeros((2, 32, 32, 3), np.float32)).numpy()
        return {"weights": model.count_params(), "sums_off_by": float(np.abs(chances.sum(1) - 1).max())}

    def datasets() -> Observation:
        space = vars(keras.datasets)
        names = sorted(name for name, value in space.items() if callable(getattr(value, "load_data", None)))
        return {"count": len(names), "names": names}

    def estimators() -> Any:
        return sorted(name for name in dir(tf.estimator) if not name.startswith("_"))

    return {
        "algorithms": lambda: search("tensorflow", "keras"),
        "estimators": estimators,
        "single_operations": lambda: counted(algorithms_in(set(dir(tf.raw_ops)))),
        "networks": networks,
        "a_network_runs": a_network_runs,
        "datasets": datasets,
    }
