"""A trained network exported to files, and run by a fresh process that has none of the code it was made with.

The network is a class of this file, fitted to a line. The fresh process has the framework, the files and an input: look
at `off_by`, the distance of its outputs from those here, for a batch of another size than the one exported, and at what
the network is now. This is the deploying that production takes; training at scale and serving are not seen here.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.programs import run

TITLE = "An export without the network's code"
SUBJECT = "interchange"
SLOW = True

X = np.linspace(-1, 1, 7, dtype=np.float32).reshape(7, 1)
Y = 3 * X - 1


def in_fresh_process(program: str) -> Any:
    """What a new interpreter prints last, as JSON; the inputs are its argument."""
    return json.loads(run(sys.executable, "-c", program, json.dumps(X.tolist())).strip().splitlines()[-1])


def deployed(program: str, here: Any) -> Observation:
    there = in_fresh_process(program)
    return {"off_by": float(np.max(np.abs(np.array(there["outputs"]) - here))), "is_now_a": there["is_now_a"]}


def pytorch() -> Observation:
    """torch.export traces the module for any batch size; a .pt2 file holds the graph and the weights."""
    import torch

    class Line(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.dense = torch.nn.Linear(1, 1)

        def forward(self, x: Any) -> Any:
            return self.dense(x)

    def train_and_export() -> Any:
        model, x = Line(), torch.from_numpy(X)
        optimizer = torch.optim.SGD(model.parameters(), 0.3)
        for _ in range(100):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(model(x), torch.from_numpy(Y)).backward()
            optimizer.step()
        batch = torch.export.Dim("batch")
        torch.export.save(torch.export.export(model, (x[:3],), dynamic_shapes={"x": {0: batch}}), "line.pt2")
        return model(x).detach().numpy()

    program = """
import json, sys, torch
model = torch.export.load("line.pt2").module()
outputs = model(torch.tensor(json.loads(sys.argv[1]))).tolist()
print(json.dumps({"outputs": outputs, "is_now_a": type(model).__name__}))
"""
    return {"deploying": lambda: deployed(program, train_and_export())}


def tensorflow() -> Observation:
    """model.export writes a SavedModel: the graph of its serve function and the weights."""
    import keras

    class Line(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, x: Any) -> Any:
            return self.dense(x)

    def train_and_export() -> Any:
        model = Line()
        model.compile(keras.optimizers.SGD(0.3), "mse")
        model.fit(X, Y, batch_size=len(X), epochs=100, verbose=0)
        model.export("line", verbose=False)
        return model.predict(X, verbose=0)

    program = """
import json, sys
import tensorflow as tf
model = tf.saved_model.load("line")
outputs = model.serve(tf.constant(json.loads(sys.argv[1]))).numpy().tolist()
print(json.dumps({"outputs": outputs, "is_now_a": type(model).__name__}))
"""
    return {"deploying": lambda: deployed(program, train_and_export())}
