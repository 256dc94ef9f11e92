"""Complex numbers in tensors: arithmetic, Fourier transform, gradient, layer.

Both make complex tensors from Python's complex numbers, though not of the same precision, and each result is compared
with NumPy's: the entry is the largest difference. The gradient of a real result points in the direction of steepest
ascent in both. They part where the result itself is complex: one raises an error, the other differentiates its real
part. Last, a linear layer with complex weights is asked for, and complex numbers are put in order, which has no
meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Complex numbers in tensors"
SUBJECT = "tensors"

NUMBERS = [1 + 2j, 3 - 1j, -2j, 1 + 1j]


def off_by(found: Any, expected: Any) -> float:
    """The largest difference between a result and what NumPy computes."""
    return float(np.abs(np.asarray(found) - expected).max())


def parts(numbers: Any) -> list[list[float]]:
    """Complex numbers as pairs of their real and imaginary part."""
    return [[round(float(number.real), 5) + 0.0, round(float(number.imag), 5) + 0.0] for number in numbers]


def pytorch() -> Observation:
    """Compute with a complex tensor, compare with NumPy, differentiate, and build a layer."""
    import torch

    def gradient(function: Callable[[Any], Any]) -> Any:
        x = torch.tensor(NUMBERS, requires_grad=True)
        function(x).backward()
        return x.grad.numpy()

    z, array = torch.tensor(NUMBERS), np.array(NUMBERS)
    return {
        "dtype": str(z.dtype).removeprefix("torch."),
        "off_by": {
            "values": lambda: off_by(z.numpy(), array),
            "product": lambda: off_by(z * z, array * array),
            "quotient": lambda: off_by(1 / z, 1 / array),
            "conjugate": lambda: off_by(z.conj().resolve_conj(), array.conj()),
            "size": lambda: off_by(z.abs(), np.abs(array)),
            "angle": lambda: off_by(z.angle(), np.angle(array)),
            "exp": lambda: off_by(z.exp(), np.exp(array)),
            "outer product": lambda: off_by(z[:, None] @ z[None, :], np.outer(array, array)),
            "fourier": lambda: off_by(torch.fft.fft(z), np.fft.fft(array)),
            "there and back": lambda: off_by(torch.fft.ifft(torch.fft.fft(z)), array),
            "gradient of squared size": lambda: off_by(gradient(lambda x: (x.abs() ** 2).sum()), 2 * array),
        },
        "numpy_of_conjugate": lambda: parts(z.conj().numpy()),
        "gradient_of_complex": lambda: parts(gradient(lambda x: (x**2).sum())),
        "complex_layer": lambda: str(torch.nn.Linear(4, 1, dtype=torch.complex64)(z).dtype),
        "less_than": lambda: (z < 1).tolist(),
    }


def tensorflow() -> Observation:
    """Compute with a complex tensor, compare with NumPy, differentiate, and ask for a layer."""
    import tensorflow as tf

    def gradient(function: Callable[[Any], Any]) -> Any:
        x = tf.Variable(NUMBERS)
        with tf.GradientTape() as tape:
            y = function(x)
        return tape.gradient(y, x).numpy()

    z, array = tf.constant(NUMBERS), np.array(NUMBERS)
    return {
        "dtype": z.dtype.name,
        "off_by": {
            "values": lambda: off_by(z.numpy(), array),
            "product": lambda: off_by(z * z, array * array),
            "quotient": lambda: off_by(1 / z, 1 / array),
            "conjugate": lambda: off_by(tf.math.conj(z), array.conj()),
            "size": lambda: off_by(tf.abs(z), np.abs(array)),
            "angle": lambda: off_by(tf.math.angle(z), np.angle(array)),
            "exp": lambda: off_by(tf.exp(z), np.exp(array)),
            "outer product": lambda: off_by(z[:, tf.newaxis] @ z[tf.newaxis], np.outer(array, array)),
            "fourier": lambda: off_by(tf.signal.fft(z), np.fft.fft(array)),
            "there and back": lambda: off_by(tf.signal.ifft(tf.signal.fft(z)), array),
            "gradient of squared size": lambda: off_by(gradient(lambda x: tf.reduce_sum(tf.abs(x) ** 2)), 2 * array),
        },
        "numpy_of_conjugate": lambda: parts(tf.math.conj(z).numpy()),
        "gradient_of_complex": lambda: parts(gradient(lambda x: tf.reduce_sum(x**2))),
        "complex_layer": lambda: tf.keras.layers.Dense(1, dtype="complex64")(z[tf.newaxis]).dtype.name,
        "less_than": lambda: (z < 1).numpy().tolist(),
    }
