"""A small network made smaller: numbers of 32 bits, of 16, and whole numbers of 8.

Two dense layers of fixed weights are written to a file in each form, read back, and run. For each form: the bytes, as a
share too of what the weights take with 32 bits, and how far outputs are off NumPy's at most, as a share of the largest.
TensorFlow's converter writes TensorFlow Lite files, which its interpreter runs; with 8 bits it is shown sample inputs
and turns all into whole numbers, inputs and outputs too, as small processors need it. PyTorch's own quantisation keeps
weights of 8 bits and rounds what it computes on as it comes. `types` are those of the numbers that the network is of.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Compressing a network for small devices"
SUBJECT = "beyond_python"

GENERATOR = np.random.default_rng(0)
HIDDEN = (GENERATOR.normal(size=(64, 512)) / 8).astype(np.float32)
OUTPUT = (GENERATOR.normal(size=(512, 10)) / 22).astype(np.float32)
INPUTS = GENERATOR.uniform(-1, 1, size=(200, 64)).astype(np.float32)
EXPECTED = np.maximum(INPUTS.astype(np.float64) @ HIDDEN, 0) @ OUTPUT


FORMS = ("float32", "float16", "int8")


def off_by(outputs: Any) -> float:
    """The largest difference from NumPy's outputs, as a share of the largest of these."""
    return float(np.abs(np.asarray(outputs, dtype=np.float64) - EXPECTED).max() / np.abs(EXPECTED).max())


def measured(write: Callable[[str, Path], None], run: Callable[[str, Path], Any], form: str) -> Observation:
    """A form's file, as a share of the bytes that the numbers take with 32 bits, and what it gives."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network"
        write(form, path)
        size = path.stat().st_size
        outputs, types = run(form, path)
    return {"bytes": size, "share": size / (HIDDEN.nbytes + OUTPUT.nbytes), "off_by": off_by(outputs), "types": types}


def pytorch() -> Observation:
    """A module as it is, halved, and quantised by torch.ao.quantization, its state saved."""
    import torch
    from torch import nn

    def network(form: str) -> Any:
        model = nn.Sequential(nn.Linear(64, 512, bias=False), nn.ReLU(), nn.Linear(512, 10, bias=False)).eval()
        model.load_state_dict({"0.weight": torch.from_numpy(HIDDEN.T), "2.weight": torch.from_numpy(OUTPUT.T)})
        if form == "int8":
            return torch.ao.quantization.quantize_dynamic(model, {nn.Linear}, dtype=torch.qint8)
        return model.half() if form == "float16" else model

    def write(form: str, path: Path) -> None:
        torch.save(network(form).state_dict(), path)

    def run(form: str, path: Path) -> Any:
        model = network(form)
        model.load_state_dict(torch.load(path, weights_only=True))
        inputs = torch.from_numpy(INPUTS)
        weights = [layer.weight() if form == "int8" else layer.weight for layer in (model[0], model[2])]
        outputs = model(inputs.half() if form == "float16" else inputs)
        return outputs.detach(), sorted({str(weight.dtype) for weight in weights})

    return {form: partial(measured, write, run, form) for form in FORMS}


def tensorflow() -> Observation:
    """A Keras model, converted by tf.lite.TFLiteConverter and run by tf.lite.Interpreter."""
    import tensorflow as tf

    def network() -> Any:
        layers = [
            tf.keras.layers.Dense(512, activation="relu", use_bias=False),
            tf.keras.layers.Dense(10, use_bias=False),
        ]
        model = tf.keras.Sequential([tf.keras.Input((64,)), *layers])
        model.set_weights([HIDDEN, OUTPUT])
        return model

    def samples() -> Iterator[list[Any]]:
        yield from ([row[None]] for row in INPUTS)

    def write(form: str, path: Path) -> None:
        converter = tf.lite.TFLiteConverter.from_keras_model(network())
        converter.optimizations = [] if form == "float32" else [tf.lite.Optimize.DEFAULT]
        if form == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if form == "int8":
            converter.representative_dataset = samples
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.inference_input_type = converter.inference_output_type = tf.int8
        path.write_bytes(converter.convert())

    def run(form: str, path: Path) -> Any:
        interpreter = tf.lite.Interpreter(str(path))
        given, made = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        interpreter.resize_tensor_input(given["index"], INPUTS.shape)
        interpreter.allocate_tensors()
        scale, zero = given["quantization"] if form == "int8" else (1.0, 0)
        whole = np.clip(np.round(INPUTS / scale) + zero, -128, 127)
        interpreter.set_tensor(given["index"], (whole if form == "int8" else INPUTS).astype(given["dtype"]))
        interpreter.invoke()
        scale, zero = made["quantization"] if form == "int8" else (1.0, 0)
        outputs = (interpreter.get_tensor(made["index"]) - np.float64(zero)) * scale
        return outputs, sorted({np.dtype(part["dtype"]).name for part in interpreter.get_tensor_details()})

    return {form: partial(measured, write, run, form) for form in FORMS}
