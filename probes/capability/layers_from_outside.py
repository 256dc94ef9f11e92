"""A finished network, looked into and changed from outside.

The network has a hidden layer and an output. Without touching its class, what the hidden layer gives and the gradient
there are read, its gradient is doubled on the way back, it is exchanged for another layer, and each layer is trained
with a step size of its own. Each is compared with NumPy. PyTorch has hooks and parameter groups for this; TensorFlow's
half does the same with what there is: a second model on the same layers, the tape, a copy with another layer and an
optimizer that hands each weight to one of its own. `hooks` are the public names with that word.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Hooks, exchanged layers, and a step size for each"
SUBJECT = "models"

X = np.array([[1.0, -2.0], [0.5, 1.5]], np.float32)
HIDDEN = np.array([[0.3, -0.2], [0.1, 0.4]], np.float32)
OUTPUT = np.array([[0.5], [-0.6]], np.float32)
STEPS = (0.1, 0.01)

BY_HAND = np.tanh(X @ HIDDEN)
SLOPE_THERE = np.ones((2, 1)) @ OUTPUT.T
SLOPE_HIDDEN = X.T @ (SLOPE_THERE * (1 - BY_HAND**2))
SLOPE_OUTPUT = BY_HAND.T @ np.ones((2, 1))
WITH_RELU = np.maximum(X @ HIDDEN, 0) @ OUTPUT


def off(*pairs: tuple[Any, Any]) -> float:
    return max(float(np.abs(np.asarray(one) - other).max()) for one, other in pairs)


def hooks_of(*things: Any) -> Observation:
    names = sorted({name for thing in things for name in dir(thing) if "hook" in name and not name.startswith("_")})
    return {"count": len(names), "names": names}


def pytorch() -> Observation:
    """The losses are the sums of the outputs."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Tanh())
            self.output = nn.Linear(2, 1, bias=False)

        def forward(self, x: Any) -> Any:
            return self.output(self.hidden(x))

    def finished() -> Any:
        network = Network()
        network.load_state_dict({"hidden.0.weight": torch.tensor(HIDDEN.T), "output.weight": torch.tensor(OUTPUT.T)})
        return network

    def read() -> float:
        network, values, slopes = finished(), [], []
        network.hidden.register_forward_hook(lambda _layer, _given, made: values.append(made.detach()))
        network.hidden.register_full_backward_hook(lambda _layer, _onward, given: slopes.append(given[0]))
        network(x).sum().backward()
        return off((values[0], BY_HAND), (slopes[0], SLOPE_THERE))

    def gradient_doubled() -> float:
        network = finished()
        network.hidden.register_full_backward_pre_hook(lambda _layer, given: (2 * given[0],))
        network(x).sum().backward()
        return off((network.hidden[0].weight.grad.T, 2 * SLOPE_HIDDEN))

    def exchanged() -> float:
        network = finished()
        network(x)
        network.hidden = nn.Sequential(network.hidden[0], nn.ReLU())
        return off((network(x).detach(), WITH_RELU))

    def own_step_sizes() -> float:
        network = finished()
        first, last = network.hidden.parameters(), network.output.parameters()
        optimizer = torch.optim.SGD([{"params": first, "lr": STEPS[0]}, {"params": last, "lr": STEPS[1]}])
        network(x).sum().backward()
        optimizer.step()
        hidden, output = (weight.detach().T for weight in network.parameters())
        return off((hidden, HIDDEN - STEPS[0] * SLOPE_HIDDEN), (output, OUTPUT - STEPS[1] * SLOPE_OUTPUT))

    x = torch.from_numpy(X)
    return {
        "hooks": lambda: hooks_of(nn.Module, torch.Tensor, torch.optim.Optimizer),
        "output": lambda: off((finished()(x).detach(), BY_HAND @ OUTPUT)),
        "layer_read": read,
        "gradient_doubled": gradient_doubled,
        "layer_exchanged": exchanged,
        "layer_exchanged_in_a_copy": None,
        "own_step_sizes": own_step_sizes,
    }


def _tensorflow_dense(units: int, activation: str | None = None) -> Any:
    import keras

    return keras.layers.Dense(units, activation, use_bias=False, name="hidden" if activation else "output")


def _tensorflow_finished() -> Any:
    import keras

    given = keras.Input((2,))
    network = keras.Model(given, _tensorflow_dense(1)(_tensorflow_dense(2, "tanh")(given)))
    network.set_weights([HIDDEN, OUTPUT])
    return network


def _tensorflow_exchanged() -> float:
    """In place, in a model that is a class."""
    import keras

    class Network(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.hidden, self.last = _tensorflow_dense(2, "tanh"), _tensorflow_dense(1)

        def call(self, x: Any) -> Any:
            return self.last(self.hidden(x))

    network = Network()
    network(X)
    network.hidden = _tensorflow_dense(2, "relu")
    network(X)
    network.set_weights([HIDDEN, OUTPUT])
    return off((network(X), WITH_RELU))


def _tensorflow_exchanged_in_a_copy() -> float:
    import keras

    def clone(layer: Any) -> Any:
        return _tensorflow_dense(2, "relu") if layer.name == "hidden" else layer.from_config(layer.get_config())

    network = keras.models.clone_model(_tensorflow_finished(), clone_function=clone)
    network.set_weights([HIDDEN, OUTPUT])
    return off((network(X), WITH_RELU))


def tensorflow() -> Observation:
    """A functional model, and for the exchange in place a model that is a class."""
    import keras
    import tensorflow as tf

    def slopes(network: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(network(X))
        return tape.gradient(loss, network.trainable_variables)

    def read() -> float:
        network = _tensorflow_finished()
        both = keras.Model(network.inputs, [network.get_layer("hidden").output, network.outputs[0]])
        with tf.GradientTape() as tape:
            values, y = both([X])
        return off((values, BY_HAND), (tape.gradient(y, values), SLOPE_THERE))

    def gradient_doubled() -> float:
        @tf.custom_gradient
        def twice_on_the_way_back(values: Any) -> Any:
            return tf.identity(values), lambda slope: 2 * slope

        def call(layer: Any, *given: Any, **named: Any) -> Any:
            made = layer(*given, **named)
            return keras.layers.Lambda(twice_on_the_way_back)(made) if layer.name == "hidden" else made

        finished = _tensorflow_finished()
        network = keras.models.clone_model(finished, clone_function=lambda layer: layer, call_function=call)
        return off((slopes(network)[0], 2 * SLOPE_HIDDEN))

    def own_step_sizes() -> float:
        network, sgd = _tensorflow_finished(), keras.optimizers.SGD
        each = keras.optimizers.OptimizerMap(sgd(STEPS[1]), {"hidden/.*": sgd(STEPS[0])})
        keras.optimizers.MultiOptimizer(each).apply(slopes(network), network.trainable_variables)
        hidden, output = network.get_weights()
        return off((hidden, HIDDEN - STEPS[0] * SLOPE_HIDDEN), (output, OUTPUT - STEPS[1] * SLOPE_OUTPUT))

    return {
        "hooks": lambda: hooks_of(keras.Model, keras.layers.Layer, tf.Module, tf.Variable, keras.Optimizer, tf.Tensor),
        "output": lambda: off((_tensorflow_finished()(X), BY_HAND @ OUTPUT)),
        "layer_read": read,
        "gradient_doubled": gradient_doubled,
        "layer_exchanged": _tensorflow_exchanged,
        "layer_exchanged_in_a_copy": _tensorflow_exchanged_in_a_copy,
        "own_step_sizes": own_step_sizes,
    }
