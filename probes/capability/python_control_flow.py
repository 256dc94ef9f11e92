"""Python's while and if on tensor values: eagerly, captured, and in a model that is trained.

Eagerly both run the same Python loop and the same branch. tf.function rewrites while and if into graph operations,
from the function's source; torch.compile leaves the part that it cannot decide to Python, and says so when one whole
graph is asked for; torch.export takes the branch written as torch.cond. In a model only the branch taken gets a
gradient, in both. Keras's fit() captures the model without rewriting its call(), so an if on a tensor ends there in
an error: `fit` is shown beside three ways that train.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Python's while and if on tensors"
SUBJECT = "execution"

START = 27
ROWS = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)


def steps_to_one(n: Any) -> Any:
    """Halve what is even, take 3n + 1 of what is odd, and count until 1 is reached."""
    steps = 0
    while n != 1:
        if n % 2 == 0:  # noqa: SIM108 - the statement, not the expression, is what is tried
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


def opening(error: dict[str, str] | None) -> dict[str, str] | None:
    """The error with the beginning of its message; the rest is advice."""
    return error and {"type": error["type"], "message": error["message"][:180]}


def pytorch() -> Observation:
    """Eager, torch.compile (the backend changes nothing), torch.export, and a module with an if."""
    import torch

    class Forked(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.positive = torch.nn.Parameter(torch.tensor([[1.0], [1.0]]))
            self.negative = torch.nn.Parameter(torch.tensor([[2.0], [2.0]]))

        def forward(self, x: Any) -> Any:
            if x.sum() > 0:
                return x @ self.positive
            return x @ self.negative

    class ForkedByCond(Forked):
        def forward(self, x: Any) -> Any:
            return torch.cond(x.sum() > 0, lambda x: x @ self.positive, lambda x: x @ self.negative, (x,))

    def losses(model: Any, call: Any) -> list[float]:
        history = []
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        for _ in range(3):
            loss = call(rows).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            history.append(loss.item())
        return history

    number, rows = torch.tensor(START), torch.from_numpy(ROWS)
    model, captured_model = Forked(), Forked()
    whole = torch.compile(steps_to_one, backend="eager", fullgraph=True)
    one_graph_error = opening(raised(lambda: whole(number)))
    torch.compiler.reset()
    exported = torch.export.export(ForkedByCond(), (rows,)).module()
    return {
        "plain_numbers": steps_to_one(START),
        "eager": int(steps_to_one(number)),
        "captured": int(torch.compile(steps_to_one, backend="eager")(number)),
        "captured_without_help": one_graph_error,
        "losses": losses(model, model),
        "losses_captured": losses(captured_model, torch.compile(captured_model, backend="eager")),
        "has_gradient": {name: part.grad is not None for name, part in model.named_parameters()},
        "model_as_one_graph": opening(raised(lambda: torch.export.export(Forked(), (rows,)))),
        "model_as_one_graph_by_cond": [exported(rows).tolist(), exported(-rows).tolist()],
        "fit": None,
    }


def tensorflow() -> Observation:
    """Eager, tf.function with and without AutoGraph, a tf.Module with an if, and the same in Keras."""
    import tensorflow as tf

    class Forked(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.positive = tf.Variable([[1.0], [1.0]])
            self.negative = tf.Variable([[2.0], [2.0]])

        def __call__(self, x: Any) -> Any:
            if tf.reduce_sum(x) > 0:
                return x @ self.positive
            return x @ self.negative

    def losses(model: Any, call: Any) -> list[float]:
        history = []
        for _ in range(3):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(call(rows)))
            weights = model.trainable_variables
            for weight, slope in zip(weights, tape.gradient(loss, weights), strict=True):
                if slope is not None:
                    weight.assign_sub(0.01 * slope)
            history.append(float(loss))
        return history

    number, rows = tf.constant(START), tf.constant(ROWS)
    model, captured_model = Forked(), Forked()
    with tf.GradientTape() as tape:
        y = model(rows)
    slopes = dict(zip(("positive", "negative"), tape.gradient(y, [model.positive, model.negative]), strict=True))
    unhelped = tf.function(steps_to_one, autograph=False)
    one_graph = tf.function(Forked()).get_concrete_function(rows)
    return {
        "plain_numbers": steps_to_one(START),
        "eager": int(steps_to_one(number)),
        "captured": int(tf.function(steps_to_one)(number)),
        "captured_without_help": opening(raised(lambda: unhelped(number))),
        "losses": losses(model, model),
        "losses_captured": losses(captured_model, tf.function(captured_model)),
        "has_gradient": {name: slope is not None for name, slope in slopes.items()},
        "model_as_one_graph": [one_graph(rows).numpy().tolist(), one_graph(-rows).numpy().tolist()],
        "model_as_one_graph_by_cond": None,
        "fit": fit_in_keras(),
    }


def fit_in_keras() -> Observation:
    """The same if in the call() of a Keras model, trained by fit() in four ways."""
    import keras
    import tensorflow as tf

    class Forked(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.positive = self.add_weight(shape=(2, 1), initializer=keras.initializers.Constant(1.0))
            self.negative = self.add_weight(shape=(2, 1), initializer=keras.initializers.Constant(2.0))

        def call(self, x: Any) -> Any:
            if keras.ops.sum(x) > 0:
                return x @ self.positive
            return x @ self.negative

    class ForkedRewritten(Forked):
        call = tf.function(Forked.call)

    class ForkedByCond(Forked):
        def call(self, x: Any) -> Any:
            return keras.ops.cond(keras.ops.sum(x) > 0, lambda: x @ self.positive, lambda: x @ self.negative)

    def fit(model: Any, **settings: Any) -> list[float]:
        model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse", **settings)
        return model.fit(ROWS, np.zeros((2, 1)), epochs=3, verbose=0).history["loss"]

    return {
        "as_it_is": opening(raised(lambda: fit(Forked()))),
        "run_eagerly": fit(Forked(), run_eagerly=True),
        "call_rewritten_by_tf_function": fit(ForkedRewritten()),
        "by_cond": fit(ForkedByCond()),
    }
