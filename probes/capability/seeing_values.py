"""A print in the middle of a network: eagerly, in a captured function, and while the network is trained.

The network prints an intermediate value, which is always 42. Each entry has the lines that came of three calls or
three training steps, and how many of them show the 42; a line without it shows what stands for the value while a graph
is captured. `by_the_graph` prints with tf.print, an operation of the graph. The loss at each step is known by hand.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from probes.kit.observing import Observation

TITLE = "A print in the middle of a network"
SUBJECT = "execution"

TIMES, RATE = 3, 1e-4
LOSSES = [(42 * 0.1 * (1 - RATE * 2 * 42**2) ** step) ** 2 for step in range(TIMES)]


def shown(text: str) -> Observation:
    lines = text.splitlines()
    return {"lines": lines, "showing_the_value": sum("42" in line for line in lines), "of": TIMES}


def printed(action: Callable[[], object]) -> Observation:
    """What is printed while the action runs."""
    with contextlib.redirect_stdout(io.StringIO()) as page:
        action()
    return shown(page.getvalue())


def off_by_hand(losses: list[float]) -> float:
    return max(abs(loss - by_hand) for loss, by_hand in zip(losses, LOSSES, strict=True))


def pytorch() -> Observation:
    """Captured by torch.compile, trained by a loop."""
    import torch

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.tensor([0.1]))

        def forward(self, x: Any) -> Any:
            h = 2 * x
            print(h)  # noqa: T201 - the look at an intermediate value
            return self.weight * h

    def call_repeatedly(network: Any) -> None:
        for _ in range(TIMES):
            network(x)

    def train() -> list[float]:
        network = Network()
        optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
        losses = []
        for _ in range(TIMES):
            loss = network(x).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    x = torch.tensor([[21.0]])
    return {
        "called": lambda: printed(lambda: call_repeatedly(Network())),
        "captured": lambda: printed(lambda: call_repeatedly(torch.compile(Network(), backend="eager"))),
        "by_the_graph": None,
        "trained": lambda: printed(train),
        "trained_eagerly": lambda: printed(train),
        "losses_off_by_hand": lambda: off_by_hand(train()),
    }


def tensorflow() -> Observation:
    """Captured by tf.function, trained by Keras's fit, as it is and told to run eagerly."""
    import keras
    import tensorflow as tf

    class Network(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.weight = self.add_weight(shape=(1,), initializer=keras.initializers.Constant(0.1))

        def call(self, x: Any) -> Any:
            h = 2 * x
            print(h)  # noqa: T201 - the look at an intermediate value
            return self.weight * h

    def call_repeatedly(network: Any) -> None:
        for _ in range(TIMES):
            network(x)

    def train(**settings: Any) -> list[float]:
        network = Network()
        network.compile(optimizer=keras.optimizers.SGD(RATE), loss="mse", **settings)
        return network.fit(x, tf.zeros((1, 1)), epochs=TIMES, verbose=0).history["loss"]

    def by_the_graph() -> Observation:
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder, "page")

            @tf.function
            def function(x: Any) -> Any:
                h = 2 * x
                tf.print(h, output_stream=page.as_uri())
                return h

            call_repeatedly(function)
            return shown(page.read_text())

    x = tf.constant([[21.0]])
    return {
        "called": lambda: printed(lambda: call_repeatedly(Network())),
        "captured": lambda: printed(lambda: call_repeatedly(tf.function(Network()))),
        "by_the_graph": by_the_graph,
        "trained": lambda: printed(train),
        "trained_eagerly": lambda: printed(lambda: train(run_eagerly=True)),
        "losses_off_by_hand": lambda: off_by_hand(train()),
    }
