"""From starting Python to the first result: a product of two matrices of ones.

What a command-line tool or a serverless function pays before it can answer: start the interpreter, import the
framework, run one operation. Every sample is a new process. Each entry of the product is 256, so their sum is exactly
16,777,216 = 2^24, the largest whole number up to which float32 counts without a gap.
"""

from __future__ import annotations

import numpy as np

from probes.kit.task import Array, Arrays, Setting

TITLE = "From process start to the first result"
SUBJECT = "start"
COLD = True
SINCE = "start"
N = 256


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    return np.asarray(float(N) ** 3)


def pytorch(run: Setting) -> float:
    import torch

    ones = torch.ones((N, N), device=run.device)
    return torch.matmul(ones, ones).sum().item()


def tensorflow(run: Setting) -> float:
    import tensorflow as tf

    with tf.device("GPU:0" if run.device == "cuda" else "CPU:0"):
        ones = tf.ones((N, N))
        return float(tf.reduce_sum(tf.matmul(ones, ones)))
