"""A recurrent layer on sequences of several lengths.

The same layer, with the same weights, is trained on sequences of 2, 5 and 9 steps: one after the other, padded into one
batch, and with a step of training after each. The loss is the mean square of the last state, and its gradient with
respect to the input's kernel is compared with back-propagation through time in NumPy. `right` counts what agrees.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "A recurrent layer on several lengths"
SUBJECT = "execution"

FEATURES, UNITS, RATE = 2, 3, 0.1
LENGTHS = (2, 5, 9)
RNG = np.random.default_rng(0)
KERNEL = RNG.standard_normal((FEATURES, UNITS)).astype(np.float32)
RECURRENT = RNG.standard_normal((UNITS, UNITS)).astype(np.float32) / 2
SEQUENCES = [RNG.standard_normal((length, FEATURES)).astype(np.float32) for length in LENGTHS]
PADDED = np.stack([np.pad(one, ((0, max(LENGTHS) - len(one)), (0, 0))) for one in SEQUENCES])


def slope_by_hand(sequence: Any, kernel: Any = KERNEL) -> Any:
    states = [np.zeros(UNITS)]
    for x in sequence:
        states.append(np.tanh(x @ kernel + states[-1] @ RECURRENT))
    slope, back = np.zeros(kernel.shape), 2 * states[-1] / UNITS
    for x, state in zip(reversed(sequence), reversed(states), strict=False):
        into_tanh = back * (1 - state**2)
        slope, back = slope + np.outer(x, into_tanh), into_tanh @ RECURRENT.T
    return slope


def trained_by_hand() -> Any:
    kernel = KERNEL.astype(np.float64)
    for sequence in SEQUENCES:
        kernel -= RATE * slope_by_hand(sequence, kernel)
    return kernel


def right(attempts: Sequence[tuple[Callable[[], Any], Any]]) -> Observation:
    """How many attempts end without an error and with what is expected."""

    def compare(attempt: Callable[[], Any], expected: Any) -> None:
        np.testing.assert_allclose(attempt(), expected, atol=1e-5)

    return {"right": sum(raised(partial(compare, *one)) is None for one in attempts), "of": len(attempts)}


def each_length(slope: Callable[[Any], Any]) -> Observation:
    found = right([(partial(slope, one), slope_by_hand(one)) for one in SEQUENCES])
    return {**found, "lengths": list(LENGTHS)}


def padded(slope: Callable[[], Any]) -> Observation:
    return right([(slope, np.mean([slope_by_hand(one) for one in SEQUENCES], axis=0))])


def pytorch() -> Observation:
    """Sequences of one batch are packed; training is a loop."""
    import torch
    from torch import nn

    def layer() -> Any:
        rnn = nn.RNN(FEATURES, UNITS, bias=False, batch_first=True)
        rnn.load_state_dict({"weight_ih_l0": torch.from_numpy(KERNEL.T), "weight_hh_l0": torch.from_numpy(RECURRENT.T)})
        return rnn

    def slope_of(loss: Any, rnn: Any) -> Any:
        loss.backward()
        return rnn.weight_ih_l0.grad.numpy().T

    def slope(sequence: Any) -> Any:
        rnn = layer()
        _, last = rnn(torch.from_numpy(sequence)[None])
        return slope_of(last.square().mean(), rnn)

    def slope_of_padded() -> Any:
        rnn, batch = layer(), torch.from_numpy(PADDED)
        packed = nn.utils.rnn.pack_padded_sequence(batch, torch.tensor(LENGTHS), batch_first=True, enforce_sorted=False)
        _, last = rnn(packed)
        return slope_of(last.square().mean(), rnn)

    def train() -> Any:
        rnn = layer()
        optimizer = torch.optim.SGD([rnn.weight_ih_l0], lr=RATE)
        for sequence in SEQUENCES:
            _, last = rnn(torch.from_numpy(sequence)[None])
            optimizer.zero_grad()
            last.square().mean().backward()
            optimizer.step()
        return rnn.weight_ih_l0.detach().numpy().T

    return {
        "one_length": lambda: right([(lambda: slope(SEQUENCES[0]), slope_by_hand(SEQUENCES[0]))]),
        "each_length": lambda: each_length(slope),
        "captured_for_any_length": None,
        "padded_batch": lambda: padded(slope_of_padded),
        "training": lambda: right([(train, trained_by_hand())]),
    }


def tensorflow() -> Observation:
    """Sequences of one batch have a mask; training is Keras's fit, on batches of different length."""
    import keras
    import tensorflow as tf

    def layer(**settings: Any) -> Any:
        rnn = keras.layers.SimpleRNN(UNITS, use_bias=False, **settings)
        rnn.build((None, None, FEATURES))
        rnn.set_weights([KERNEL, RECURRENT])
        return rnn

    def slope_of(rnn: Any, batch: Any, mask: Any = None) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(rnn(batch, mask=mask)))
        return tape.gradient(loss, rnn.cell.kernel.value)

    def slope(sequence: Any) -> Any:
        return slope_of(layer(), tf.constant(sequence[None])).numpy()

    def captured_for_any_length() -> Observation:
        rnn = layer()
        any_length = [tf.TensorSpec((1, None, FEATURES))]
        traced = tf.function(lambda batch: slope_of(rnn, batch), input_signature=any_length)
        return each_length(lambda sequence: traced(sequence[None])) | {
            "graphs": traced.experimental_get_tracing_count()
        }

    def batches() -> Any:
        for sequence in SEQUENCES:
            yield sequence[None], np.zeros((1, UNITS), np.float32)

    def train() -> Any:
        rnn = layer()
        rnn.cell.recurrent_kernel.trainable = False
        model = keras.Sequential([rnn])
        model.compile(optimizer=keras.optimizers.SGD(RATE), loss="mse")
        signature = (tf.TensorSpec((1, None, FEATURES)), tf.TensorSpec((1, UNITS)))
        model.fit(tf.data.Dataset.from_generator(batches, output_signature=signature), shuffle=False, verbose=0)
        return rnn.cell.kernel.numpy()

    return {
        "one_length": lambda: right([(lambda: slope(SEQUENCES[0]), slope_by_hand(SEQUENCES[0]))]),
        "each_length": lambda: each_length(slope),
        "captured_for_any_length": captured_for_any_length,
        "padded_batch": lambda: padded(lambda: slope_of(layer(), PADDED, tf.sequence_mask(LENGTHS)).numpy()),
        "training": lambda: right([(train, trained_by_hand())]),
    }
