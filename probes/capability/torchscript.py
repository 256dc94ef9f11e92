"""A network taken into production as TorchScript, and as what has come after it.

A small network is saved, read back without its class and compared with NumPy: in PyTorch as TorchScript and as what the
deprecation warnings name instead, torch.export; in TensorFlow as a SavedModel, which is both the older form and what
Keras exports today.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Observation, warned

TITLE = "TorchScript and what has come after it"
SUBJECT = "interchange"
SLOW = True

X = np.array([[1.0, 2.0], [3.0, -4.0]], np.float32)
WEIGHT = np.array([[1.0], [-3.0]], np.float32)
BY_HAND = np.maximum(X @ WEIGHT, 0)


def carried(name: str, carry: Callable[[Path], Any]) -> Observation:
    """How far what comes back through a file is off, and the deprecation warnings on the way."""
    results: list[Any] = []
    with tempfile.TemporaryDirectory() as folder:
        given = warned(lambda: results.append(carry(Path(folder, name))))
    deprecated = [one["message"] for one in given if one["category"] in ("DeprecationWarning", "FutureWarning")]
    return {"off_by": float(np.abs(results[0] - BY_HAND).max()), "deprecated": deprecated}


def pytorch() -> Observation:
    """torch.jit.script, and torch.export."""
    import torch

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.from_numpy(WEIGHT))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(x @ self.weight)

    def older(path: Path) -> Any:
        torch.jit.script(Network()).save(path)
        return torch.jit.load(path)(x).detach().numpy()

    def newer(path: Path) -> Any:
        torch.export.save(torch.export.export(Network(), (x,)), path)
        return torch.export.load(path).module()(x).detach().numpy()

    x = torch.from_numpy(X)
    return {
        "older_form": lambda: carried("network.pt", older),
        "newer_form": lambda: carried("network.pt2", newer),
    }


def tensorflow() -> Observation:
    """A tf.Module saved as a SavedModel, and a Keras model exported."""
    import keras
    import tensorflow as tf

    class Network(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = tf.Variable(WEIGHT)

        @tf.function(input_signature=[tf.TensorSpec([None, 2])])
        def __call__(self, x: Any) -> Any:
            return tf.nn.relu(x @ self.weight)

    def older(path: Path) -> Any:
        tf.saved_model.save(Network(), str(path))
        network = tf.saved_model.load(str(path))
        return network(x).numpy()

    def newer(path: Path) -> Any:
        layer = keras.layers.Dense(1, activation="relu", use_bias=False)
        model = keras.Sequential([keras.Input((2,)), layer])
        layer.set_weights([WEIGHT])
        model.export(path, verbose=False)
        network = tf.saved_model.load(str(path))
        return network.serve(x).numpy()

    x = tf.constant(X)
    return {
        "older_form": lambda: carried("network", older),
        "newer_form": lambda: carried("network", newer),
    }
