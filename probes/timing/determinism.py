"""A training step with and without the switch that makes a framework deterministic.

Both frameworks can be told to use only operations that give the same bits each time. "plain" is the step without
that, "deterministic" with it: compare the two to see what the switch costs. The network has what makes trainings
differ where many threads add up at once: an embedding, whose gradient adds up every use of a word, a convolution and
a maximum. Beside the figures: whether two trainings from the same seed, with weights and dropout drawn anew, gave the
same bits, and whether another seed gave others. The seed alone may be enough for that, as it often is on one
processor core.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.task import Arrays, Setting, Step

TITLE = "Training with determinism switched on"
SUBJECT = "randomness"
VARIANTS = ("plain", "deterministic")
MODES = ("ordinary", "eager")
TRAINS = True
BATCH, TIME, VOCABULARY, WIDTH, FILTERS, CLASSES, RATE = 32, 64, 2000, 32, 32, 10, 0.05
STEPS, DROPPED = 10, 0.2


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """A batch of texts, int64 numbers of words of BATCH x TIME, and their classes, int64 of BATCH."""
    return {"x": rng.integers(0, VOCABULARY, (BATCH, TIME)), "y": rng.integers(0, CLASSES, BATCH)}


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """A row for each word; filters of width x inputs x outputs; a kernel of inputs x outputs. Biases are zero."""
    return {
        "embedding": rng.standard_normal((VOCABULARY, WIDTH), dtype=np.float32),
        "conv": (rng.standard_normal((3, WIDTH, FILTERS)) / np.sqrt(3 * WIDTH)).astype(np.float32),
        "dense": (rng.standard_normal((FILTERS, CLASSES)) / np.sqrt(FILTERS)).astype(np.float32),
    }


def same_bits(train: Callable[[int], list[float]]) -> Observation:
    """Whether the losses of trainings from the same seed and from another one are equal, bit by bit."""
    first, again, other = train(1), train(1), train(2)
    return {"same_seed_same_bits": first == again, "other_seed_other_bits": first != other, "last_loss": first[-1]}


def batches() -> list[Arrays]:
    """The batches of the trainings that are compared."""
    rng = np.random.default_rng(0)
    return [inputs(rng, "") for _ in range(STEPS)]


def _pytorch_model(dropped: float) -> Any:
    import torch
    from torch import nn

    class Classifier(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(VOCABULARY, WIDTH)
            self.conv = nn.Conv1d(WIDTH, FILTERS, 3, padding="same")
            self.dropout = nn.Dropout(dropped)
            self.dense = nn.Linear(FILTERS, CLASSES)

        def forward(self, x: Any) -> Any:
            windows = torch.relu(self.conv(self.embedding(x).transpose(1, 2)))
            return self.dense(self.dropout(windows.amax(2)))

    return Classifier()


def _pytorch_step(model: Any) -> Callable[[Any, Any], Any]:
    import torch
    from torch import nn

    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    loss_of = nn.CrossEntropyLoss()

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def pytorch(run: Setting) -> Step:
    import os

    import torch

    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # a GPU's linear algebra asks for it
    torch.use_deterministic_algorithms(run.variant == "deterministic")
    model = _pytorch_model(dropped=0.0)
    with torch.no_grad():
        model.embedding.weight.copy_(torch.from_numpy(run.weights["embedding"]))
        model.conv.weight.copy_(torch.from_numpy(run.weights["conv"]).permute(2, 1, 0))
        model.dense.weight.copy_(torch.from_numpy(run.weights["dense"].T))
        for layer in (model.conv, model.dense):
            layer.bias.zero_()

    def train(seed: int) -> list[float]:
        torch.manual_seed(seed)
        step = _pytorch_step(_pytorch_model(DROPPED).to(run.device))
        return [step(*(torch.tensor(a, device=run.device) for a in batch.values())).item() for batch in batches()]

    return Step(_pytorch_step(run.traced(model.to(run.device))), lambda: same_bits(train))


def _tensorflow_model(dropped: float) -> Any:
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((TIME,)),
            layers.Embedding(VOCABULARY, WIDTH),
            layers.Conv1D(FILTERS, 3, padding="same", activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dropout(dropped),
            layers.Dense(CLASSES),
        ]
    )


def _tensorflow_step(model: Any) -> Callable[[Any, Any], Any]:
    import keras
    import tensorflow as tf

    optimizer = keras.optimizers.SGD(learning_rate=RATE)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return step


def tensorflow(run: Setting) -> Step:
    import keras
    import tensorflow as tf

    if run.variant == "deterministic":  # there is no way back in this process
        tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)  # without a seed, deterministic operations refuse to draw random numbers
    model = _tensorflow_model(dropped=0.0)
    embedding, conv, dense = (layer for layer in model.layers if layer.weights)
    embedding.embeddings.assign(run.weights["embedding"])
    conv.kernel.assign(run.weights["conv"])
    dense.kernel.assign(run.weights["dense"])

    def train(seed: int) -> list[float]:
        keras.utils.set_random_seed(seed)
        step = run.traced(_tensorflow_step(_tensorflow_model(DROPPED)))
        return [float(step(*map(tf.convert_to_tensor, batch.values()))) for batch in batches()]

    return Step(run.traced(_tensorflow_step(model)), lambda: same_bits(train))
