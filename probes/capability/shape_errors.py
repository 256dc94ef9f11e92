"""The same mistakes, and what each error says.

Sizes that do not fit, a token and a label that do not exist: each mistake once in a plain operation and once in a layer
or a loss, of torch.nn and of Keras. What a message tells is looked for in four ways: the name of the layer, the shape
of what it was given, both sizes that do not go together, and whether it is free of the runtime's internal names.
`frames` is the depth of the traceback, from the line that is at fault. `compared` counts for how many mistakes the
layer's message tells more than the operation's. All of this is on a CPU, where an operation checks its inputs at once.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from probes.kit.observing import Observation, error_record

TITLE = "Wrong shapes, tokens and labels"
SUBJECT = "errors"

NARROW, WIDE, TALL = (np.ones(shape, np.float32) for shape in ((2, 3), (2, 5), (5, 3)))
IMAGE = np.ones((1, 8, 8, 5), np.float32)
TOKENS, LABELS = np.array([7]), np.array([1, 7])

Action = Callable[[], Any]
MISTAKES = {
    "width_5_where_3_is_due": ("dense|linear", r"2[,x] ?5", "5", "3"),
    "channels_5_where_3_are_due": ("conv2d", r"1, ?(8, ?8, ?5|5, ?8, ?8)", "5", "3"),
    "token_7_of_3": ("embedding", r"[(\[]1,?[)\]]", "7", "3"),
    "rows_2_and_5_side_by_side": ("concatenate", r"5[,x] ?3", "5", "2"),
    "targets_of_width_5": ("loss|error", r"2[,x] ?5", "5", "3"),
    "label_7_of_3": ("loss|sparse_?categorical", r"2[,x] ?3", "7", "3"),
}
INTERNAL = r"\{\{.*?\}\}|\[Op:\w+\]( name:)?"


def outcome(action: Action, mistake: str) -> Observation:
    """The error of an action, the depth of its traceback, and what its message tells. What is missing is no mistake."""
    layer, shape, *sizes = MISTAKES[mistake]
    try:
        action()
    except (ImportError, AttributeError):
        raise
    except Exception as error:
        record, frames = error_record(error), len(traceback.extract_tb(error.__traceback__)) - 1
    else:
        return {"error": None, "frames": 0, "tells": []}
    told = re.sub(INTERNAL, "", record["message"])
    tells = {
        "layer": bool(re.search(layer, told, re.IGNORECASE)),
        "shape": bool(re.search(shape, told)),
        "both_sizes": set(sizes) <= set(re.findall(r"\d+", told)),
        "no_internals": told == record["message"],
    }
    return {"error": record, "frames": frames, "tells": [name for name, is_told in tells.items() if is_told]}


def compared(operations: dict[str, Action], layers: dict[str, Action]) -> Observation:
    """For how many mistakes one message tells more than the other."""
    both = [(outcome(layers[name], name), outcome(operations[name], name)) for name in layers]
    ahead = [len(layer["tells"]) - len(operation["tells"]) for layer, operation in both if layer["error"]]
    return {
        "mistakes": len(ahead),
        "layer_named": sum("layer" in layer["tells"] for layer, _ in both),
        "layer_tells_more": sum(more > 0 for more in ahead),
        "alike": sum(more == 0 for more in ahead),
        "operation_tells_more": sum(more < 0 for more in ahead),
    }


def observed(operations: dict[str, Action], layers: dict[str, Action]) -> Observation:
    return {
        "operation": {name: partial(outcome, action, name) for name, action in operations.items()},
        "layer": {name: partial(outcome, action, name) for name, action in layers.items()},
        "compared": lambda: compared(operations, layers),
    }


def pytorch() -> Observation:
    """Operations of torch, and modules of torch.nn; there is none that only puts tensors side by side."""
    import torch
    from torch import nn
    from torch.nn import functional

    narrow, wide, tall, tokens, labels = map(torch.from_numpy, (NARROW, WIDE, TALL, TOKENS, LABELS))
    image = torch.from_numpy(IMAGE).permute(0, 3, 1, 2)
    operations: dict[str, Action] = {
        "width_5_where_3_is_due": lambda: wide @ torch.ones(3, 4),
        "channels_5_where_3_are_due": lambda: functional.conv2d(image, torch.ones(4, 3, 3, 3)),
        "token_7_of_3": lambda: functional.embedding(tokens, torch.ones(3, 2)),
        "rows_2_and_5_side_by_side": lambda: torch.cat([narrow, tall], 1),
        "targets_of_width_5": lambda: (narrow - wide).square().mean(),
        "label_7_of_3": lambda: functional.cross_entropy(narrow, labels),
    }
    layers: dict[str, Action] = {
        "width_5_where_3_is_due": lambda: nn.Sequential(nn.Linear(3, 4))(wide),
        "channels_5_where_3_are_due": lambda: nn.Sequential(nn.Conv2d(3, 4, 3))(image),
        "token_7_of_3": lambda: nn.Sequential(nn.Embedding(3, 2))(tokens),
        "targets_of_width_5": lambda: nn.MSELoss()(narrow, wide),
        "label_7_of_3": lambda: nn.CrossEntropyLoss()(narrow, labels),
    }
    return observed(operations, layers)


def tensorflow() -> Observation:
    """Operations of TensorFlow, and layers of Keras."""
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")
    keras = tf.keras
    narrow, wide, tall, tokens, labels, image = map(tf.constant, (NARROW, WIDE, TALL, TOKENS, LABELS, IMAGE))

    def model(shape: tuple[int, ...], layer: Any) -> Any:
        return keras.Sequential([keras.Input(shape), layer])

    def cross_entropy() -> Any:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, narrow)

    operations: dict[str, Action] = {
        "width_5_where_3_is_due": lambda: wide @ tf.ones((3, 4)),
        "channels_5_where_3_are_due": lambda: tf.nn.conv2d(image, tf.ones((3, 3, 3, 4)), strides=1, padding="VALID"),
        "token_7_of_3": lambda: tf.nn.embedding_lookup(tf.ones((3, 2)), tokens),
        "rows_2_and_5_side_by_side": lambda: tf.concat([narrow, tall], 1),
        "targets_of_width_5": lambda: tf.reduce_mean(tf.square(narrow - wide)),
        "label_7_of_3": lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels, narrow),
    }
    layers: dict[str, Action] = {
        "width_5_where_3_is_due": lambda: model((3,), keras.layers.Dense(4))(wide),
        "channels_5_where_3_are_due": lambda: model((8, 8, 3), keras.layers.Conv2D(4, 3))(image),
        "token_7_of_3": lambda: model((), keras.layers.Embedding(3, 2))(tokens),
        "rows_2_and_5_side_by_side": lambda: keras.layers.Concatenate(axis=1)([narrow, tall]),
        "targets_of_width_5": lambda: keras.losses.MeanSquaredError()(wide, narrow),
        "label_7_of_3": cross_entropy,
    }
    return observed(operations, layers)
