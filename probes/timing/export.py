"""Exporting a trained network to a file that runs without its Python code, and running what was read back.

`torch.export` against TensorFlow's SavedModel, each for any batch size. "round trip" traces the network, writes it,
reads it back and runs it on a batch; "load" reads and runs one that was written before. What comes out of the file's
network must be what the formula gives. Beside the figures: which other formats could be written here, whether their
outputs were the same, and the reason where one could not; several need packages that are no part of either framework.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.task import Array, Arrays, Setting, Step

TITLE = "Exporting a network and running the export"
SUBJECT = "interchange"
VARIANTS = ("round trip", "load")
MODES = ("ordinary",)
DEVICES = ("cpu",)
BATCH, FEATURES, HIDDEN, CLASSES = 32, 64, 128, 10


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """A batch of features, float32 of BATCH x FEATURES."""
    return {"x": rng.standard_normal((BATCH, FEATURES), dtype=np.float32)}


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Kernels of inputs x outputs and biases."""
    return {
        "hidden": (rng.standard_normal((FEATURES, HIDDEN)) / np.sqrt(FEATURES)).astype(np.float32),
        "hidden_bias": rng.standard_normal(HIDDEN, dtype=np.float32),
        "output": (rng.standard_normal((HIDDEN, CLASSES)) / np.sqrt(HIDDEN)).astype(np.float32),
        "output_bias": rng.standard_normal(CLASSES, dtype=np.float32),
    }


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    hidden = np.maximum(data["x"] @ weights["hidden"] + weights["hidden_bias"], 0)
    return hidden @ weights["output"] + weights["output_bias"]


def attempt(path: Path, export: Callable[[Path], Any], expected: Array) -> Observation:
    """Whether a format could be written, its bytes, and how far its outputs are off; `export` returns them or None."""
    try:
        outputs = export(path)
    except Exception as error:
        return {"works": False, "reason": f"{type(error).__name__}: {error}".splitlines()[0][:300]}
    files = [file for file in (path, *path.glob("**/*")) if file.is_file()]
    off = None if outputs is None else float(np.max(np.abs(np.asarray(outputs) - expected)))
    return {"works": True, "bytes": sum(file.stat().st_size for file in files), "largest_difference": off}


def _pytorch_model(weights: Mapping[str, Array]) -> Any:
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(FEATURES, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, CLASSES))
    with torch.no_grad():
        for layer, name in ((model[0], "hidden"), (model[2], "output")):
            layer.weight.copy_(torch.from_numpy(weights[name].T))
            layer.bias.copy_(torch.from_numpy(weights[f"{name}_bias"]))
    return model.eval()


def _pytorch_others(model: Any, x: Any) -> dict[str, Callable[[Path], Any]]:
    import torch

    def torchscript(path: Path) -> Any:
        torch.jit.trace(model, x).save(path)
        return torch.jit.load(path)(x)

    def onnx(path: Path) -> None:
        torch.onnx.export(model, (x,), path)

    def executorch(path: Path) -> None:
        to_edge = importlib.import_module("executorch.exir").to_edge
        path.write_bytes(to_edge(torch.export.export(model, (x,))).to_executorch().buffer)

    return {"torchscript.pt": torchscript, "onnx.onnx": onnx, "executorch.pte": executorch}


def pytorch(run: Setting) -> Step:
    import torch

    model, file = _pytorch_model(run.weights), run.scratch / "network.pt2"

    def load(x: Any, path: Path = file) -> Any:
        return torch.export.load(path).module()(x)

    def round_trip(x: Any, path: Path = file) -> Any:
        program = torch.export.export(model, (x,), dynamic_shapes=({0: torch.export.Dim.DYNAMIC},))
        torch.export.save(program, path)
        return load(x, path)

    sample = torch.linspace(-1, 1, BATCH * FEATURES).reshape(BATCH, FEATURES)
    round_trip(sample)

    def observe() -> Observation:
        formats = {"program.pt2": lambda path: round_trip(sample, path), **_pytorch_others(model, sample)}
        expected = model(sample).numpy()
        return {name: attempt(run.scratch / name, export, expected) for name, export in formats.items()}

    return Step(round_trip if run.variant == "round trip" else load, observe)


def _tensorflow_model(weights: Mapping[str, Array]) -> Any:
    import keras

    layers = [keras.layers.Dense(HIDDEN, activation="relu"), keras.layers.Dense(CLASSES)]
    model = keras.Sequential([keras.Input((FEATURES,)), *layers])
    model.set_weights(list(weights.values()))
    return model


def _tensorflow_others(model: Any, x: Any) -> dict[str, Callable[[Path], Any]]:
    import keras
    import tensorflow as tf

    def keras_file(path: Path) -> Any:
        model.save(path)
        return keras.models.load_model(path)(x)

    def litert(path: Path) -> Any:
        path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
        interpreter = tf.lite.Interpreter(str(path))
        given, made = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
        interpreter.resize_tensor_input(given, x.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(given, x)
        interpreter.invoke()
        return interpreter.get_tensor(made)

    def onnx(path: Path) -> None:
        model.export(path, format="onnx", verbose=False)

    return {"keras.keras": keras_file, "litert.tflite": litert, "onnx.onnx": onnx}


def tensorflow(run: Setting) -> Step:
    import tensorflow as tf

    model, folder = _tensorflow_model(run.weights), run.scratch / "network"

    def load(x: Any, path: Path = folder) -> Any:
        network = tf.saved_model.load(path)  # its variables go when it does
        return network.serve(x)

    def round_trip(x: Any, path: Path = folder) -> Any:
        model.export(path, format="tf_saved_model", verbose=False)
        return load(x, path)

    sample = tf.reshape(tf.linspace(-1.0, 1.0, BATCH * FEATURES), (BATCH, FEATURES))
    round_trip(sample)

    def observe() -> Observation:
        formats = {"saved_model": lambda path: round_trip(sample, path), **_tensorflow_others(model, sample)}
        expected = model(sample).numpy()
        return {name: attempt(run.scratch / name, export, expected) for name, export in formats.items()}

    return Step(round_trip if run.variant == "round trip" else load, observe)
