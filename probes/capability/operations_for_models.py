"""What models are built from, function by function, each result compared with NumPy or with a closed form.

`general` are functions that most deep-learning models need: products, convolutions, normalisation, losses, recurrence,
attention, gradients, an optimizer's update. `advanced` are more particular ones: transforms, decompositions, sums over
segments, a loss for sequences of unknown alignment, special functions. `which` names those that gave the right values,
and `not_right` says what became of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Operations for building models"
SUBJECT = "layers"

RNG = np.random.default_rng(0)
X, WEIGHT = RNG.normal(size=(2, 4, 4)).astype(np.float32)
LABELS, IDS = np.array([0, 3, 1, 2]), np.array([0, 0, 1, 1])
IMAGE, FILTER = np.arange(16, dtype=np.float32).reshape(4, 4), np.array([[0, 1], [-1, 2]], np.float32)
WINDOWS = np.lib.stride_tricks.sliding_window_view(IMAGE, (2, 2))


def softmax(scores: Any) -> Any:
    return np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)


P = softmax(X[:2])  # two moments of a recording, in which class 1 is heard once and class 0 is silence
GENERAL = {
    "matrix product": X @ WEIGHT,
    "convolution": (WINDOWS * FILTER).sum((2, 3)),
    "max pooling": WINDOWS[::2, ::2].max((2, 3)),
    "layer normalisation": (X - X.mean(1, keepdims=True)) / np.sqrt(X.var(1, keepdims=True) + 1e-3),
    "cross-entropy": -np.log(softmax(X)[np.arange(4), LABELS]),
    "embedding": WEIGHT[LABELS],
    "recurrent layer": np.tanh(np.tanh(X[0] @ WEIGHT) @ np.eye(4) + X[1] @ WEIGHT),
    "attention": softmax(X @ WEIGHT.T / 2) @ WEIGHT,
    "gradient": 2 * X * np.cos(X**2),
    "step of Adam": X - 0.1 * np.sign(WEIGHT),
}
ADVANCED = {
    "Fourier transform": np.abs(np.fft.fft(X)),
    "singular values": np.linalg.svd(X, compute_uv=False),
    "Einstein sum": np.einsum("ij,kj->ki", X, WEIGHT),
    "sums over segments": np.stack([X[:2].sum(0), X[2:].sum(0)]),
    "loss of an unaligned label": -np.log(P[0, 1] * P[1, 1] + P[0, 0] * P[1, 1] + P[0, 1] * P[1, 0]),
    "Bessel function": np.i0(X),
}


def tried(expected: dict[str, Any], functions: dict[str, Callable[[], Any]]) -> Observation:
    """Which of the functions give what is expected of them, and what became of the others."""

    def error_of(name: str) -> dict[str, str] | None:
        return raised(lambda: np.testing.assert_allclose(functions[name](), expected[name], rtol=1e-4, atol=1e-5))

    errors = {name: error_of(name) for name in expected}
    right = [name for name, error in errors.items() if error is None]
    not_right = {name: error for name, error in errors.items() if error is not None}
    return {"tried": len(expected), "right": len(right), "which": right, "not_right": not_right}


def pytorch() -> Observation:
    """torch, torch.nn.functional, torch.linalg, torch.fft and torch.special."""
    import torch
    from torch import nn
    from torch.nn import functional

    x, weight, labels = map(torch.from_numpy, (X, WEIGHT, LABELS))
    image, filter = (torch.from_numpy(part)[None, None] for part in (IMAGE, FILTER))

    def recurrent() -> Any:
        cell = nn.RNNCell(4, 4, bias=False)
        nn.init.eye_(cell.weight_hh)
        cell.weight_ih.data = weight.T
        return cell(x[1], cell(x[0])).detach()

    def gradient() -> Any:
        point = x.clone().requires_grad_()
        return torch.autograd.grad(torch.sin(point**2).sum(), point)[0]

    def adam() -> Any:
        start = nn.Parameter(x.clone())
        start.grad = weight
        torch.optim.Adam([start], lr=0.1).step()
        return start.detach()

    def unaligned() -> Any:
        chances = torch.log_softmax(x[:2], -1)
        return functional.ctc_loss(chances, torch.tensor([1]), torch.tensor(2), torch.tensor(1), reduction="sum")

    functions = {
        "matrix product": lambda: x @ weight,
        "convolution": lambda: functional.conv2d(image, filter)[0, 0],
        "max pooling": lambda: functional.max_pool2d(image, 2)[0, 0],
        "layer normalisation": lambda: functional.layer_norm(x, (4,), eps=1e-3),
        "cross-entropy": lambda: functional.cross_entropy(x, labels, reduction="none"),
        "embedding": lambda: functional.embedding(labels, weight),
        "recurrent layer": recurrent,
        "attention": lambda: functional.scaled_dot_product_attention(x, weight, weight),
        "gradient": gradient,
        "step of Adam": adam,
        "Fourier transform": lambda: torch.fft.fft(x).abs(),
        "singular values": lambda: torch.linalg.svdvals(x),
        "Einstein sum": lambda: torch.einsum("ij,kj->ki", x, weight),
        "sums over segments": lambda: torch.zeros(2, 4).index_add(0, torch.from_numpy(IDS), x),
        "loss of an unaligned label": unaligned,
        "Bessel function": lambda: torch.special.i0(x),
    }
    return {"general": lambda: tried(GENERAL, functions), "advanced": lambda: tried(ADVANCED, functions)}


def tensorflow() -> Observation:
    """tf, tf.nn, tf.linalg, tf.signal and tf.math, and the layers and optimizers of tf.keras."""
    import tensorflow as tf

    x, weight, labels = map(tf.constant, (X, WEIGHT, LABELS))
    image, filter = tf.constant(IMAGE)[None, :, :, None], tf.constant(FILTER)[:, :, None, None]

    def recurrent() -> Any:
        layer = tf.keras.layers.SimpleRNN(4, use_bias=False)
        layer.build((4, 2, 4))
        layer.set_weights([WEIGHT, np.eye(4)])
        return layer(tf.stack([x[0], x[1]])[None])[0]

    def gradient() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.sin(x**2)
        return tape.gradient(y, x)

    def adam() -> Any:
        start = tf.Variable(x)
        tf.keras.optimizers.Adam(0.1).apply([weight], [start])
        return start

    def unaligned() -> Any:
        scores, label = x[:2, None], tf.constant([[1]])
        return tf.nn.ctc_loss(label, scores, label_length=[1], logit_length=[2], blank_index=0)[0]

    functions = {
        "matrix product": lambda: x @ weight,
        "convolution": lambda: tf.nn.conv2d(image, filter, strides=1, padding="VALID")[0, :, :, 0],
        "max pooling": lambda: tf.nn.max_pool2d(image, 2, 2, padding="VALID")[0, :, :, 0],
        "layer normalisation": lambda: tf.keras.layers.LayerNormalization(epsilon=1e-3)(x),
        "cross-entropy": lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels, x),
        "embedding": lambda: tf.nn.embedding_lookup(weight, labels),
        "recurrent layer": recurrent,
        "attention": lambda: tf.keras.layers.Attention(score_mode="dot")([x[None] / 2, weight[None]])[0],
        "gradient": gradient,
        "step of Adam": adam,
        "Fourier transform": lambda: tf.abs(tf.signal.fft(tf.cast(x, tf.complex64))),
        "singular values": lambda: tf.linalg.svd(x, compute_uv=False),
        "Einstein sum": lambda: tf.einsum("ij,kj->ki", x, weight),
        "sums over segments": lambda: tf.math.segment_sum(x, IDS),
        "loss of an unaligned label": unaligned,
        "Bessel function": lambda: tf.math.bessel_i0(x),
    }
    return {"general": lambda: tried(GENERAL, functions), "advanced": lambda: tried(ADVANCED, functions)}
