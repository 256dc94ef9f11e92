"""Training a two-layer regression, with what each framework offers ready-made and with a loop written by hand.

The regression of one of the documents, which trains it with Keras and again without: ten features, a hidden layer of
ten, one number; mean squared error; gradient descent. "keras fit style" calls a compiled Keras model for each batch,
as `fit` does, against PyTorch's ordinary loop, since PyTorch has no `fit`. "own loop" uses no layers and no optimizer
in either: variables, gradients, and the update written out. The network is so small that what is timed is almost only
the cost of calling each framework, not arithmetic.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Arrays, Function, Setting

TITLE = "Training a two-layer regression"
SUBJECT = "training"
VARIANTS = ("keras fit style", "own loop")
TRAINS = True
BATCH, FEATURES, HIDDEN, RATE = 32, 10, 10, 0.01  # SGD's default rate is 0.01 in Keras and 0.001 in PyTorch


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """Features, float32 of BATCH x FEATURES, and targets of BATCH x 1: their mean with some noise."""
    x = rng.standard_normal((BATCH, FEATURES), dtype=np.float32)
    noise = 0.1 * rng.standard_normal((BATCH, 1), dtype=np.float32)
    return {"x": x, "y": x.mean(1, keepdims=True) + noise}


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Kernels of inputs x outputs, scaled after He, and biases."""
    return {
        "w1": (rng.standard_normal((FEATURES, HIDDEN)) * np.sqrt(2 / FEATURES)).astype(np.float32),
        "b1": np.zeros(HIDDEN, np.float32),
        "w2": (rng.standard_normal((HIDDEN, 1)) * np.sqrt(2 / HIDDEN)).astype(np.float32),
        "b2": np.zeros(1, np.float32),
    }


def pytorch(run: Setting) -> Function:
    return _pytorch_own_loop(run) if run.variant == "own loop" else _pytorch_ordinary_loop(run)


def _pytorch_ordinary_loop(run: Setting) -> Function:
    import torch
    from torch import nn

    hidden, output = nn.Linear(FEATURES, HIDDEN), nn.Linear(HIDDEN, 1)
    with torch.no_grad():
        for layer, kernel, bias in ((hidden, "w1", "b1"), (output, "w2", "b2")):
            layer.weight.copy_(torch.from_numpy(run.weights[kernel].T))
            layer.bias.copy_(torch.from_numpy(run.weights[bias]))
    network = nn.Sequential(hidden, nn.ReLU(), output).to(run.device)
    model = run.traced(network)
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    loss_of = nn.MSELoss()

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()  # a Python number, as Keras gives

    return step


def _pytorch_own_loop(run: Setting) -> Function:
    import torch

    parameters = [torch.tensor(array, device=run.device, requires_grad=True) for array in run.weights.values()]
    w1, b1, w2, b2 = parameters

    @run.traced
    def loss_of(x: Any, y: Any) -> Any:
        predicted = torch.relu(x @ w1 + b1) @ w2 + b2
        return ((predicted - y) ** 2).mean()

    def step(x: Any, y: Any) -> Any:
        loss = loss_of(x, y)
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter -= RATE * gradient
        return loss

    return step


def tensorflow(run: Setting) -> Function:
    return _tensorflow_own_loop(run) if run.variant == "own loop" else _tensorflow_fit_style(run)


def _tensorflow_fit_style(run: Setting) -> Function:
    import keras

    layers = [keras.layers.Dense(HIDDEN, activation="relu"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((FEATURES,)), *layers])
    model.set_weights(list(run.weights.values()))
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=RATE),
        loss="mean_squared_error",
        run_eagerly=run.mode == "eager",
        jit_compile=run.mode == "compiled",
    )

    def step(x: Any, y: Any) -> Any:
        return model.train_on_batch(x, y)

    return step


def _tensorflow_own_loop(run: Setting) -> Function:
    import tensorflow as tf

    parameters = [tf.Variable(array) for array in run.weights.values()]
    w1, b1, w2, b2 = parameters

    @run.traced
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            predicted = tf.nn.relu(x @ w1 + b1) @ w2 + b2
            loss = tf.reduce_mean((predicted - y) ** 2)
        gradients = tape.gradient(loss, parameters)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.assign_sub(RATE * gradient)
        return loss

    return step
