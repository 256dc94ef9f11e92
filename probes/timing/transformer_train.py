"""Training a transformer: one step on 8 sequences of 64 positions with 128 features.

One encoder block (self-attention with four heads and a feed-forward part of 512, each with a residual connection and
layer normalisation after it), the mean over the positions, and a dense layer for ten classes. Attention is each
library's own layer. PyTorch keeps the projections of query, key and value in one matrix, Keras in three kernels split
by head. The feed-forward part uses the exact GELU. Layer normalisation's epsilon is 1e-5 in PyTorch and 1e-3 in
Keras; here it is 1e-5 in both. No dropout.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Training a transformer block"
SUBJECT = "training"
TRAINS = True
BATCH, TIME, WIDTH, HEADS, HIDDEN, CLASSES, RATE = 8, 64, 128, 4, 512, 10, 0.01
EPSILON = 1e-5
TOLERANCE = 3e-6  # the approximate GELU moves the losses by 1e-5


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """A batch of sequences, float32 of BATCH x TIME x WIDTH, and their classes, int64 of BATCH."""
    return {
        "x": 0.1 * rng.standard_normal((BATCH, TIME, WIDTH), dtype=np.float32),
        "y": rng.integers(0, CLASSES, BATCH),
    }


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Kernels of inputs x outputs; the heads lie beside each other in query, key, value and output. Biases are zero."""
    shapes = dict.fromkeys(("query", "key", "value", "output"), (WIDTH, WIDTH))
    shapes |= {"widen": (WIDTH, HIDDEN), "narrow": (HIDDEN, WIDTH), "dense": (WIDTH, CLASSES)}
    return {name: (rng.standard_normal(shape) / np.sqrt(shape[0])).astype(np.float32) for name, shape in shapes.items()}


def _pytorch_model(weights: Mapping[str, Array]) -> Any:
    import torch
    from torch import nn

    class Classifier(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.block = nn.TransformerEncoderLayer(
                WIDTH, HEADS, HIDDEN, dropout=0.0, activation="gelu", layer_norm_eps=EPSILON, batch_first=True
            )
            self.dense = nn.Linear(WIDTH, CLASSES)

        def forward(self, x: Any) -> Any:
            return self.dense(self.block(x).mean(1))

    model = Classifier()
    block = model.block
    kernels = {name: torch.from_numpy(kernel.T) for name, kernel in weights.items()}
    with torch.no_grad():
        block.self_attn.in_proj_weight.copy_(torch.cat([kernels[name] for name in ("query", "key", "value")]))
        block.self_attn.out_proj.weight.copy_(kernels["output"])
        for layer, name in ((block.linear1, "widen"), (block.linear2, "narrow"), (model.dense, "dense")):
            layer.weight.copy_(kernels[name])
            layer.bias.zero_()  # those of the attention are zero by default
    return model


def pytorch(run: Setting) -> Function:
    import torch
    from torch import nn

    network = _pytorch_model(run.weights).to(run.device)
    model = run.traced(network)
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    loss_of = nn.CrossEntropyLoss()

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def _tensorflow_model(weights: Mapping[str, Array]) -> Any:
    import keras
    from keras import layers

    x = keras.Input((TIME, WIDTH))
    attention = layers.MultiHeadAttention(HEADS, WIDTH // HEADS)
    widen, narrow, dense = layers.Dense(HIDDEN, activation="gelu"), layers.Dense(WIDTH), layers.Dense(CLASSES)
    attended = layers.LayerNormalization(epsilon=EPSILON)(x + attention(x, x))
    block = layers.LayerNormalization(epsilon=EPSILON)(attended + narrow(widen(attended)))
    model = keras.Model(x, dense(layers.GlobalAveragePooling1D()(block)))
    for name in ("query", "key", "value"):
        split = weights[name].reshape(WIDTH, HEADS, WIDTH // HEADS)
        getattr(attention, f"{name}_dense").kernel.assign(split)
    attention.output_dense.kernel.assign(weights["output"].reshape(HEADS, WIDTH // HEADS, WIDTH))
    for layer, name in ((widen, "widen"), (narrow, "narrow"), (dense, "dense")):
        layer.kernel.assign(weights[name])
    return model


def tensorflow(run: Setting) -> Function:
    import keras
    import tensorflow as tf

    model = _tensorflow_model(run.weights)
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
