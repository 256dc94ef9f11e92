"""The runtimes for phones of earlier years, which still come with the frameworks, and what they say of themselves.

PyTorch Mobile's Lite Interpreter and TensorFlow Lite each run a layer on this machine, which is compared with NumPy.
Look at their warnings, and at the state of development that the package declares which follows them. That package is
not run here.
"""

from __future__ import annotations

import contextlib
import io
from importlib.metadata import metadata
from typing import Any

import numpy as np

from probes.kit.observing import Observation, warned

TITLE = "Earlier runtimes for phones"
SUBJECT = "beyond_python"

INPUTS = np.random.default_rng(0).normal(size=(1, 4)).astype(np.float32)
WEIGHTS = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32)
EXACT = np.maximum(INPUTS @ WEIGHTS, 0)


def ran(outputs: Any, warnings: list[dict[str, str]]) -> Observation:
    """How far the outputs are from NumPy's, and the warnings, each once."""
    said = {" ".join(warning["message"].split()) for warning in warnings}
    return {"off_by": float(np.abs(np.asarray(outputs) - EXACT).max()), "warnings": sorted(said)}


def declared(package: str) -> Observation:
    """What a package says of its state of development."""
    about = metadata(package)
    states = [line for line in about.get_all("Classifier") or [] if line.startswith("Development Status")]
    return {"package": package, "version": about["Version"], "state": states[0].rpartition(" - ")[2] if states else ""}


def pytorch() -> Observation:
    """The Lite Interpreter; ExecuTorch follows it."""
    import torch

    def lite_interpreter() -> Observation:
        from torch.jit.mobile import _load_for_lite_interpreter

        model = torch.nn.Sequential(torch.nn.Linear(4, 3, bias=False), torch.nn.ReLU()).eval()
        model[0].weight.data.copy_(torch.from_numpy(WEIGHTS.T))
        inputs = torch.from_numpy(INPUTS)
        traced = torch.jit.trace(model, inputs)
        warnings = warned(lambda: traced._save_for_lite_interpreter("model.ptl"))
        return ran(_load_for_lite_interpreter("model.ptl")(inputs).detach(), warnings)

    return {"earlier": lite_interpreter, "successor": lambda: declared("executorch")}


def tensorflow() -> Observation:
    """TensorFlow Lite's interpreter; LiteRT follows it."""
    import tensorflow as tf

    def lite() -> Observation:
        dense = tf.keras.layers.Dense(3, activation="relu", use_bias=False)
        model = tf.keras.Sequential([tf.keras.Input([4]), dense])
        dense.set_weights([WEIGHTS])
        with contextlib.redirect_stdout(io.StringIO()):
            content = tf.lite.TFLiteConverter.from_keras_model(model).convert()
        warnings = warned(lambda: tf.lite.Interpreter(model_content=content))
        interpreter = tf.lite.Interpreter(model_content=content)
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], INPUTS)
        interpreter.invoke()
        return ran(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]), warnings)

    return {"earlier": lite, "successor": lambda: declared("ai-edge-litert")}
