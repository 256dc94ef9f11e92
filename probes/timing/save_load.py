"""Writing the weights of a small network to a file, and reading them into a network again.

784 inputs, 256 hidden units, ten classes: 203,530 numbers. PyTorch writes its state dictionary with `torch.save` and
reads it with `torch.load`, weights only; Keras writes and reads HDF5. "save" puts a new bias into the network first,
so that no two files are alike; "load" reads one of four files. The weights afterwards must be those that were asked
for. Beside the figures: the bytes of a file, and whether a fresh network that reads it gets every number back. The
files lie in the system's folder for temporary ones: a slow disk slows both.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.task import Array, Arrays, Setting, Step

TITLE = "Saving and loading weights"
SUBJECT = "interchange"
VARIANTS = ("save", "load")
MODES = ("ordinary",)
DEVICES = ("cpu",)
FEED = "arrays"
FEATURES, HIDDEN, CLASSES, FILES = 784, 256, 10, 4


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """For "save" a bias, float32 of CLASSES; for "load" the number of a file, an int64."""
    if variant == "save":
        return {"bias": rng.standard_normal(CLASSES, dtype=np.float32)}
    return {"which": rng.integers(FILES, size=())}


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Kernels of inputs x outputs, a bias, and for each file the bias of the last layer."""
    return {
        "hidden": rng.standard_normal((FEATURES, HIDDEN), dtype=np.float32),
        "hidden_bias": rng.standard_normal(HIDDEN, dtype=np.float32),
        "output": rng.standard_normal((HIDDEN, CLASSES), dtype=np.float32),
        "biases": rng.standard_normal((FILES, CLASSES), dtype=np.float32),
    }


def reference(data: Arrays, weights: Arrays, variant: str) -> tuple[Array, ...]:
    bias = data["bias"] if variant == "save" else weights["biases"][data["which"]]
    return weights["hidden"], weights["hidden_bias"], weights["output"], bias


def file_facts(path: Path, saved: list[Array], load: Callable[[Path], list[Array]]) -> Observation:
    """A file's size, and whether a fresh network gets the weights back that were saved."""
    equal = all(np.array_equal(a, b) for a, b in zip(saved, load(path), strict=True))
    return {"bytes": path.stat().st_size, "of_which_numbers": sum(a.nbytes for a in saved), "read_back_equal": equal}


def _pytorch_model() -> Any:
    from torch import nn

    return nn.Sequential(nn.Linear(FEATURES, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, CLASSES))


def _pytorch_tensors(model: Any) -> list[Any]:
    """In the order and form of the reference."""
    hidden, _, output = model
    return [hidden.weight.T, hidden.bias, output.weight.T, output.bias]


def pytorch(run: Setting) -> Step:
    import torch

    model = _pytorch_model()
    with torch.no_grad():
        for tensor, name in zip(_pytorch_tensors(model), ("hidden", "hidden_bias", "output"), strict=False):
            tensor.copy_(torch.from_numpy(run.weights[name]))

    def save(bias: Array, path: Path = run.scratch / "weights.pt") -> Any:
        with torch.no_grad():
            model[2].bias.copy_(torch.from_numpy(bias))
        torch.save(model.state_dict(), path)
        return _pytorch_tensors(model)

    paths = [run.scratch / f"{k}.pt" for k in range(FILES)]
    for bias, path in zip(run.weights["biases"], paths, strict=True):
        save(bias, path)

    def load(which: Array) -> Any:
        model.load_state_dict(torch.load(paths[which], weights_only=True))
        return _pytorch_tensors(model)

    def load_fresh(path: Path) -> list[Array]:
        fresh = _pytorch_model()
        fresh.load_state_dict(torch.load(path, weights_only=True))
        return [tensor.detach().numpy() for tensor in _pytorch_tensors(fresh)]

    def observe() -> Observation:
        saved = [tensor.detach().numpy() for tensor in save(run.weights["biases"][0])]
        return file_facts(run.scratch / "weights.pt", saved, load_fresh)

    return Step(save if run.variant == "save" else load, observe)


def _tensorflow_model() -> Any:
    import keras

    layers = [keras.layers.Dense(HIDDEN, activation="relu"), keras.layers.Dense(CLASSES)]
    return keras.Sequential([keras.Input((FEATURES,)), *layers])


def _tensorflow_tensors(model: Any) -> list[Any]:
    return [variable.value for variable in model.weights]


def tensorflow(run: Setting) -> Step:
    model = _tensorflow_model()
    for tensor, name in zip(_tensorflow_tensors(model), ("hidden", "hidden_bias", "output"), strict=False):
        tensor.assign(run.weights[name])

    def save(bias: Array, path: Path = run.scratch / "last.weights.h5") -> Any:
        model.layers[1].bias.assign(bias)
        model.save_weights(path)
        return _tensorflow_tensors(model)

    paths = [run.scratch / f"{k}.weights.h5" for k in range(FILES)]
    for bias, path in zip(run.weights["biases"], paths, strict=True):
        save(bias, path)

    def load(which: Array) -> Any:
        model.load_weights(paths[which])
        return _tensorflow_tensors(model)

    def load_fresh(path: Path) -> list[Array]:
        fresh = _tensorflow_model()
        fresh.load_weights(path)
        return fresh.get_weights()

    def observe() -> Observation:
        save(run.weights["biases"][0])
        return file_facts(run.scratch / "last.weights.h5", model.get_weights(), load_fresh)

    return Step(save if run.variant == "save" else load, observe)
