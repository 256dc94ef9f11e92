"""Who works out the gradients of a network: compiled code, or functions written in Python.

The network is a row of ready layers; its gradients are compared with the chain rule, written out in NumPy. While the
gradients are worked out, the interpreter notes every function in Python that it enters: `calls` says how many more of
them there are for each further layer, and `derivatives` which of these names speak of gradients. `own_layers` have a
derivative written in Python, and show that the interpreter notes such functions. PyTorch's engine is compiled, and so
are the nodes that it visits. TensorFlow's tape is compiled too, but asks functions in Python for the derivatives.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "The engine of the backward pass"
SUBJECT = "gradients"

X = np.linspace(-1, 1, 12).reshape(4, 3)
WEIGHTS = [np.linalg.qr(np.sin(np.arange(9) ** 2 + number).reshape(3, 3))[0] for number in range(8)]


def chain_rule() -> list[Any]:
    """The gradients of the mean of the squares of tanh(… tanh(tanh(x w₁) w₂) …)."""
    outputs = [X]
    for weight in WEIGHTS:
        outputs.append(np.tanh(outputs[-1] @ weight))
    slope, gradients = 2 * outputs[-1] / X.size, list[Any]()
    for layer in reversed(range(len(WEIGHTS))):
        slope = slope * (1 - outputs[layer + 1] ** 2)
        gradients.insert(0, outputs[layer].T @ slope)
        slope = slope @ WEIGHTS[layer].T
    return gradients


def off(got: list[Any]) -> Observation:
    """How far gradients are from the chain rule, as a share of the largest."""
    exact = np.array(chain_rule())
    return {"off_by": float(np.abs(np.array(got) - exact).max() / np.abs(exact).max())}


def entered(action: Callable[[], object]) -> Counter[str]:
    """The functions in Python that are entered during an action, and how often."""
    names: Counter[str] = Counter()
    sys.setprofile(lambda frame, event, _: names.update([frame.f_code.co_name] if event == "call" else []))
    try:
        action()
    finally:
        sys.setprofile(None)
    return names


def python_for_a_layer(backward_of: Callable[[int], Callable[[], object]]) -> Observation:
    """What is entered in Python for each layer more."""
    backward_of(2)()
    more = entered(backward_of(8))
    more.subtract(entered(backward_of(2)))
    derivatives = [name for name in more if more[name] > 0 and re.search("grad$|backward", name, re.IGNORECASE)]
    return {"calls": sum(more.values()) / 6, "derivatives": sorted(derivatives)}


def pytorch() -> Observation:
    """backward() hands the loss to the engine, which visits the nodes behind it."""
    import torch

    def own_tanh() -> Any:
        class OwnTanh(torch.autograd.Function):
            @staticmethod
            def forward(context: Any, x: Any) -> Any:
                y = x.tanh()
                context.save_for_backward(y)
                return y

            @staticmethod
            def backward(context: Any, slope: Any) -> Any:
                (y,) = context.saved_tensors
                return slope * (1 - y**2)

        return OwnTanh.apply

    def network(layers: int, bend: Any) -> Any:
        linear, x = [torch.nn.Linear(3, 3, bias=False, dtype=torch.float64) for _ in range(layers)], torch.from_numpy(X)
        for layer, weight in zip(linear, WEIGHTS, strict=False):
            layer.weight.data.copy_(torch.from_numpy(weight.T))
            x = bend(layer(x))
        return linear, x.square().mean()

    def gradients() -> Observation:
        linear, loss = network(8, torch.nn.Tanh())
        loss.backward()
        return off([layer.weight.grad.T.numpy() for layer in linear])

    def node_of_a_weight() -> str:
        node = network(1, torch.nn.Tanh())[1].grad_fn
        while node.next_functions:
            node = node.next_functions[-1][0]
        return str(node.name())

    return {
        "gradients": gradients,
        "ready_layers": lambda: python_for_a_layer(lambda layers: network(layers, torch.nn.Tanh())[1].backward),
        "own_layers": lambda: python_for_a_layer(lambda layers: network(layers, own_tanh())[1].backward),
        "node_of_a_weight": node_of_a_weight,
    }


def tensorflow() -> Observation:
    """gradient() goes back along the tape, which holds operations and no nodes of a graph."""
    import keras
    import tensorflow as tf

    def own_tanh(x: Any) -> Any:
        y = tf.tanh(x)

        def backward(slope: Any) -> Any:
            return slope * (1 - y**2)

        return y, backward

    def network(layers: int, bend: Any) -> Any:
        dense = [keras.layers.Dense(3, activation=bend, use_bias=False, dtype="float64") for _ in range(layers)]
        with tf.GradientTape() as tape:
            x = tf.constant(X)
            for layer, weight in zip(dense, WEIGHTS, strict=False):
                layer.build((None, 3))
                layer.kernel.assign(weight)
                x = layer(x)
            loss = tf.reduce_mean(tf.square(x))
        weights = [layer.kernel.value for layer in dense]
        return lambda: tape.gradient(loss, weights)

    return {
        "gradients": lambda: off([gradient.numpy() for gradient in network(8, "tanh")()]),
        "ready_layers": lambda: python_for_a_layer(lambda layers: network(layers, "tanh")),
        "own_layers": lambda: python_for_a_layer(lambda layers: network(layers, tf.custom_gradient(own_tanh))),
        "node_of_a_weight": None,
    }
