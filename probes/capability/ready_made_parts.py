"""How high the ready-made parts of each framework reach.

At the bottom, a layer made of a matrix product and its gradient, against the closed form. Above it, how many layers,
losses and optimisers are ready; an attention layer; and a whole Transformer, if there is one, with the share of its
weights that a gradient reaches. At the top, which methods that train and evaluate a model come with it: `fit` and its
like are Keras's, while in PyTorch that loop is written by hand or comes from another library.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Ready-made layers, losses and optimisers"
SUBJECT = "models"

X, WEIGHT = np.array([[1.0, -2.0, 0.5]]), np.array([[1.0], [2.0], [3.0]])
SLOPE = 2 * (X @ WEIGHT) * X.T  # the gradient of the squared output


def far(found: Any, exact: Any) -> float:
    """The largest difference."""
    return float(np.abs(np.asarray(found) - exact).max())


def kinds(module: Any, base: type) -> list[str]:
    """The public classes in a module that derive from a base."""
    classes = [member for name, member in inspect.getmembers(module, inspect.isclass) if name[0] != "_"]
    return sorted({member.__name__ for member in classes if issubclass(member, base) and member is not base})


def pytorch() -> Observation:
    """torch.matmul, torch.nn and torch.optim."""
    import torch
    from torch import nn

    def by_hand() -> float:
        weight = torch.tensor(WEIGHT, requires_grad=True)
        ((torch.from_numpy(X) @ weight) ** 2).sum().backward()
        return far(weight.grad, SLOPE)

    def attention() -> list[int]:
        words = torch.ones(2, 5, 32)
        return list(nn.MultiheadAttention(32, 4, batch_first=True)(words, words, words)[0].shape)

    def transformer() -> Observation:
        model = nn.Transformer(d_model=32, nhead=4, dim_feedforward=64, batch_first=True)
        output = model(torch.ones(2, 5, 32), torch.ones(2, 3, 32))
        output.square().sum().backward()
        weights = list(model.parameters())
        reached = sum(weight.numel() for weight in weights if weight.grad is not None)
        total = sum(weight.numel() for weight in weights)
        return {"shape": list(output.shape), "weights": total, "weights_with_a_gradient": reached}

    parts = kinds(nn, nn.Module)
    return {
        "gradient_by_hand_off_by": by_hand,
        "layers": len([name for name in parts if not name.endswith("Loss")]),
        "losses": len([name for name in parts if name.endswith("Loss")]),
        "optimisers": lambda: len(kinds(torch.optim, torch.optim.Optimizer)),
        "attention": attention,
        "transformer": transformer,
        "training_methods": [name for name in ("fit", "evaluate", "predict") if hasattr(nn.Module, name)],
    }


def tensorflow() -> Observation:
    """tf.matmul, keras.layers, keras.losses and keras.optimizers."""
    import keras
    import tensorflow as tf
    from keras import layers

    def by_hand() -> float:
        weight = tf.Variable(WEIGHT)
        with tf.GradientTape() as tape:
            y = tf.reduce_sum((tf.constant(X) @ weight) ** 2)
        return far(tape.gradient(y, weight), SLOPE)

    def attention() -> list[int]:
        words = tf.ones((2, 5, 32))
        return list(layers.MultiHeadAttention(num_heads=4, key_dim=8)(words, words).shape)

    return {
        "gradient_by_hand_off_by": by_hand,
        "layers": len(kinds(layers, layers.Layer)),
        "losses": len(kinds(keras.losses, keras.losses.Loss)),
        "optimisers": lambda: len(kinds(keras.optimizers, keras.optimizers.Optimizer)),
        "attention": attention,
        "transformer": lambda: list(layers.Transformer(d_model=32, nhead=4)(tf.ones((2, 5, 32))).shape),
        "training_methods": [name for name in ("fit", "evaluate", "predict") if hasattr(keras.Model, name)],
    }
