"""A recurrent layer over batches whose length changes from call to call.

The documents' case for graphs that are made while the program runs: 32 sequences of 16 features, 20 to 60 time steps,
the last state of a GRU of 32 units. PyTorch runs its layer eagerly, so that a new length is nothing special.
TensorFlow traces a function once for any length, since its input signature leaves the time open; without such a
signature it would trace again for each length that it meets. Beside the figures stands how often it traced and how
often a plain `tf.function` would have. Both GRUs apply the reset gate after the product with the state.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.task import Array, Arrays, Setting, Step

TITLE = "Recurrent network on varying lengths"
SUBJECT = "execution"
MODES = ("ordinary", "eager")
BATCH, FEATURES, UNITS = 32, 16, 32
LENGTHS = (20, 30, 40, 50, 60)


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """A batch of sequences, float32 of BATCH x one of LENGTHS x FEATURES."""
    return {"x": rng.standard_normal((BATCH, int(rng.choice(LENGTHS)), FEATURES), dtype=np.float32)}


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Kernels of inputs x outputs and both biases; beside each other: reset gate, update gate, candidate."""
    return {
        "input": (rng.standard_normal((FEATURES, 3 * UNITS)) / np.sqrt(FEATURES)).astype(np.float32),
        "state": (rng.standard_normal((UNITS, 3 * UNITS)) / np.sqrt(UNITS)).astype(np.float32),
        "input_bias": 0.1 * rng.standard_normal(3 * UNITS, dtype=np.float32),
        "state_bias": 0.1 * rng.standard_normal(3 * UNITS, dtype=np.float32),
    }


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    state = np.zeros((BATCH, UNITS))
    projected = data["x"] @ weights["input"] + weights["input_bias"]
    for time in range(projected.shape[1]):
        reset, update, candidate = np.split(projected[:, time], 3, axis=1)
        from_state = np.split(state @ weights["state"] + weights["state_bias"], 3, axis=1)
        r, z = 1 / (1 + np.exp(-reset - from_state[0])), 1 / (1 + np.exp(-update - from_state[1]))
        state = z * state + (1 - z) * np.tanh(candidate + r * from_state[2])
    return state


def pytorch(run: Setting) -> Step:
    import torch
    from torch import nn

    layer = nn.GRU(FEATURES, UNITS, batch_first=True)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(torch.from_numpy(run.weights["input"].T))
        layer.weight_hh_l0.copy_(torch.from_numpy(run.weights["state"].T))
        layer.bias_ih_l0.copy_(torch.from_numpy(run.weights["input_bias"]))
        layer.bias_hh_l0.copy_(torch.from_numpy(run.weights["state_bias"]))
    layer.to(run.device)
    lengths: set[int] = set()

    def step(x: Any) -> Any:
        lengths.add(x.shape[1])
        _, state = layer(x)
        return state[0]

    return Step(step, lambda: {"lengths_seen": len(lengths), "traces": 0})


def tensorflow(run: Setting) -> Step:
    import keras
    import tensorflow as tf

    def update_gate_first(array: Array) -> Array:
        """Keras wants the update gate, then the reset gate."""
        reset, update, candidate = np.split(array, 3, axis=-1)
        return np.concatenate([update, reset, candidate], axis=-1)

    layer = keras.layers.GRU(UNITS, reset_after=True)
    layer.build((BATCH, None, FEATURES))
    layer.cell.kernel.assign(update_gate_first(run.weights["input"]))
    layer.cell.recurrent_kernel.assign(update_gate_first(run.weights["state"]))
    layer.cell.bias.assign(update_gate_first(np.stack([run.weights["input_bias"], run.weights["state_bias"]])))
    lengths: set[int] = set()

    any_length = [tf.TensorSpec((BATCH, None, FEATURES))]
    call = layer if run.mode == "eager" else tf.function(layer, input_signature=any_length)

    def step(x: Any) -> Any:
        lengths.add(x.shape[1])
        return call(x)

    def observe() -> Observation:
        traces = 0 if run.mode == "eager" else call.experimental_get_tracing_count()
        without_signature = tf.function(layer)
        for length in LENGTHS:
            without_signature(tf.zeros((BATCH, length, FEATURES)))
        plain = without_signature.experimental_get_tracing_count()
        return {"lengths_seen": len(lengths), "traces": traces, "traces_without_signature": plain}

    return Step(step, observe)
