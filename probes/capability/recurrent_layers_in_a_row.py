"""Recurrent layers in a row of layers.

A recurrent layer of PyTorch returns its outputs and its state as a tuple; alone or last in nn.Sequential that is what
comes out, but the next layer, dense or recurrent, does not take a tuple. With a small module between them, which
passes on the last output, the same row works. A recurrent layer of Keras returns one tensor, so that the next layer
follows directly. `off_by` says how far a row's output is from the same layers called one after the other by hand.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Recurrent layers in a row"
SUBJECT = "models"

STEPS = np.random.default_rng(0).normal(size=(2, 5, 3)).astype(np.float32)


NAMES = ("RNN", "LSTM", "GRU")


def far(found: Any, exact: Any) -> float:
    """The largest difference."""
    return float(np.abs(np.asarray(found) - np.asarray(exact)).max())


def pytorch() -> Observation:
    """nn.RNN, nn.LSTM and nn.GRU in nn.Sequential."""
    import torch
    from torch import nn

    class LastOutput(nn.Module):
        def forward(self, output_and_state: Any) -> Any:
            return output_and_state[0][:, -1]

    steps = torch.from_numpy(STEPS)

    def observed(name: str) -> Observation:
        layer = getattr(nn, name)(3, 4, batch_first=True).requires_grad_(False)
        second = getattr(nn, name)(4, 4, batch_first=True).requires_grad_(False)
        dense = nn.Linear(4, 2).requires_grad_(False)
        by_hand = dense(layer(steps)[0][:, -1])
        return {
            "alone_gives": lambda: type(nn.Sequential(layer)(steps)).__name__,
            "before_a_dense_layer_off_by": lambda: far(nn.Sequential(layer, dense)(steps), by_hand),
            "before_another_like_it": lambda: list(nn.Sequential(layer, second)(steps)[0].shape),
            "with_a_module_between_off_by": lambda: far(nn.Sequential(layer, LastOutput(), dense)(steps), by_hand),
        }

    return {name: partial(observed, name) for name in NAMES}


def tensorflow() -> Observation:
    """SimpleRNN, LSTM and GRU in keras.Sequential."""
    import keras
    from keras import layers

    class LastOutput(layers.Layer):
        def call(self, outputs: Any) -> Any:
            return outputs[:, -1]

    def observed(name: str) -> Observation:
        kind = getattr(layers, name.replace("RNN", "SimpleRNN"))
        layer, every_step, dense = kind(4), kind(4, return_sequences=True), layers.Dense(2)
        by_hand = dense(layer(STEPS))
        same = dense(every_step(STEPS)[:, -1])
        return {
            "alone_gives": lambda: type(keras.Sequential([layer])(STEPS)).__name__,
            "before_a_dense_layer_off_by": lambda: far(keras.Sequential([layer, dense])(STEPS), by_hand),
            "before_another_like_it": lambda: list(keras.Sequential([every_step, kind(4)])(STEPS).shape),
            "with_a_module_between_off_by": lambda: far(
                keras.Sequential([every_step, LastOutput(), dense])(STEPS), same
            ),
        }

    return {name: partial(observed, name) for name in NAMES}
