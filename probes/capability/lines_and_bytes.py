"""The same small network in each framework: lines of code, numbers in it, bytes of its file, and how right it is.

Each program makes a network of two dense layers, trains it on points of ten groups, and saves its weights: those are
the lines that are counted, written as each framework's tutorials do it, without empty ones and descriptions. The
parameters are counted, the file is measured and read again, and the trained network sorts points that it has not seen.
Last, both are given the same weights: `off_by` is how far their outputs are from NumPy's.
"""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Lines of code, and the size of the network"
SUBJECT = "models"

GENERATOR = np.random.default_rng(0)
CENTRES = GENERATOR.normal(size=(10, 64))
WEIGHTS = [GENERATOR.normal(size=size).astype(np.float32) / 8 for size in ((64, 256), (256,), (256, 10), (10,))]


def points(count: int, seed: int) -> tuple[Any, Any]:
    """Points around ten centres, and to which each belongs."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 10, count)
    return (CENTRES[labels] + 2 * generator.normal(size=(count, 64))).astype(np.float32), labels


TRAINING, TESTING = points(1000, seed=1), points(1000, seed=2)


def lines(program: Callable[..., Any]) -> int:
    """How many lines a program takes, without its head, its description and empty ones."""
    text = inspect.getsource(program).splitlines()
    return sum(bool(line.strip()) for line in text[2:])


def accuracy(outputs: Any) -> float:
    """The share of the points that are sorted into their own group."""
    return float((np.asarray(outputs).argmax(axis=1) == TESTING[1]).mean())


def off_by(outputs: Any) -> float:
    """How far the outputs for the first points are from NumPy's, with the fixed weights."""
    kernel, bias, last_kernel, last_bias = WEIGHTS
    expected = np.maximum(TESTING[0][:100] @ kernel + bias, 0) @ last_kernel + last_bias
    return float(np.abs(np.asarray(outputs) - expected).max())


def _pytorch_program(inputs: Any, labels: Any, path: Path) -> Any:
    """Make, train, save."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    model = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 10))
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    dataset = TensorDataset(torch.from_numpy(inputs), torch.from_numpy(labels))
    for _ in range(5):
        for batch, targets in DataLoader(dataset, batch_size=50, shuffle=True):
            loss = loss_function(model(batch), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    torch.save(model.state_dict(), path)
    return model


def pytorch() -> Observation:
    """nn.Sequential, a DataLoader and a loop."""
    import torch

    def run() -> Observation:
        torch.manual_seed(0)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "network.pt"
            model = _pytorch_program(*TRAINING, path)
            size = path.stat().st_size
            model.load_state_dict(torch.load(path, weights_only=True))
        right = accuracy(model(torch.from_numpy(TESTING[0])).detach())
        for parameter, weight in zip(model.parameters(), WEIGHTS, strict=True):
            parameter.data = torch.from_numpy(weight.T)
        return {
            "lines": lines(_pytorch_program),
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
            "bytes": size,
            "accuracy": right,
            "off_by": off_by(model(torch.from_numpy(TESTING[0][:100])).detach()),
        }

    return {"program": run}


def _tensorflow_program(inputs: Any, labels: Any, path: Path) -> Any:
    """Make, train, save."""
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((64,)), layers.Dense(256, activation="relu"), layers.Dense(10)])
    loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1), loss_function)
    model.fit(inputs, labels, batch_size=50, epochs=5, verbose=0)
    model.save_weights(path)
    return model


def tensorflow() -> Observation:
    """keras.Sequential, compile() and fit()."""
    import keras

    def run() -> Observation:
        keras.utils.set_random_seed(0)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "network.weights.h5"
            model = _tensorflow_program(*TRAINING, path)
            size = path.stat().st_size
            model.load_weights(path)
        right = accuracy(model(TESTING[0]))
        model.set_weights(WEIGHTS)
        return {
            "lines": lines(_tensorflow_program),
            "parameters": model.count_params(),
            "bytes": size,
            "accuracy": right,
            "off_by": off_by(model(TESTING[0][:100])),
        }

    return {"program": run}
