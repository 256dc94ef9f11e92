"""A small image network in each framework's format for phones, run by the runtime that phones have.

TensorFlow Lite's converter writes a file for LiteRT, its successor as a runtime; PyTorch's export goes to ExecuTorch,
here with the XNNPACK kernels that LiteRT uses as well. Both as it is and with weights and activations of 8 bits, set by
one sample. `off_by` is the largest difference from the framework's own outputs, as a share of the largest of these.
What runs is the runtime for Linux, not a phone; how many developers use either is not seen here.
"""

from __future__ import annotations

from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "A network for phones"
SUBJECT = "beyond_python"
SLOW = True

IMAGE = np.linspace(-1, 1, 16 * 16 * 3, dtype=np.float32).reshape(1, 16, 16, 3)


def compared(file: Path, got: Any, wanted: Any) -> Observation:
    off = np.max(np.abs(np.asarray(got) - np.asarray(wanted))) / np.max(np.abs(np.asarray(wanted)))
    return {"bytes": file.stat().st_size, "off_by": float(off)}


def all_run(*forms: Any) -> bool:
    """Whether each form gives the network's outputs, to a tenth; an error is a no."""
    return all(raised(form) is None and form()["off_by"] < 0.1 for form in forms)


def pytorch() -> Observation:
    """torch.export traces the network, ExecuTorch lowers it, its runtime executes it."""
    import torch

    torch.manual_seed(0)
    layers = torch.nn.Conv2d(3, 16, 3, padding=1), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(4096, 10)
    model = torch.nn.Sequential(*layers).eval()
    x = (torch.from_numpy(IMAGE).permute(0, 3, 1, 2).contiguous(),)

    def quantised(module: Any) -> Any:
        from executorch.backends.xnnpack.quantizer import xnnpack_quantizer as xnnpack
        from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e

        quantizer = xnnpack.XNNPACKQuantizer().set_global(xnnpack.get_symmetric_quantization_config())
        prepared = prepare_pt2e(torch.export.export(module, x).module(), quantizer)
        prepared(*x)
        return convert_pt2e(prepared)

    @cache
    def on_executorch(int8: bool) -> Observation:
        from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
        from executorch.exir import to_edge_transform_and_lower
        from executorch.runtime import Runtime

        exported = torch.export.export(quantised(model) if int8 else model, x)
        program = to_edge_transform_and_lower(exported, partitioner=[XnnpackPartitioner()]).to_executorch()
        file = Path(f"int8_{int8}.pte")
        file.write_bytes(program.buffer)
        (outputs,) = Runtime.get().load_program(file).load_method("forward").execute(x)
        return compared(file, outputs.detach(), model(*x).detach())

    float32, int8 = partial(on_executorch, False), partial(on_executorch, True)
    return {
        "runtime": lambda: f"ExecuTorch {version('executorch')}",
        "float32": float32,
        "int8": int8,
        "all_run": lambda: all_run(float32, int8),
    }


def tensorflow() -> Observation:
    """The TensorFlow Lite converter takes the Keras model, and LiteRT's interpreter invokes it."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    convolution = keras.layers.Conv2D(16, 3, padding="same", activation="relu")
    model = keras.Sequential([keras.Input((16, 16, 3)), convolution, keras.layers.Flatten(), keras.layers.Dense(10)])

    @cache
    def on_litert(int8: bool) -> Observation:
        from ai_edge_litert.interpreter import Interpreter

        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        if int8:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.representative_dataset = lambda: [[IMAGE]]
        file = Path(f"int8_{int8}.tflite")
        file.write_bytes(converter.convert())
        interpreter = Interpreter(str(file))
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], IMAGE)
        interpreter.invoke()
        return compared(file, interpreter.get_tensor(interpreter.get_output_details()[0]["index"]), model(IMAGE))

    float32, int8 = partial(on_litert, False), partial(on_litert, True)
    return {
        "runtime": lambda: f"LiteRT {version('ai-edge-litert')}",
        "float32": float32,
        "int8": int8,
        "all_run": lambda: all_run(float32, int8),
    }
