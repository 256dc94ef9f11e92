"""What each framework asks of a machine before a prototype trains: time, memory and disk.

"import" and "first step" are new processes, timed from the start of the interpreter: until the framework is imported,
and until a network of 784, 256 and 10 has made its first step of gradient descent, in each framework's ordinary way.
"later step" is one of the steps that follow. Beside the figures of "first step" stands the peak of memory, beside those
of "later step" how much the framework takes on disk, together with everything that its packages require and that is
installed here. That depends on the build: one for GPUs may be many times as large as one for processors.
"""

from __future__ import annotations

import re
from importlib import metadata
from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.task import Arrays, Setting, Step

TITLE = "What a prototype takes to begin"
SUBJECT = "start"
VARIANTS = ("import", "first step", "later step")
COLD = ("import", "first step")
SINCE = "start"
TRAINS = True
DEVICES = ("cpu",)
MODES = ("ordinary",)
BATCH, INPUTS, HIDDEN, CLASSES, RATE = 64, 784, 256, 10, 0.01


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """A batch of images, float32 of BATCH x INPUTS, and their classes, int64 of BATCH."""
    return {"x": rng.standard_normal((BATCH, INPUTS), dtype=np.float32), "y": rng.integers(0, CLASSES, BATCH)}


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Kernels of inputs x outputs, scaled after He (biases are zero in both), and the batch of the first step."""
    return {
        "w1": (rng.standard_normal((INPUTS, HIDDEN)) * np.sqrt(2 / INPUTS)).astype(np.float32),
        "w2": (rng.standard_normal((HIDDEN, CLASSES)) * np.sqrt(2 / HIDDEN)).astype(np.float32),
        **inputs(rng, variant),
    }


def on_disk(module: str) -> Observation:
    """The packages that a module comes with, and the bytes of their files. What only extras require is left out."""
    found: dict[str, int] = {}
    left = list(metadata.packages_distributions()[module])
    while left:
        name = re.sub(r"[-_.]+", "-", left.pop()).lower()
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # required on other systems only
            continue
        if name not in found:
            files = [package.locate_file(file) for file in package.files or ()]
            found[name] = sum(file.stat().st_size for file in files if file.is_file())  # type: ignore[attr-defined]
            left += [re.split(r"[^\w.-]", one)[0] for one in package.requires or () if "extra ==" not in one]
    return {"packages": sorted(found), "bytes_on_disk": sum(found.values())}


def pytorch(run: Setting) -> Any:
    import torch

    if run.variant == "import":
        return torch.float32.itemsize
    from torch import nn

    first, second = nn.Linear(INPUTS, HIDDEN), nn.Linear(HIDDEN, CLASSES)
    with torch.no_grad():
        for layer, name in ((first, "w1"), (second, "w2")):
            layer.weight.copy_(torch.from_numpy(run.weights[name].T))
            layer.bias.zero_()
    model = nn.Sequential(first, nn.ReLU(), second)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    loss_of = nn.CrossEntropyLoss()

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    if run.variant == "later step":
        return Step(step, lambda: on_disk("torch"))
    x, y = (torch.from_numpy(run.weights[name]) for name in ("x", "y"))
    return step(x, y).item(), first.bias.detach().numpy()


def tensorflow(run: Setting) -> Any:
    import tensorflow as tf

    if run.variant == "import":
        return tf.float32.size
    import keras

    first, second = keras.layers.Dense(HIDDEN, activation="relu"), keras.layers.Dense(CLASSES)
    model = keras.Sequential([keras.Input((INPUTS,)), first, second])
    first.kernel.assign(run.weights["w1"])
    second.kernel.assign(run.weights["w2"])
    optimizer = keras.optimizers.SGD(learning_rate=RATE)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    if run.variant == "later step":
        return Step(step, lambda: on_disk("tensorflow"))
    x, y = (tf.convert_to_tensor(run.weights[name]) for name in ("x", "y"))
    return float(step(x, y)), first.bias.numpy()
