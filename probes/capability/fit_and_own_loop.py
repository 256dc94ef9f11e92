"""Training by fit(), and by a loop of one's own.

Keras trains a compiled model by one call, which makes the batches, updates the weights and reports the loss and the
metrics for training and held-out data. PyTorch has no such method: the loop is written, once, and then serves other
models, losses and optimisers; the same job without Keras stands beside it. To change a training step, here by clipping
its gradient, is a line in a loop and an overridden train_step() in Keras. PyTorch adds gradients up until they are
cleared; a tape starts afresh. `statements` are counted in the sources below, imports left out.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import re
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "fit() and a loop of one's own"
SUBJECT = "models"

ROWS = np.random.default_rng(0).normal(size=(80, 3)).astype(np.float32)
TARGETS = ROWS @ np.array([[2.0], [-1.0], [0.5]], np.float32) + 1
TRAIN, HELD_OUT = (ROWS[:64], TARGETS[:64]), (ROWS[64:], TARGETS[64:])
CLIP = 0.1  # with 20 steps at a learning rate of 0.05 the weights can then move by 0.1 at most


def torch_net() -> Any:
    from torch import nn

    return nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))


def torch_loop(model: Any, loss_of: Any, optimizer: Any, clip: float | None = None) -> list[float]:
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    train, held_out = TensorDataset(*map(torch.from_numpy, TRAIN)), [torch.from_numpy(part) for part in HELD_OUT]
    batches = DataLoader(train, batch_size=16, shuffle=True)
    losses = []
    for _ in range(5):
        for rows, targets in batches:
            loss = loss_of(model(rows), targets)
            optimizer.zero_grad()
            loss.backward()
            if clip:
                torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
        with torch.no_grad():
            losses.append(loss_of(model(held_out[0]), held_out[1]).item())
    return losses


def tensorflow_net() -> tuple[Any, list[Any]]:
    import tensorflow as tf

    hidden, hidden_bias = tf.Variable(tf.random.normal((3, 8), stddev=0.5)), tf.Variable(tf.zeros(8))
    out, out_bias = tf.Variable(tf.random.normal((8, 1), stddev=0.5)), tf.Variable(tf.zeros(1))
    weights = [hidden, hidden_bias, out, out_bias]
    return lambda rows: tf.nn.relu(rows @ hidden + hidden_bias) @ out + out_bias, weights


def tensorflow_loop(model: Any, weights: list[Any], loss_of: Any, clip: float | None = None) -> list[float]:
    import tensorflow as tf

    batches = tf.data.Dataset.from_tensor_slices(TRAIN).shuffle(64, seed=0).batch(16)
    losses = []
    for _ in range(5):
        for rows, targets in batches:
            with tf.GradientTape() as tape:
                loss = loss_of(model(rows), targets)
            gradients = tape.gradient(loss, weights)
            if clip:
                gradients, _ = tf.clip_by_global_norm(gradients, clip)
            for weight, gradient in zip(weights, gradients, strict=True):
                weight.assign_sub(0.05 * gradient)
        losses.append(float(loss_of(model(HELD_OUT[0]), HELD_OUT[1])))
    return losses


def keras_net(kind: Any = None) -> Any:
    import keras
    from keras import layers

    return (kind or keras.Sequential)([keras.Input((3,)), layers.Dense(8, activation="relu"), layers.Dense(1)])


def keras_fit(model: Any) -> Any:
    import keras

    model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse", metrics=["mae"])
    return model.fit(*TRAIN, validation_data=HELD_OUT, batch_size=16, epochs=5, verbose=2)


def keras_clipped() -> Any:
    import keras
    import tensorflow as tf

    class Clipped(keras.Sequential):
        def train_step(self, data: Any) -> Any:
            rows, targets = data
            with tf.GradientTape() as tape:
                predictions = self(rows, training=True)
                loss = self.compute_loss(y=targets, y_pred=predictions)
            gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, self.trainable_weights), CLIP)
            self.optimizer.apply(gradients, self.trainable_weights)
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(targets, predictions)
            return {metric.name: metric.result() for metric in self.metrics}

    return Clipped


def statements(*functions: Any) -> int:
    """The statements inside these functions, without imports."""
    inside = [node for function in functions for node in ast.walk(ast.parse(inspect.getsource(function)))]
    counted = [
        node for node in inside if isinstance(node, ast.stmt) and not isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return len(counted) - len(functions)


def distance(before: list[Any], after: list[Any]) -> float:
    """How far all weights together have moved."""
    return float(np.sqrt(sum(((old - new) ** 2).sum() for old, new in zip(before, after, strict=True))))


def pytorch() -> Observation:
    """A loop, used for two models, losses and optimisers; then with clipping; then gradients left uncleared."""
    import torch
    from torch.nn.functional import l1_loss, mse_loss

    def train(clip: float | None = None) -> Observation:
        model = torch_net()
        before = [weight.detach().numpy().copy() for weight in model.parameters()]
        losses = torch_loop(model, mse_loss, torch.optim.SGD(model.parameters(), lr=0.05), clip)
        after = [weight.detach().numpy() for weight in model.parameters()]
        return {"held_out_losses": losses, "weights_moved_by": distance(before, after)}

    torch.manual_seed(0)
    line, two_passes = torch.nn.Linear(3, 1), []
    for _ in range(2):
        mse_loss(line(torch.from_numpy(ROWS)), torch.from_numpy(TARGETS)).backward()
        two_passes.append(line.bias.grad.item())
    namespaces = (torch, torch.nn, torch.nn.Module, torch.optim, torch.utils.data)
    return {
        "names_with_fit_or_trainer": sorted({name for space in namespaces for name in dir(space) if is_trainer(name)}),
        "fit": None,
        "fit_before_compile": None,
        "fit_with_a_changed_step": None,
        "own_loop": train(),
        "own_loop_with_clipping": train(CLIP),
        "own_loop_on_a_line": torch_loop(line, l1_loss, torch.optim.Adam(line.parameters(), lr=0.1)),
        "gradient_after_one_and_two_passes": two_passes,
        "statements": {"fit": None, "own_loop": statements(torch_net, torch_loop), "changed_step_for_fit": None},
    }


def tensorflow() -> Observation:
    """fit() and what it reports; a changed train_step(); then the loop without Keras."""
    import keras
    import tensorflow as tf

    def fit(model: Any) -> Observation:
        before = model.get_weights()
        with contextlib.redirect_stdout(io.StringIO()) as page:
            history = keras_fit(model).history
        return {
            "history": history,
            "printed": sorted(set(re.findall(r"(\w+): ", page.getvalue()))),
            "weights_moved_by": distance(before, model.get_weights()),
            "updates": int(model.optimizer.iterations),
        }

    def train(clip: float | None = None) -> Observation:
        model, weights = tensorflow_net()
        before = [weight.numpy() for weight in weights]
        losses = tensorflow_loop(model, weights, mean_square, clip)
        after = [weight.numpy() for weight in weights]
        return {"held_out_losses": losses, "weights_moved_by": distance(before, after)}

    def mean_square(predictions: Any, targets: Any) -> Any:
        return tf.reduce_mean(tf.square(predictions - targets))

    def mean_absolute(predictions: Any, targets: Any) -> Any:
        return tf.reduce_mean(tf.abs(predictions - targets))

    keras.utils.set_random_seed(0)
    slope, shift = tf.Variable(tf.zeros((3, 1))), tf.Variable(tf.zeros(1))
    two_passes = []
    for _ in range(2):
        with tf.GradientTape() as tape:
            loss = mean_square(ROWS @ slope + shift, TARGETS)
        two_passes.append(float(tape.gradient(loss, shift)[0]))
    namespaces = (tf, keras, keras.Model, keras.optimizers)
    return {
        "names_with_fit_or_trainer": sorted({name for space in namespaces for name in dir(space) if is_trainer(name)}),
        "fit": fit(keras_net()),
        "fit_before_compile": raised(lambda: keras_net().fit(*TRAIN)),
        "fit_with_a_changed_step": fit(keras_net(keras_clipped())),
        "own_loop": train(),
        "own_loop_with_clipping": train(CLIP),
        "own_loop_on_a_line": tensorflow_loop(lambda rows: rows @ slope + shift, [slope, shift], mean_absolute),
        "gradient_after_one_and_two_passes": two_passes,
        "statements": {
            "fit": statements(keras_net, keras_fit),
            "own_loop": statements(tensorflow_net, tensorflow_loop),
            "changed_step_for_fit": statements(keras_clipped),
        },
    }


def is_trainer(name: str) -> bool:
    return name == "fit" or "Trainer" in name
