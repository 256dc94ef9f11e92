"""A small network in a web browser: its outputs there against those in Python, and a line fitted there.

The browser is a real one without a window. PyTorch has no version for it, but an exporter: ONNX Runtime Web runs the
network there. Look at `for_training`, which of the names that this library offers speak of gradients or training.
TensorFlow has a library in JavaScript, TensorFlow.js, which is given the weights of a Keras model, and which trains.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised
from probes.kit.programs import in_browser, npm_package

TITLE = "In the browser"
SUBJECT = "beyond_python"
SLOW = True

X = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)


def off(got: Any, wanted: Any) -> float:
    return float(np.max(np.abs(np.ravel(got) - np.ravel(wanted))))


def are_right(outputs: Callable[[], Observation]) -> bool:
    """Whether the browser computes what Python does; an error there is a no."""
    return raised(outputs) is None and outputs()["off_by"] < 1e-3


def about_training(page: Callable[[], Any]) -> list[str]:
    """The names in the browser that speak of gradients or training; none where nothing runs."""
    names = [] if raised(page) else page()["names"]
    return [name for name in names if any(part in name.lower() for part in ("grad", "train", "optim"))]


def pytorch() -> Observation:
    """A call writes an ONNX file, and ONNX Runtime Web runs it."""
    import torch

    script = """
const ort = await import("/ort/dist/ort.wasm.min.mjs");
const session = await ort.InferenceSession.create("/model.onnx");
const results = await session.run({x: new ort.Tensor("float32", %s, [3, 4])});
return {outputs: [...results.y.data], names: Object.keys(ort), version: ort.env.versions.web};
"""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
    x = torch.from_numpy(X)

    @cache
    def page() -> Any:
        import onnxscript  # noqa: F401 - the exporter needs it, and says so in another way

        runtime = npm_package("onnxruntime-web")
        torch.onnx.export(model, (x,), "model.onnx", input_names=["x"], output_names=["y"], verbose=False)
        return in_browser(script % json.dumps(X.ravel().tolist()), ort=runtime)

    def outputs() -> Observation:
        told = page()
        return {
            "by": f"ONNX Runtime Web {told['version']}",
            "off_by": off(told["outputs"], model(x).detach().numpy()),
        }

    return {
        "browser": lambda: in_browser("return 6 * 7;"),
        "outputs": outputs,
        "outputs_are_right": lambda: are_right(outputs),
        "names": lambda: len(page()["names"]),
        "for_training": lambda: about_training(page),
        "training": None,
    }


def tensorflow() -> Observation:
    """A script tag loads TensorFlow.js, which has layers, gradients and fit as Keras has."""
    import keras

    script = """
await new Promise((loaded, failed) => document.head.append(
  Object.assign(document.createElement("script"), {src: "/tfjs/dist/tf.min.js", onload: loaded, onerror: failed})));
const dense = tf.layers.dense, [x, weights] = %s;
const hidden = dense({units: 8, activation: "relu", inputShape: [4]});
const model = tf.sequential({layers: [hidden, dense({units: 2})]});
model.setWeights(weights.map(part => tf.tensor(part)));
const outputs = [...model.predict(tf.tensor(x)).dataSync()];

const t = tf.tensor([[-1], [0], [1], [2]]), line = tf.sequential({layers: [dense({units: 1, inputShape: [1]})]});
line.compile({optimizer: tf.train.sgd(0.1), loss: "meanSquaredError"});
await line.fit(t, t.mul(3).sub(1), {epochs: 200, verbose: 0});
const fitted = line.getWeights().map(part => part.dataSync()[0]);
return {outputs, fitted, names: Object.keys(tf), version: tf.version.tfjs};
"""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(2)])

    @cache
    def page() -> Any:
        given = [X.tolist(), [part.tolist() for part in model.get_weights()]]
        return in_browser(script % json.dumps(given), tfjs=npm_package("@tensorflow/tfjs"))

    def outputs() -> Observation:
        told = page()
        return {
            "by": f"TensorFlow.js {told['version']}",
            "off_by": off(told["outputs"], model(X)),
        }

    return {
        "browser": lambda: in_browser("return 6 * 7;"),
        "outputs": outputs,
        "outputs_are_right": lambda: are_right(outputs),
        "names": lambda: len(page()["names"]),
        "for_training": lambda: about_training(page),
        "training": lambda: {"off_by": off(page()["fitted"], [3, -1])},
    }
