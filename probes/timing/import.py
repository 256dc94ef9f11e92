"""Importing the framework.

What every script, test run and notebook pays first. Each sample is a new process that has already started Python and
imported NumPy, which both frameworks need; the clock runs for the import alone. Keras comes along with TensorFlow but
is loaded only when it is first used. Files are in the system's cache after the first sample: from a cold disk or over
a network it takes longer.
"""

from __future__ import annotations

import numpy as np

from probes.kit.task import Array, Arrays, Setting

TITLE = "Importing the framework"
SUBJECT = "start"
COLD = True
DEVICES = ("cpu",)
MODES = ("ordinary",)


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    """The bytes of a float32, which each half looks up to show that the import is done."""
    return np.asarray(4.0)


def pytorch(run: Setting) -> int:
    import torch

    return torch.float32.itemsize


def tensorflow(run: Setting) -> int:
    import tensorflow as tf

    return tf.float32.size
