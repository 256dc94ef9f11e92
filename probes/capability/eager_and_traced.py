"""Eager by default, traced on request, and what tracing changes.

Both compute a line when it is reached and have its value at once; TensorFlow's sessions live on in tf.compat.v1.
On request a graph is captured. tf.function runs the Python code once for each kind of input and the graph from then
on, so a print comes once and shows a placeholder. torch.compile cuts the graph in two at the print, which comes with
every call and shows the value; torch.export wants one graph, and prints as tf.function does. `graphs_for_five_lengths`
counts the graphs when only the length of the input changes.
"""

from __future__ import annotations

import contextlib
import importlib
import io
from collections.abc import Callable
from typing import Any

from probes.kit.observing import Observation, raised

TITLE = "Eager and traced execution"
SUBJECT = "execution"

LENGTHS = [2, 3, 5, 8, 13]


def printed(action: Callable[[], object]) -> list[str]:
    """The lines that Python's print writes while the action runs."""
    with contextlib.redirect_stdout(io.StringIO()) as page:
        action()
    return page.getvalue().splitlines()


def pytorch() -> Observation:
    """torch.compile with a backend that keeps the graphs it is given, and torch.export."""
    import torch

    graphs: list[list[str]] = []

    def keep_graph(module: Any, example_inputs: list[Any]) -> Any:  # noqa: ARG001 - a backend is given both
        graphs.append([node.name for node in module.graph.nodes])
        return module.forward

    def function(x: Any) -> Any:
        h = 2 * x
        print(h)  # noqa: T201 - a side effect and a look at an intermediate value
        return h.sum()

    class Function(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            return function(x)

    def graphs_for_five_lengths(dynamic: bool | None = None) -> int:
        torch.compiler.reset()
        graphs.clear()
        compiled = torch.compile(lambda x: (2 * x + 1).sum(), backend=keep_graph, dynamic=dynamic)
        for length in LENGTHS:
            compiled(torch.ones(length))
        return len(graphs)

    x = torch.ones(3)
    compiled = torch.compile(function, backend=keep_graph)
    in_three_calls = printed(lambda: [compiled(x) for _ in range(3)])
    captured = list(graphs)
    with torch.compiler.set_stance("force_eager"):
        eager_again = printed(lambda: [compiled(x) for _ in range(3)])
    return {
        "without_asking": {"type": type(2 * x).__name__, "value": (2 * x).tolist()},
        "session": None,
        "old_eager_import": None,
        "printed": {
            "eager_three_calls": printed(lambda: [function(x) for _ in range(3)]),
            "captured_three_calls": in_three_calls,
            "capture_of_the_whole": printed(lambda: torch.export.export(Function(), (x,))),
            "capturing_switched_off_three_calls": eager_again,
        },
        "graphs": captured,
        "value_of_a_placeholder": None,
        "graphs_for_five_lengths": {
            "default": graphs_for_five_lengths(),
            "each_length_apart": graphs_for_five_lengths(dynamic=False),
            "length_relaxed_when_it_changes": graphs_for_five_lengths(dynamic=None),
            "length_left_open": graphs_for_five_lengths(dynamic=True),
        },
    }


def tensorflow() -> Observation:
    """tf.function, which captures whole graphs, and a session of tf.compat.v1."""
    import tensorflow as tf

    def function(x: Any) -> Any:
        h = 2 * x
        print(h)  # noqa: T201 - a side effect and a look at an intermediate value
        return tf.reduce_sum(h)

    def graphs_for_five_lengths(signature: Any = None, relax: bool = False) -> Any:
        traced = tf.function(lambda x: tf.reduce_sum(2 * x + 1), input_signature=signature, reduce_retracing=relax)
        for length in LENGTHS:
            traced(tf.ones(length))
        return traced.experimental_get_tracing_count()

    def in_a_session() -> Observation:
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            x = tf.compat.v1.placeholder(tf.float32, shape=[3])
            y = 2 * x
            return {"before_run": type(y).__name__, "value": session.run(y, {x: [1.0, 1.0, 1.0]}).tolist()}

    x = tf.ones(3)
    traced = tf.function(function)
    in_three_calls = printed(lambda: [traced(x) for _ in range(3)])
    graph = traced.get_concrete_function(x).graph
    tf.config.run_functions_eagerly(True)
    eager_again = printed(lambda: [traced(x) for _ in range(3)])
    tf.config.run_functions_eagerly(False)
    return {
        "without_asking": {"type": type(2 * x).__name__, "value": (2 * x).numpy().tolist()},
        "session": {"in_tf": hasattr(tf, "Session"), "in_tf_compat_v1": in_a_session()},
        "old_eager_import": error_of_import("tensorflow.contrib.eager"),
        "printed": {
            "eager_three_calls": printed(lambda: [function(x) for _ in range(3)]),
            "captured_three_calls": in_three_calls,
            "capture_of_the_whole": printed(lambda: tf.function(function).get_concrete_function(x)),
            "capturing_switched_off_three_calls": eager_again,
        },
        "graphs": [[operation.type for operation in graph.get_operations()]],
        "value_of_a_placeholder": raised(lambda: tf.function(lambda x: (2 * x).numpy(), autograph=False)(x)),
        "graphs_for_five_lengths": {
            "default": graphs_for_five_lengths(),
            "each_length_apart": graphs_for_five_lengths(relax=False),
            "length_relaxed_when_it_changes": graphs_for_five_lengths(relax=True),
            "length_left_open": graphs_for_five_lengths(signature=[tf.TensorSpec([None], tf.float32)]),
        },
    }


def error_of_import(module: str) -> dict[str, str] | None:
    """What importing the module ends with; here a missing module is what is looked for."""
    try:
        importlib.import_module(module)
    except ImportError as error:
        return {"type": type(error).__name__, "message": str(error)}
    return None
