"""Compiling a function: the first time, once more, and what a call costs when it is compiled.

`torch.compile` with its compiler Inductor, which on a processor writes C++ and has it compiled, against `tf.function`
with XLA, which makes machine code itself. "first" is a new process from importing the framework to the first result;
"again" compiles the same code anew in a process that has done so before; "steady" is a call of the compiled function.
Both frameworks can keep compiled code on disk. Inductor does so by itself and finds it in "again"; XLA does when it
is told to, but gives every traced function another name and finds it only in another process. Beside the figures: the
seconds of a first call in a process that finds an empty folder, and in the next one, with importing left out.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.task import Array, Arrays, Setting, Step

TITLE = "Compiling a function"
SUBJECT = "execution"
VARIANTS = ("first", "again", "steady")
COLD = ("first",)
MODES = ("ordinary",)
SLOW = True
BATCH, FEATURES, HIDDEN, CLASSES = 64, 256, 512, 128


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """A batch of features, float32 of BATCH x FEATURES."""
    return {"x": rng.standard_normal((BATCH, FEATURES), dtype=np.float32)}


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Two kernels of inputs x outputs, and the batch for "first"."""
    return {
        "w1": (rng.standard_normal((FEATURES, HIDDEN)) / np.sqrt(FEATURES)).astype(np.float32),
        "w2": (rng.standard_normal((HIDDEN, CLASSES)) / np.sqrt(HIDDEN)).astype(np.float32),
        "x": rng.standard_normal((BATCH, FEATURES), dtype=np.float32),
    }


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    x = weights["x"] if variant == "first" else data["x"]
    before = x @ weights["w1"]
    scores = (before / (1 + np.exp(-before))) @ weights["w2"]
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def two_processes(program: str, environment: Mapping[str, str]) -> Observation:
    """The seconds that a program prints, run in a process with an empty folder for compiled code, and in the next."""
    seconds = []
    for _ in range(2):
        ended = subprocess.run(  # noqa: S603
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            timeout=240,
            check=True,
        )
        seconds.append(round(float(ended.stdout.split()[-1]), 3))
    return {"seconds_with_empty_folder": seconds[0], "seconds_in_next_process": seconds[1]}


_PYTORCH_PROGRAM = """
import time, torch
x = torch.ones(64, 256)
function = torch.compile(lambda x: torch.softmax(torch.nn.functional.silu(x @ x.T), -1))
started = time.perf_counter()
with torch.inference_mode():
    function(x)
print(time.perf_counter() - started)
"""


def pytorch(run: Setting) -> Any:
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(run.scratch / "compiled")
    import torch

    x, w1, w2 = (torch.tensor(run.weights[name], device=run.device) for name in ("x", "w1", "w2"))

    def function(x: Any) -> Any:
        return torch.softmax(torch.nn.functional.silu(x @ w1) @ w2, -1)

    if run.variant == "first":
        with torch.inference_mode():
            return torch.compile(function)(x)

    def again(x: Any) -> Any:
        torch._dynamo.reset()  # forgets what was compiled in this process
        return torch.compile(function)(x)

    def observe() -> Observation:
        return two_processes(_PYTORCH_PROGRAM, {"TORCHINDUCTOR_CACHE_DIR": str(run.scratch / "program")})

    return Step(again if run.variant == "again" else torch.compile(function), observe)


_TENSORFLOW_PROGRAM = """
import time, tensorflow as tf
x = tf.ones((64, 256))
function = tf.function(lambda x: tf.nn.softmax(tf.nn.silu(x @ tf.transpose(x))), jit_compile=True)
started = time.perf_counter()
function(x)
print(time.perf_counter() - started)
"""


def tensorflow(run: Setting) -> Any:
    import tensorflow as tf

    x, w1, w2 = (run.weights[name] for name in ("x", "w1", "w2"))

    def function(x: Any) -> Any:
        return tf.nn.softmax(tf.nn.silu(x @ w1) @ w2)

    if run.variant == "first":
        tf.config.experimental.enable_tensor_float_32_execution(False)  # PyTorch's default on a GPU
        with tf.device("GPU:0" if run.device == "cuda" else "CPU:0"):
            return tf.function(function, jit_compile=True)(tf.constant(x))

    def again(x: Any) -> Any:
        return tf.function(function, jit_compile=True)(x)

    def observe() -> Observation:
        folder = run.scratch / "program"
        folder.mkdir(exist_ok=True)
        flags = f"--tf_xla_persistent_cache_directory={folder} --tf_xla_persistent_cache_device_types=CPU,GPU"
        return two_processes(_TENSORFLOW_PROGRAM, {"TF_XLA_FLAGS": flags})

    return Step(again if run.variant == "again" else tf.function(function, jit_compile=True), observe)
