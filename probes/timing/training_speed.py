"""Training three small networks on images of 28 x 28, eagerly and as fast as each framework can.

A multilayer perceptron, a convolutional network, and an LSTM that reads an image row by row: the same weights, the same
batches of 32, plain gradient descent, and losses that must agree. What is timed is a step; an epoch is so many of them.
"eager": both frameworks run operation by operation. "fastest": each half builds its step in every way that it has,
tries them in turn, and takes the one that needs least time here, since no way is the fastest for all networks. For
PyTorch that is eagerly or by `torch.compile` (which needs a C++ compiler on a processor), with a fused optimizer and
the channels last, as its guides advise; for TensorFlow, whose layout that is, a `tf.function` or one compiled by XLA.
Which was taken, and the seconds of each, stand beside the figures. "own pipeline" is an epoch of 1024 images in the
order in which they lie in memory, from a `DataLoader` or `tf.data`: PyTorch trains eagerly and TensorFlow in a
`tf.function`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting, Step

TITLE = "Training three networks, eagerly and at their fastest"
SUBJECT = "training"
VARIANTS = (
    "mlp, eager",
    "mlp, fastest",
    "cnn, eager",
    "cnn, fastest",
    "lstm, eager",
    "lstm, fastest",
    "mlp, own pipeline",
)
MODES = ("ordinary",)
TRAINS = True
BATCH, SIDE, CLASSES, ROWS, RATE, TURNS = 32, 28, 10, 1024, 0.0001, 10
HIDDEN, CHANNELS, UNITS = 512, (1, 16, 32), 64
KERNELS: dict[str, list[tuple[int, ...]]] = {
    "mlp": [(SIDE**2, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, CLASSES)],
    "cnn": [(3, 3, *CHANNELS[:2]), (3, 3, *CHANNELS[1:]), (SIDE // 4, SIDE // 4, CHANNELS[2], CLASSES)],
    "lstm": [(SIDE, 4 * UNITS), (UNITS, 4 * UNITS), (UNITS, CLASSES)],
}


def images(rng: np.random.Generator, count: int) -> Arrays:
    """Images, float32 of count x SIDE x SIDE, and their classes, int64."""
    return {"x": rng.standard_normal((count, SIDE, SIDE), dtype=np.float32), "y": rng.integers(0, CLASSES, count)}


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """A batch of images; nothing where they come from the half's own pipeline."""
    return {} if "pipeline" in variant else images(rng, BATCH)


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Kernels, the inputs before the outputs, scaled after He; biases are zero. For a pipeline also its images."""
    kernels = {
        f"kernel{i}": (rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[:-1]))).astype(np.float32)
        for i, shape in enumerate(KERNELS[variant.split(", ")[0]])
    }
    return {**kernels, **(images(rng, ROWS) if "pipeline" in variant else {})}


def fastest(ways: Mapping[str, Function], batch: Mapping[str, Any], begin: Callable[[], None]) -> Step:
    """The way whose quickest step takes least, tried in turns after one that compiles; then back to the beginning."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(1 + TURNS):
        for name, step in ways.items():
            started = time.perf_counter()
            float(step(*batch.values()))  # waits for the loss
            seconds[name].append(time.perf_counter() - started)
    begin()
    least = {name: min(times[1:]) for name, times in seconds.items()}
    taken = min(least, key=lambda name: least[name])
    return Step(ways[taken], lambda: {"taken": taken, "seconds": least})


