"""An embedding, a global average and a dense layer: what the three make a network for.

Given the same weights, the network must give the numbers of the same network in NumPy for two sentences of words, and
it has the same number of weights in both: look at `for_words`. Its average ignores the order of the words. The same
network is then given measured numbers in place of words: an embedding takes the indices of words, so PyTorch refuses
them, and Keras cuts them down to whole numbers. A single dense layer handles the numbers in both.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Embedding, average and dense layer"
SUBJECT = "models"

WORDS, WIDTH = 1000, 16
SENTENCES = np.array([[5, 9, 7], [800, 3, 3]])
NUMBERS = np.array([[0.1, 0.9, 0.4], [0.7, 0.2, 0.6]], np.float32)
RANDOM = np.random.default_rng(0)
TABLE = RANDOM.normal(size=(WORDS, WIDTH)).astype(np.float32)
DENSE = RANDOM.normal(size=(WIDTH, 1)).astype(np.float32)
SMALL = RANDOM.normal(size=(3, 1)).astype(np.float32)
EXACT = TABLE[SENTENCES].mean(1) @ DENSE


def far(found: Any, exact: Any) -> float:
    """The largest difference."""
    return float(np.abs(np.asarray(found) - exact).max())


def apart(outputs: Any) -> float:
    """How far the outputs for the two rows are from each other."""
    return abs(float(outputs[0, 0] - outputs[1, 0]))


def pytorch() -> Observation:
    """nn.Embedding, AdaptiveAvgPool1d and nn.Linear in a class."""
    import torch
    from torch import nn

    class WordAverage(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(WORDS, WIDTH)
            self.average = nn.AdaptiveAvgPool1d(1)
            self.dense = nn.Linear(WIDTH, 1)

        def forward(self, words: Any) -> Any:
            return self.dense(self.average(self.embedding(words).mT).flatten(1))

    def made() -> Any:
        model = WordAverage().requires_grad_(False)
        model.embedding.weight.copy_(torch.from_numpy(TABLE))
        model.dense.weight.copy_(torch.from_numpy(DENSE.T))
        model.dense.bias.zero_()
        return model

    def dense_alone() -> float:
        layer = nn.Linear(3, 1).requires_grad_(False)
        layer.weight.copy_(torch.from_numpy(SMALL.T))
        layer.bias.zero_()
        return far(layer(torch.from_numpy(NUMBERS)), NUMBERS @ SMALL)

    return {
        "for_words": {
            "layers": lambda: [type(layer).__name__ for layer in made().children()],
            "weights": lambda: sum(weight.numel() for weight in made().parameters()),
            "off_by": lambda: far(made()(torch.from_numpy(SENTENCES)), EXACT),
            "other_order_off_by": lambda: far(made()(torch.from_numpy(SENTENCES[:, ::-1].copy())), EXACT),
        },
        "for_numbers": {
            "outputs_apart": lambda: apart(made()(torch.from_numpy(NUMBERS))),
            "one_dense_layer_off_by": dense_alone,
        },
    }


def tensorflow() -> Observation:
    """layers.Embedding, GlobalAveragePooling1D and Dense in a row."""
    import keras
    from keras import layers

    def made() -> Any:
        model = keras.Sequential([layers.Embedding(WORDS, WIDTH), layers.GlobalAveragePooling1D(), layers.Dense(1)])
        model.build((None, 3))
        model.set_weights([TABLE, DENSE, np.zeros(1)])
        return model

    def dense_alone() -> float:
        layer = layers.Dense(1)
        layer.build((None, 3))
        layer.set_weights([SMALL, np.zeros(1)])
        return far(layer(NUMBERS), NUMBERS @ SMALL)

    return {
        "for_words": {
            "layers": lambda: [type(layer).__name__ for layer in made().layers],
            "weights": lambda: made().count_params(),
            "off_by": lambda: far(made()(SENTENCES), EXACT),
            "other_order_off_by": lambda: far(made()(SENTENCES[:, ::-1]), EXACT),
        },
        "for_numbers": {
            "outputs_apart": lambda: apart(made()(NUMBERS)),
            "one_dense_layer_off_by": dense_alone,
        },
    }
