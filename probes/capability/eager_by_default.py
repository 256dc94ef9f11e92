"""A line is computed when it is reached, and a graph is captured only on request.

In both a line has its value at once. On request a graph is captured, either before anything is computed (torch.export,
a concrete function) or when the function is called (torch.compile, tf.function): while that happens the same line has
a shape and no numbers. TensorFlow 1 had the session for its graphs, and a module in contrib to do without.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Eager by default"
SUBJECT = "execution"

X = np.array([1.0, 2.0, 3.0], np.float32)


def pytorch() -> Observation:
    """torch.compile is given a backend that keeps the graph and computes it as it stands."""
    import torch

    x = torch.from_numpy(X)
    lines: list[str] = []

    class Function(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            y = 2 * x
            lines.append(str(y))
            return y + 1

    def eager() -> Observation:
        y = 2 * x
        return {"type": type(y).__name__, "values": y.tolist()}

    def captured_ahead() -> Observation:
        program = torch.export.export(Function(), (x,))
        operations = [node.name for node in program.graph.nodes]
        return {"line": lines[-1], "graph": operations, "result": program.module()(x).tolist()}

    def captured_at_the_call() -> Observation:
        graphs: list[list[str]] = []

        def keep(module: Any, _inputs: Any) -> Any:
            graphs.append([node.name for node in module.graph.nodes])
            return module.forward

        compiled = torch.compile(lambda x: 2 * x + 1, backend=keep, fullgraph=True)
        result = compiled(x).tolist()
        return {"graph": graphs[-1], "result": result}

    return {
        "eager": eager,
        "executing_eagerly": lambda: not torch.compiler.is_compiling(),
        "captured_ahead": captured_ahead,
        "captured_at_the_call": captured_at_the_call,
        "in_a_session": None,
        "session": None,
        "contrib_eager": None,
    }


def tensorflow() -> Observation:
    """The session is looked for where TensorFlow 1 had it, and run where it is today."""
    import tensorflow as tf

    x = tf.constant(X)
    lines: list[str] = []

    def function(x: Any) -> Any:
        y = 2 * x
        lines.append(str(y))
        return y + 1

    def eager() -> Observation:
        y = 2 * x
        return {"type": type(y).__name__, "values": y.numpy().tolist()}

    def captured_ahead() -> Observation:
        graph = tf.function(function).get_concrete_function(x)
        operations = [operation.type for operation in graph.graph.get_operations()]
        return {"line": lines[-1], "graph": operations, "result": graph(x).numpy().tolist()}

    def captured_at_the_call() -> Observation:
        traced = tf.function(lambda x: 2 * x + 1)
        result = traced(x).numpy().tolist()
        operations = traced.get_concrete_function(x).graph.get_operations()
        return {"graph": [operation.type for operation in operations], "result": result}

    def in_a_session() -> Any:
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            return session.run(2 * tf.constant(X)).tolist()

    return {
        "eager": eager,
        "executing_eagerly": lambda: tf.executing_eagerly(),
        "captured_ahead": captured_ahead,
        "captured_at_the_call": captured_at_the_call,
        "in_a_session": in_a_session,
        "session": lambda: str(tf.Session()),
        "contrib_eager": lambda: importlib.import_module("tensorflow.contrib.eager").__name__,
    }
