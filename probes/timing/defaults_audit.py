"""What the frameworks ship as defaults, and how far they lead apart: a training step with each of three optimizers.

The step that is timed has every hyperparameter set alike, and its losses must agree. Three things to know for that:
PyTorch adds RMSprop's epsilon to the root and Keras under it; PyTorch adds Adam's epsilon after correcting the second
moment and Keras before, so that no value makes them equal unless it is too small to matter; SGD's rate, Adam's
epsilon, and RMSprop's rate and decay have other defaults. Beside the figures stand the defaults that each half found
in its framework, and how far twenty losses with them are from the aligned ones, from the same weights and batches.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.task import Arrays, Function, Setting, Step

TITLE = "Defaults, and training without them"
SUBJECT = "training"
VARIANTS = ("sgd", "adam", "rmsprop")
TRAINS = True
BATCH, FEATURES, HIDDEN, CLASSES = 32, 64, 32, 10
RATES = {"sgd": 0.01, "adam": 0.001, "rmsprop": 0.001}
BETAS, RHO, EPSILON = (0.9, 0.999), 0.9, 1e-12
STEPS = 20
TOLERANCE = 3e-6  # Keras's default for Adam's epsilon, left as it is, moves the losses by 1e-5


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """A batch of features, float32 of BATCH x FEATURES, and classes, int64 of BATCH."""
    return {
        "x": rng.standard_normal((BATCH, FEATURES), dtype=np.float32),
        "y": rng.integers(0, CLASSES, BATCH),
    }


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Kernels of inputs x outputs; biases are zero."""
    return {
        "hidden": (rng.standard_normal((FEATURES, HIDDEN)) / np.sqrt(FEATURES)).astype(np.float32),
        "output": (rng.standard_normal((HIDDEN, CLASSES)) / np.sqrt(HIDDEN)).astype(np.float32),
    }


def drift(make_step: Callable[[bool], Function], tensor: Callable[[Any], Any]) -> Observation:
    """The losses after STEPS steps on the same batches, aligned and with defaults, and their largest distance."""
    rng = np.random.default_rng(0)
    batches = [[tensor(array) for array in inputs(rng, "").values()] for _ in range(STEPS)]
    aligned, shipped = ([float(step(x, y)) for x, y in batches] for step in (make_step(True), make_step(False)))
    distance = max(abs(a - b) / abs(a) for a, b in zip(aligned, shipped, strict=True))
    return {
        "last_loss_aligned": aligned[-1],
        "last_loss_with_defaults": shipped[-1],
        "largest_relative_distance": distance,
    }


def defaults(function: Any, *names: str) -> Observation:
    """What a signature says about some of its parameters."""
    parameters = inspect.signature(function).parameters
    return {name: parameters[name].default for name in names if name in parameters}


def spread(drawn: Any) -> Observation:
    """What an initialiser drew."""
    values = {"smallest": np.min(drawn), "largest": np.max(drawn), "deviation": np.std(drawn)}
    return {name: round(float(value), 4) for name, value in values.items()}


