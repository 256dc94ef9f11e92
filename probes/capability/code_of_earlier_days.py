"""Thirteen lines as early guides have them, run with today's framework.

Each subject stands in both halves in the style of that framework's early years: TensorFlow 1, until 2019, and PyTorch
up to about 1.0. A line that ends with an error counts as failing, with a warning or without one as still working. The
lines were chosen to cover what a beginner's guide covers, one a subject, so the shares say how far such a guide carries
today, not how many of them there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from probes.kit.observing import Observation, raised

TITLE = "Code of earlier days"
SUBJECT = "libraries"


def outcome(lines: Mapping[str, Callable[[], Any]]) -> Observation:
    """Which lines still work, and the error of each that does not."""
    errors = {subject: raised(line) for subject, line in lines.items()}
    failing = {subject: error for subject, error in errors.items() if error}
    return {"lines": len(lines), "working": len(lines) - len(failing), "failing": len(failing), "errors": failing}


def pytorch() -> Observation:
    """The style of PyTorch 0.1 to 1.0."""
    import torch
    from torch.autograd import Function, Variable

    class Double(Function):
        """A function with its state in the object, as before static methods."""

        def forward(self, x: Any) -> Any:
            return 2 * x

    x = torch.ones(1, 2)
    return outcome(
        {
            "a variable": lambda: Variable(x, requires_grad=True),
            "inputs of a model in use": lambda: Variable(x, volatile=True),
            "a value": lambda: Variable(x).sum().data[0],
            "random numbers": lambda: torch.Tensor(1, 2).normal_(),
            "a layer": lambda: torch.nn.Linear(2, 3)(Variable(x)),
            "layers of other authors": lambda: torch.legacy.nn.Linear(2, 3),
            "a loss": lambda: torch.nn.MSELoss(size_average=False)(x, x),
            "an optimiser": lambda: torch.optim.SGD(torch.nn.Linear(2, 3).parameters(), lr=0.1).step(),
            "a gradient of one's own": lambda: Double()(x),
            "a batch": lambda: iter(torch.utils.data.DataLoader([1, 2])).next(),
            "saving": lambda: (torch.save(torch.nn.Linear(2, 3), "model.pt"), torch.load("model.pt")),
            "a linear system": lambda: torch.gesv(torch.ones(2, 1), torch.eye(2)),
            "a spectrum": lambda: torch.rfft(torch.ones(4), 1),
        }
    )


def tensorflow() -> Observation:
    """The style of TensorFlow 1."""
    import tensorflow as tf

    x = tf.ones([1, 2])
    return outcome(
        {
            "a variable": lambda: tf.get_variable("weight", [2]),
            "inputs of a model in use": lambda: tf.placeholder(tf.float32, [None, 2]),
            "a value": lambda: tf.Session().run(x),
            "random numbers": lambda: tf.random_normal([1, 2]),
            "a layer": lambda: tf.layers.dense(x, 3),
            "layers of other authors": lambda: tf.contrib.layers.fully_connected(x, 3),
            "a loss": lambda: tf.losses.mean_squared_error(x, x),
            "an optimiser": lambda: tf.train.GradientDescentOptimizer(0.1),
            "a gradient of one's own": lambda: tf.RegisterGradient("Doubled")(lambda _, upstream: 2 * upstream),
            "a batch": lambda: tf.data.Dataset.range(2).make_one_shot_iterator().get_next(),
            "saving": lambda: tf.train.Saver([tf.Variable(x)]).save(None, "model.ckpt"),
            "a linear system": lambda: tf.matrix_solve(tf.eye(2), tf.ones([2, 1])),
            "a spectrum": lambda: tf.spectral.rfft(tf.ones(4)),
        }
    )
