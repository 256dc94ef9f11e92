"""Complex numbers in tensors: arithmetic, Fourier transform, gradient, layer.

Both make complex tensors from Python's complex numbers, though not of the same precision, and the result says where
they agree with NumPy. The gradient of a real result points in the direction of steepest ascent in both. They part where
the result itself is complex: one raises an error, the other differentiates its real part. Last, a linear layer with
complex weights is asked for, and complex numbers are put in order, which has no meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Complex numbers in tensors"
SUBJECT = "tensors"

NUMBERS = [1 + 2j, 3 - 1j, -2j, 1 + 1j]


def parts(numbers: Any) -> list[list[float]]:
    """Complex numbers as pairs of their real and imaginary part."""
    return [[round(float(number.real), 5) + 0.0, round(float(number.imag), 5) + 0.0] for number in numbers]


def pytorch() -> Observation:
    """Compute with a complex tensor, compare with NumPy, differentiate, and build a layer."""
    import torch

    def gradient(function: Callable[[Any], Any]) -> list[list[float]]:
        x = torch.tensor(NUMBERS, requires_grad=True)
        function(x).backward()
        return parts(x.grad.numpy())

    z, array = torch.tensor(NUMBERS), np.array(NUMBERS)
    return {
        "dtype": str(z.dtype).removeprefix("torch."),
        "dtype_of_size": str(z.abs().dtype).removeprefix("torch."),
        "product": parts((z * z).numpy()),
        "conjugate": parts(z.conj().resolve_conj().numpy()),
        "fourier": parts(torch.fft.fft(z).numpy()),
        "agrees_with_numpy": {
            "product": np.allclose((z * z).numpy(), array * array),
            "conjugate": np.allclose(z.conj().resolve_conj().numpy(), array.conj()),
            "size": np.allclose(z.abs().numpy(), np.abs(array)),
            "fourier": np.allclose(torch.fft.fft(z).numpy(), np.fft.fft(array), atol=1e-5),
            "inverse_fourier": np.allclose(torch.fft.ifft(torch.fft.fft(z)).numpy(), array, atol=1e-5),
            "fourier_of_real": np.allclose(torch.fft.rfft(z.real).numpy(), np.fft.rfft(array.real), atol=1e-5),
        },
        "numpy_of_conjugate": raised(lambda: z.conj().numpy()),
        "gradient_of_squared_size": gradient(lambda x: (x.abs() ** 2).sum()),
        "gradient_through_fourier": gradient(lambda x: (torch.fft.fft(x).abs() ** 2).sum()),
        "gradient_of_complex": raised(lambda: gradient(lambda x: (x**2).sum())) or gradient(lambda x: (x**2).sum()),
        "complex_layer": raised(lambda: torch.nn.Linear(4, 1, dtype=torch.complex64)(z)),
        "less_than": raised(lambda: z < 1),
    }


def tensorflow() -> Observation:
    """Compute with a complex tensor, compare with NumPy, differentiate, and ask for a layer."""
    import tensorflow as tf

    def gradient(function: Callable[[Any], Any]) -> list[list[float]]:
        x = tf.Variable(NUMBERS)
        with tf.GradientTape() as tape:
            y = function(x)
        return parts(tape.gradient(y, x).numpy())

    z, array = tf.constant(NUMBERS), np.array(NUMBERS)
    return {
        "dtype": z.dtype.name,
        "dtype_of_size": tf.abs(z).dtype.name,
        "product": parts((z * z).numpy()),
        "conjugate": parts(tf.math.conj(z).numpy()),
        "fourier": parts(tf.signal.fft(z).numpy()),
        "agrees_with_numpy": {
            "product": np.allclose((z * z).numpy(), array * array),
            "conjugate": np.allclose(tf.math.conj(z).numpy(), array.conj()),
            "size": np.allclose(tf.abs(z).numpy(), np.abs(array)),
            "fourier": np.allclose(tf.signal.fft(z).numpy(), np.fft.fft(array), atol=1e-5),
            "inverse_fourier": np.allclose(tf.signal.ifft(tf.signal.fft(z)).numpy(), array, atol=1e-5),
            "fourier_of_real": np.allclose(tf.signal.rfft(tf.math.real(z)).numpy(), np.fft.rfft(array.real), atol=1e-5),
        },
        "numpy_of_conjugate": raised(lambda: tf.math.conj(z).numpy()),
        "gradient_of_squared_size": gradient(lambda x: tf.reduce_sum(tf.abs(x) ** 2)),
        "gradient_through_fourier": gradient(lambda x: tf.reduce_sum(tf.abs(tf.signal.fft(x)) ** 2)),
        "gradient_of_complex": gradient(lambda x: tf.reduce_sum(x**2)),
        "complex_layer": raised(lambda: tf.keras.layers.Dense(1, dtype="complex64")(z[tf.newaxis])),
        "less_than": raised(lambda: z < 1),
    }
