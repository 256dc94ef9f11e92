"""A shared model from a folder: loaded by name, with the weights that its author gave it.

A model can be shared with the recipe by which it is made. Here the folder is local, so that the way itself is tried and
no host is asked. PyTorch Hub reads a repository's `hubconf.py` and calls the function of the model's name, which builds
the model and loads its weights. TensorFlow's SavedModel carries the computation itself and needs no code of the author:
it is what hubs for TensorFlow hand out, and what the package tensorflow-hub loads too.
`trained_on` shows that the loaded model can be built on. How lively a hub is no program can say.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from probes.kit.observing import Observation

TITLE = "A shared model from a folder"
SUBJECT = "libraries"

NUMBERS = [1.0, 2.0, 3.0]
HUBCONF = """
import torch

def doubler(pretrained=False):
    model = torch.nn.Linear(3, 3, bias=False)
    if pretrained:
        model.load_state_dict(torch.load("shared/weights.pt", weights_only=True))
    return model
"""


def pytorch() -> Observation:
    """torch.hub, with the source set to local."""
    import torch

    def shared() -> str:
        Path("shared").mkdir(exist_ok=True)
        Path("shared", "hubconf.py").write_text(HUBCONF)
        torch.save({"weight": 2 * torch.eye(3)}, "shared/weights.pt")
        return "shared"

    def load() -> Any:
        return torch.hub.load(shared(), "doubler", source="local", pretrained=True)

    def trained_on() -> bool:
        model = load()
        model(torch.tensor(NUMBERS)).sum().backward()
        return bool(model.weight.grad.abs().sum() > 0)

    return {
        "gives": lambda: load()(torch.tensor(NUMBERS)).tolist(),
        "trained_on": trained_on,
        "gives_by_hub_package": None,
    }


def tensorflow() -> Observation:
    """A SavedModel, which is loaded without its code."""
    import tensorflow as tf

    class Doubler(tf.Module):
        """A layer without bias that doubles three numbers."""

        def __init__(self) -> None:
            super().__init__()
            self.weight = tf.Variable(2 * tf.eye(3))

        @tf.function(input_signature=[tf.TensorSpec([3])])
        def __call__(self, numbers: tf.Tensor) -> tf.Tensor:
            return tf.linalg.matvec(self.weight, numbers)

    def shared() -> str:
        tf.saved_model.save(Doubler(), "shared")
        return "shared"

    def trained_on() -> bool:
        model = tf.saved_model.load(shared())
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(model(tf.constant(NUMBERS)))
        return bool(tf.reduce_any(tape.gradient(total, model.weight) != 0))

    def by_hub_package() -> list[float]:
        import tensorflow_hub

        gives: list[float] = tensorflow_hub.load(shared())(tf.constant(NUMBERS)).numpy().tolist()
        return gives

    return {
        "gives": lambda: tf.saved_model.load(shared())(tf.constant(NUMBERS)).numpy().tolist(),
        "trained_on": trained_on,
        "gives_by_hub_package": by_hub_package,
    }