def _pytorch_network(net: str) -> Any:
    from torch import nn

    class LastOutput(nn.Module):
        def forward(self, found: Any) -> Any:
            outputs, _ = found
            return outputs[:, -1]

    if net == "mlp":
        first, second = nn.Linear(SIDE**2, HIDDEN), nn.Linear(HIDDEN, HIDDEN)
        return nn.Sequential(nn.Flatten(), first, nn.ReLU(), second, nn.ReLU(), nn.Linear(HIDDEN, CLASSES))
    if net == "cnn":
        one = [nn.Conv2d(CHANNELS[0], CHANNELS[1], 3, padding="same"), nn.ReLU(), nn.MaxPool2d(2)]
        two = [nn.Conv2d(CHANNELS[1], CHANNELS[2], 3, padding="same"), nn.ReLU(), nn.MaxPool2d(2)]
        dense = nn.Linear((SIDE // 4) ** 2 * CHANNELS[2], CLASSES)
        return nn.Sequential(nn.Unflatten(1, (1, SIDE)), *one, *two, nn.Flatten(), dense)
    lstm = nn.LSTM(SIDE, UNITS, batch_first=True)
    lstm.bias_hh_l0.requires_grad_(False)  # Keras has one bias
    return nn.Sequential(lstm, LastOutput(), nn.Linear(UNITS, CLASSES))


def _pytorch_begin(network: Any, weights: Mapping[str, Array]) -> None:
    import torch

    kernels = iter(weights.values())
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "bias" in name:
                parameter.zero_()
            else:
                kernel = torch.from_numpy(next(kernels))
                outputs_first = kernel.permute(3, 2, 0, 1) if kernel.ndim == 4 else kernel.T
                parameter.copy_(outputs_first.reshape(parameter.shape))


def pytorch(run: Setting) -> Any:
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    net, way = run.variant.split(", ")
    network = _pytorch_network(net).to(run.device)
    _pytorch_begin(network, run.weights)
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=RATE, fused=True if way == "fastest" else None)
    loss_of = nn.CrossEntropyLoss()

    def trains(model: Any) -> Function:
        def step(x: Any, y: Any) -> Any:
            optimizer.zero_grad()
            loss = loss_of(model(x), y)
            loss.backward()
            optimizer.step()
            return loss.detach()

        return step

    if way == "fastest":
        network.to(memory_format=torch.channels_last)
        ways = {"eager": trains(network), "torch.compile": trains(torch.compile(network))}
        batch = {k: torch.from_numpy(a).to(run.device) for k, a in images(np.random.default_rng(0), BATCH).items()}
        return fastest(ways, batch, lambda: _pytorch_begin(network, run.weights))
    step = trains(network)
    if way == "eager":
        return step
    dataset = TensorDataset(torch.from_numpy(run.weights["x"]), torch.from_numpy(run.weights["y"]))
    loader = DataLoader(dataset, batch_size=BATCH)

    def epoch() -> Any:
        for x, y in loader:
            loss = step(x.to(run.device), y.to(run.device))
        return loss

    return epoch


def _tensorflow_network(net: str) -> Any:
    from keras import Input, Sequential, layers

    if net == "mlp":
        first, second = layers.Dense(HIDDEN, activation="relu"), layers.Dense(HIDDEN, activation="relu")
        stack = [layers.Flatten(), first, second, layers.Dense(CLASSES)]
    elif net == "cnn":
        one = [layers.Conv2D(CHANNELS[1], 3, padding="same", activation="relu"), layers.MaxPooling2D(2)]
        two = [layers.Conv2D(CHANNELS[2], 3, padding="same", activation="relu"), layers.MaxPooling2D(2)]
        stack = [layers.Reshape((SIDE, SIDE, 1)), *one, *two, layers.Flatten(), layers.Dense(CLASSES)]
    else:
        stack = [layers.LSTM(UNITS), layers.Dense(CLASSES)]
    return Sequential([Input((SIDE, SIDE)), *stack])


def _tensorflow_begin(network: Any, weights: Mapping[str, Array]) -> None:
    kernels = iter(weights.values())
    for variable in network.trainable_variables:
        if "bias" in variable.name:
            variable.assign(np.zeros(variable.shape))
        else:
            variable.assign(next(kernels).reshape(variable.shape))


def tensorflow(run: Setting) -> Any:
    import keras
    import tensorflow as tf

    net, way = run.variant.split(", ")
    network = _tensorflow_network(net)
    _tensorflow_begin(network, run.weights)
    optimizer = keras.optimizers.SGD(learning_rate=RATE)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, network(x, training=True))
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))
        return loss

    if way == "fastest":
        ways = {"tf.function": tf.function(step)}
        if all(layer.supports_jit for layer in network.layers):  # cuDNN's LSTM does not
            ways["XLA"] = tf.function(step, jit_compile=True)
        batch = {k: tf.constant(a) for k, a in images(np.random.default_rng(0), BATCH).items()}
        return fastest(ways, batch, lambda: _tensorflow_begin(network, run.weights))
    if way == "eager":
        return step
    traced = tf.function(step)
    dataset = tf.data.Dataset.from_tensor_slices((run.weights["x"], run.weights["y"]))
    loader = dataset.batch(BATCH).prefetch(tf.data.AUTOTUNE)

    def epoch() -> Any:
        for x, y in loader:
            loss = traced(x, y)
        return loss

    return epoch
