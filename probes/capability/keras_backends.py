"""One Keras model on PyTorch and on TensorFlow: saved on one, read on the other, trained, and used in own code.

A small convolutional network of fixed weights is built on the framework whose half it is, and compared with NumPy. Its
file is then read in this process and, under the other backend, in a second one: `off_by` is how far the outputs there
are from those here, `losses_off_by` the same for the losses of five steps of training. A process has one backend, named
before Keras is imported. Last, the framework's own differentiation goes through the model: the gradient of the sum of
the outputs by the bias of the first layer is compared with NumPy's.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Keras on PyTorch and on TensorFlow"
SUBJECT = "models"
SLOW = True

GENERATOR = np.random.default_rng(0)
IMAGES = GENERATOR.normal(size=(20, 8, 8, 1)).astype(np.float32)
TARGETS = GENERATOR.normal(size=(20, 3)).astype(np.float32)
WEIGHTS = [GENERATOR.normal(size=size).astype(np.float32) / 3 for size in ((3, 3, 1, 4), (4,), (4, 3), (3,))]


def off_by(found: Any, expected: Any) -> float:
    """The largest difference."""
    return float(np.abs(np.subtract(found, expected)).max())


def by_numpy() -> dict[str, Any]:
    """The outputs of the network, and the gradient of their sum by the first bias."""
    kernel, bias, dense, last_bias = WEIGHTS
    patches = np.lib.stride_tricks.sliding_window_view(IMAGES[..., 0], (3, 3), axis=(1, 2))
    maps = np.maximum(np.einsum("nhwij,ijc->nhwc", patches, kernel[:, :, 0]) + bias, 0)
    slope = (maps > 0).mean(axis=(1, 2)).sum(axis=0) * dense.sum(axis=1)
    return {"outputs": maps.mean(axis=(1, 2)) @ dense + last_bias, "slope": slope}


def network() -> Any:
    """The model, of fixed weights."""
    import keras
    from keras import layers

    hidden = [layers.Conv2D(4, 3, activation="relu"), layers.GlobalAveragePooling2D()]
    model = keras.Sequential([keras.Input((8, 8, 1)), *hidden, layers.Dense(3)])
    model.set_weights(WEIGHTS)
    return model


def work(folder: str) -> dict[str, Any]:
    """Read the model, say what it gives, and train it. A process of its own runs this text too."""
    import keras
    import numpy as np

    model = keras.saving.load_model(f"{folder}/model.keras")
    images, targets = np.load(f"{folder}/images.npy"), np.load(f"{folder}/targets.npy")
    outputs = keras.ops.convert_to_numpy(model(images)).tolist()
    model.compile(keras.optimizers.SGD(0.1), "mse")
    losses = [float(model.train_on_batch(images, targets)) for _ in range(5)]
    return {"backend": keras.config.backend(), "outputs": outputs, "losses": losses}


def work_elsewhere(folder: str, backend: str) -> Any:
    """The same in a second process, under another backend."""
    program = f"{inspect.getsource(work)}\nimport json\njson.dump(work({folder!r}), open({folder!r} + '/told', 'w'))"
    environment = {**os.environ, "KERAS_BACKEND": backend}
    subprocess.run(  # noqa: S603 - this interpreter, and the text above
        [sys.executable, "-c", f"from typing import Any\n{program}"],
        env=environment,
        check=True,
        capture_output=True,
        timeout=100,
    )
    return json.loads((Path(folder) / "told").read_text(encoding="utf-8"))


def read_by_both(other: str) -> Observation:
    """What the saved model gives here and under the other backend."""
    with tempfile.TemporaryDirectory() as folder:
        network().save(Path(folder) / "model.keras")
        np.save(Path(folder) / "images.npy", IMAGES)
        np.save(Path(folder) / "targets.npy", TARGETS)
        here, there = work(folder), work_elsewhere(folder, other)
    return {
        "backends": [here["backend"], there["backend"]],
        "off_by": off_by(there["outputs"], here["outputs"]),
        "losses": here["losses"],
        "losses_off_by": off_by(there["losses"], here["losses"]),
    }


def installed(*packages: str) -> dict[str, bool]:
    """Which packages this interpreter has."""
    return {package: importlib.util.find_spec(package) is not None for package in packages}


def pytorch() -> Observation:
    """Keras on PyTorch; its file is read on TensorFlow."""
    import torch

    os.environ.update(KERAS_BACKEND="torch", CUDA_VISIBLE_DEVICES="-1")  # the same processor for both backends

    def gradient() -> Any:
        model = network()
        model(torch.from_numpy(IMAGES)).sum().backward()
        return off_by(model.trainable_variables[1].value.grad.cpu(), by_numpy()["slope"])

    return {
        "installed": installed("keras", "tensorflow"),
        "off_by": lambda: off_by(network()(IMAGES).detach().cpu(), by_numpy()["outputs"]),
        "read_by_both": lambda: read_by_both("tensorflow"),
        "gradient_in_own_code_off_by": gradient,
    }


def tensorflow() -> Observation:
    """Keras on TensorFlow; its file is read on PyTorch."""
    import tensorflow as tf

    os.environ.update(KERAS_BACKEND="tensorflow", CUDA_VISIBLE_DEVICES="-1")  # the same processor for both backends

    def gradient() -> Any:
        model = network()
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(tf.function(model)(IMAGES))
        return off_by(tape.gradient(total, model.trainable_variables[1].value), by_numpy()["slope"])

    return {
        "installed": installed("keras", "torch"),
        "off_by": lambda: off_by(network()(IMAGES), by_numpy()["outputs"]),
        "read_by_both": lambda: read_by_both("torch"),
        "gradient_in_own_code_off_by": gradient,
    }
