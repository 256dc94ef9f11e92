"""A network written to an ONNX file, and the file run by ONNX Runtime, which knows neither framework.

This is the way by which a network reaches runtimes in other languages, a browser's among them. Look at what the file
says of the network, and at `off_by`, the largest difference from the framework's own outputs. PyTorch's exporter asks
for two packages beside it, `onnx` and `onnxscript`; Keras's asks for `tf2onnx`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "A network as an ONNX file"
SUBJECT = "interchange"
SLOW = True

X = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)


def ran(outputs: Any) -> Observation:
    """What the file holds, and how far its outputs are from the framework's."""
    import onnx
    import onnxruntime

    graph = onnx.load("model.onnx").graph
    session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {session.get_inputs()[0].name: X})
    return {
        "operators": [node.op_type for node in graph.node],
        "weights": [list(weight.dims) for weight in graph.initializer],
        "off_by": float(np.abs(found - np.asarray(outputs)).max()),
    }


def pytorch() -> Observation:
    """torch.onnx.export, which traces the network by torch.export."""
    import torch

    def exported() -> Observation:
        import onnxscript  # noqa: F401 - the exporter needs it, and says so in another way

        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
        torch.onnx.export(model, (torch.from_numpy(X),), "model.onnx", verbose=False)
        return ran(model(torch.from_numpy(X)).detach())

    return {"file": exported}


def tensorflow() -> Observation:
    """model.export with the format that it is to have."""
    import keras

    def exported() -> Observation:
        import tf2onnx  # noqa: F401 - the exporter needs it, and says so in another way

        keras.utils.set_random_seed(0)
        dense = keras.layers.Dense
        model = keras.Sequential([keras.Input((4,)), dense(8, activation="relu"), dense(2)])
        model.export("model.onnx", format="onnx", verbose=False)
        return ran(model(X))

    return {"file": exported}
