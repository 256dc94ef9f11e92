"""Training a text classifier: an embedding, a global average pool and a dense layer, on 64 texts of 128 words.

The simple network of the documents, with a vocabulary of 10,000 and 64 numbers a word. What decides its time is the
gradient of the embedding: only the words of the batch have one. Keras hands on just those rows. PyTorch by default
fills a matrix for the whole vocabulary with zeros and updates all of it; `sparse=True` makes it hand on rows as well.
"as shipped" leaves each layer as it is, "sparse gradients" asks PyTorch for rows. The results are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.task import Array, Arrays, Setting, Step

TITLE = "Training a text classifier"
SUBJECT = "training"
VARIANTS = ("as shipped", "sparse gradients")
TRAINS = True
BATCH, TIME, VOCABULARY, WIDTH, CLASSES, RATE = 64, 128, 10_000, 64, 2, 0.5


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """A batch of texts, int64 numbers of words of BATCH x TIME, and their classes, int64 of BATCH."""
    return {"x": rng.integers(0, VOCABULARY, (BATCH, TIME)), "y": rng.integers(0, CLASSES, BATCH)}


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """A row for each word, and a kernel of inputs x outputs; the bias is zero."""
    return {
        "embedding": rng.standard_normal((VOCABULARY, WIDTH), dtype=np.float32),
        "dense": rng.standard_normal((WIDTH, CLASSES), dtype=np.float32),
    }


def _pytorch_model(weights: Mapping[str, Array], sparse: bool) -> Any:
    import torch
    from torch import nn

    class Classifier(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(VOCABULARY, WIDTH, sparse=sparse)
            self.dense = nn.Linear(WIDTH, CLASSES)

        def forward(self, x: Any) -> Any:
            return self.dense(self.embedding(x).mean(1))

    model = Classifier()
    with torch.no_grad():
        model.embedding.weight.copy_(torch.from_numpy(weights["embedding"]))
        model.dense.weight.copy_(torch.from_numpy(weights["dense"].T))
        model.dense.bias.zero_()
    return model


def pytorch(run: Setting) -> Step:
    import torch
    from torch import nn

    network = _pytorch_model(run.weights, sparse=run.variant == "sparse gradients").to(run.device)
    model = run.traced(network)
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    loss_of = nn.CrossEntropyLoss()

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    def observe() -> Observation:
        gradient = network.embedding.weight.grad
        return {"gradient_of_embedding": str(gradient.layout), "rows": gradient.shape[0]}

    return Step(step, observe)


def tensorflow(run: Setting) -> Step:
    import keras
    import tensorflow as tf

    embedding = keras.layers.Embedding(VOCABULARY, WIDTH)
    dense = keras.layers.Dense(CLASSES)
    model = keras.Sequential([keras.Input((TIME,)), embedding, keras.layers.GlobalAveragePooling1D(), dense])
    embedding.embeddings.assign(run.weights["embedding"])
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

    def observe() -> Observation:
        words = tf.zeros((BATCH, TIME), tf.int64)
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(model(words))
        gradient = tape.gradient(total, model.trainable_variables[0])
        return {"gradient_of_embedding": type(gradient).__name__}

    return Step(step, observe)