def _pytorch_step(run: Setting, aligned: bool) -> Function:
    import torch
    from torch import nn

    hidden, output = nn.Linear(FEATURES, HIDDEN), nn.Linear(HIDDEN, CLASSES)
    with torch.no_grad():
        for layer, name in ((hidden, "hidden"), (output, "output")):
            layer.weight.copy_(torch.from_numpy(run.weights[name].T))
            layer.bias.zero_()
    network = nn.Sequential(hidden, nn.Tanh(), output).to(run.device)
    model = run.traced(network) if aligned else network
    rate = RATES[run.variant]
    choices: dict[str, tuple[Any, dict[str, Any]]] = {
        "sgd": (torch.optim.SGD, {"lr": rate}),
        "adam": (torch.optim.Adam, {"lr": rate, "betas": BETAS, "eps": EPSILON}),
        "rmsprop": (torch.optim.RMSprop, {"lr": rate, "alpha": RHO, "eps": EPSILON}),
    }
    kind, settings = choices[run.variant]
    optimizer = kind(network.parameters(), **(settings if aligned else {}))
    loss_of = nn.CrossEntropyLoss()

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def pytorch(run: Setting) -> Step:
    import torch
    from torch import nn

    def observe() -> Observation:
        dense, embedding, lstm = nn.Linear(1000, 1000), nn.Embedding(1000, 100), nn.LSTM(64, 64)
        optimizers = {
            "sgd": defaults(torch.optim.SGD, "lr", "momentum"),
            "adam": defaults(torch.optim.Adam, "lr", "betas", "eps"),
            "rmsprop": defaults(torch.optim.RMSprop, "lr", "alpha", "eps", "momentum"),
        }
        return {
            run.variant: optimizers[run.variant],
            "batch_norm": defaults(nn.BatchNorm2d, "momentum", "eps"),
            "layer_norm": defaults(nn.LayerNorm, "eps"),
            "dense_kernel_1000x1000": spread(dense.weight.detach().numpy()),
            "dense_bias": spread(dense.bias.detach().numpy()),
            "embedding": spread(embedding.weight.detach().numpy()),
            "lstm_forget_bias": spread((lstm.bias_ih_l0 + lstm.bias_hh_l0).detach().numpy()[64:128]),
            **drift(lambda aligned: _pytorch_step(run, aligned), lambda a: torch.tensor(a, device=run.device)),
        }

    return Step(_pytorch_step(run, aligned=True), observe)


def _tensorflow_step(run: Setting, aligned: bool) -> Function:
    import keras
    import tensorflow as tf

    layers = [keras.layers.Dense(HIDDEN, activation="tanh"), keras.layers.Dense(CLASSES)]
    model = keras.Sequential([keras.Input((FEATURES,)), *layers])
    for layer, name in zip(layers, ("hidden", "output"), strict=True):
        layer.kernel.assign(run.weights[name])
    rate = RATES[run.variant]
    choices: dict[str, tuple[Any, dict[str, Any]]] = {
        "sgd": (keras.optimizers.SGD, {"learning_rate": rate}),
        "adam": (
            keras.optimizers.Adam,
            {"learning_rate": rate, "beta_1": BETAS[0], "beta_2": BETAS[1], "epsilon": EPSILON},
        ),
        "rmsprop": (keras.optimizers.RMSprop, {"learning_rate": rate, "rho": RHO, "epsilon": EPSILON**2}),
    }
    kind, settings = choices[run.variant]
    optimizer = kind(**(settings if aligned else {}))
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return run.traced(step) if aligned else step


def tensorflow(run: Setting) -> Step:
    import keras
    import tensorflow as tf

    def observe() -> Observation:
        dense, embedding = keras.layers.Dense(1000), keras.layers.Embedding(1000, 100)
        lstm = keras.layers.LSTM(64)
        for layer, shape in ((dense, (1, 1000)), (embedding, (1,)), (lstm, (1, 1, 64))):
            layer.build(shape)
        optimizers = {
            "sgd": defaults(keras.optimizers.SGD, "learning_rate", "momentum"),
            "adam": defaults(keras.optimizers.Adam, "learning_rate", "beta_1", "beta_2", "epsilon"),
            "rmsprop": defaults(keras.optimizers.RMSprop, "learning_rate", "rho", "epsilon", "momentum"),
        }
        return {
            run.variant: optimizers[run.variant],
            "batch_norm": defaults(keras.layers.BatchNormalization, "momentum", "epsilon"),
            "layer_norm": defaults(keras.layers.LayerNormalization, "epsilon"),
            "dense_kernel_1000x1000": spread(dense.kernel),
            "dense_bias": spread(dense.bias),
            "embedding": spread(embedding.embeddings),
            "lstm_forget_bias": spread(lstm.cell.bias[64:128]),
            **drift(lambda aligned: _tensorflow_step(run, aligned), tf.convert_to_tensor),
        }

    return Step(_tensorflow_step(run, aligned=True), observe)
