"""Training a recurrent network: one step on 32 sequences of 50 time steps with 32 features.

One LSTM layer of 64 units; its last output goes to a dense layer for ten classes. Both frameworks keep the four gates
in the same order (input, forget, candidate, output), but PyTorch adds two biases where Keras adds one. Trained, the
pair would move twice as fast as the single one; so the second of PyTorch's is zero and kept out of the training.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Training an LSTM"
SUBJECT = "training"
TRAINS = True
BATCH, TIME, FEATURES, UNITS, CLASSES, RATE = 32, 50, 32, 64, 10, 0.01


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """A batch of sequences, float32 of BATCH x TIME x FEATURES, and their classes, int64 of BATCH."""
    return {
        "x": rng.standard_normal((BATCH, TIME, FEATURES), dtype=np.float32),
        "y": rng.integers(0, CLASSES, BATCH),
    }


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Kernels of inputs x outputs, the gates beside each other; a bias for the gates, the dense layer's is zero."""
    return {
        "input": (rng.standard_normal((FEATURES, 4 * UNITS)) / np.sqrt(FEATURES)).astype(np.float32),
        "state": (rng.standard_normal((UNITS, 4 * UNITS)) / np.sqrt(UNITS)).astype(np.float32),
        "bias": 0.1 * rng.standard_normal(4 * UNITS, dtype=np.float32),
        "dense": rng.standard_normal((UNITS, CLASSES), dtype=np.float32),
    }


def _pytorch_model(weights: Mapping[str, Array]) -> Any:
    import torch
    from torch import nn

    class Classifier(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(FEATURES, UNITS, batch_first=True)
            self.dense = nn.Linear(UNITS, CLASSES)

        def forward(self, x: Any) -> Any:
            outputs, _ = self.lstm(x)
            return self.dense(outputs[:, -1])

    model = Classifier()
    lstm, dense = model.lstm, model.dense
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(torch.from_numpy(weights["input"].T))
        lstm.weight_hh_l0.copy_(torch.from_numpy(weights["state"].T))
        lstm.bias_ih_l0.copy_(torch.from_numpy(weights["bias"]))
        lstm.bias_hh_l0.zero_().requires_grad_(False)  # Keras has one bias
        dense.weight.copy_(torch.from_numpy(weights["dense"].T))
        dense.bias.zero_()
    return model


def pytorch(run: Setting) -> Function:
    import torch
    from torch import nn

    network = _pytorch_model(run.weights).to(run.device)
    model = run.traced(network)
    optimizer = torch.optim.SGD((p for p in network.parameters() if p.requires_grad), lr=RATE)
    loss_of = nn.CrossEntropyLoss()

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def tensorflow(run: Setting) -> Function:
    import keras
    import tensorflow as tf

    lstm = keras.layers.LSTM(UNITS)  # returns the last output
    dense = keras.layers.Dense(CLASSES)
    model = keras.Sequential([keras.Input((TIME, FEATURES)), lstm, dense])
    lstm.cell.kernel.assign(run.weights["input"])
    lstm.cell.recurrent_kernel.assign(run.weights["state"])
    lstm.cell.bias.assign(run.weights["bias"])
    dense.kernel.assign(run.weights["dense"])
    optimizer = keras.optimizers.SGD(learning_rate=RATE)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @run.traced
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return step
