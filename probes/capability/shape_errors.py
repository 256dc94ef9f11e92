"""The same mistakes, and what each error says.

Wrong shapes, a wrong dtype and a label that does not exist: once as a plain operation and once through a layer or a
loss object, of torch.nn and of Keras; null where there is no such layer. `names` says which of the sizes that do not
fit are in the message. Where the code ran after all, the dtype of its result is given: whole numbers were then cast
or promoted. All of this is on a CPU, where an operation checks its inputs at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Wrong shapes, dtypes and labels"
SUBJECT = "errors"

A, WIDE = np.ones((2, 3), np.float32), np.ones((2, 5), np.float32)
IMAGE = np.ones((1, 8, 8, 5), np.float32)
SCORES, LABELS = np.zeros((2, 3), np.float32), np.array([1, 7])


def outcome(action: Callable[[], Any], *sizes: str) -> Observation:
    """The error, with the sizes that its message names; or the dtype of the result if there is no error."""
    error = raised(action)
    if error is None:
        dtype = action().dtype
        return {"runs_and_gives": getattr(dtype, "name", str(dtype))}
    numbers = re.findall(r"\d+", error["message"])
    return error | {"names": {size: size in numbers for size in sizes}}


def pytorch() -> Observation:
    """Operations of torch, and modules of torch.nn."""
    import torch
    from torch import nn
    from torch.nn.functional import conv2d, cross_entropy

    a, wide, scores, labels = map(torch.from_numpy, (A, WIDE, SCORES, LABELS))
    image = torch.from_numpy(IMAGE).permute(0, 3, 1, 2)
    weight, kernel, whole = torch.ones(3, 4), torch.ones(4, 3, 3, 3), torch.ones((2, 3), dtype=torch.int64)
    return {
        "matmul_2x3_by_2x3": {
            "operation": outcome(lambda: a @ a, "2", "3"),
            "layer": None,
        },
        "width_5_where_3_is_due": {
            "operation": outcome(lambda: wide @ weight, "5", "3"),
            "layer": outcome(lambda: nn.Sequential(nn.Linear(3, 4))(wide), "5", "3"),
        },
        "channels_5_where_3_are_due": {
            "operation": outcome(lambda: conv2d(image, kernel), "5", "3"),
            "layer": outcome(lambda: nn.Sequential(nn.Conv2d(3, 4, 3))(image), "5", "3"),
        },
        "add_2x3_and_2x5": {
            "operation": outcome(lambda: a + wide, "5", "3"),
            "layer": None,
        },
        "whole_numbers_times_float_matrix": {
            "operation": outcome(lambda: whole @ weight),
            "layer": outcome(lambda: nn.Sequential(nn.Linear(3, 4))(whole)),
        },
        "add_whole_numbers_and_floats": {
            "operation": outcome(lambda: whole + a),
            "layer": None,
        },
        "label_7_of_3_classes": {
            "operation": outcome(lambda: cross_entropy(scores, labels), "7", "3"),
            "layer": outcome(lambda: nn.CrossEntropyLoss()(scores, labels), "7", "3"),
        },
    }


def tensorflow() -> Observation:
    """Operations of TensorFlow, and layers of Keras."""
    import keras
    import tensorflow as tf
    from keras import layers

    a, wide, scores, labels = map(tf.constant, (A, WIDE, SCORES, LABELS))
    image = tf.constant(IMAGE)
    weight, kernel, whole = tf.ones((3, 4)), tf.ones((3, 3, 3, 4)), tf.ones((2, 3), tf.int64)
    dense = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
    conv = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return {
        "matmul_2x3_by_2x3": {
            "operation": outcome(lambda: a @ a, "2", "3"),
            "layer": None,
        },
        "width_5_where_3_is_due": {
            "operation": outcome(lambda: wide @ weight, "5", "3"),
            "layer": outcome(lambda: dense(wide), "5", "3"),
        },
        "channels_5_where_3_are_due": {
            "operation": outcome(lambda: tf.nn.conv2d(image, kernel, strides=1, padding="VALID"), "5", "3"),
            "layer": outcome(lambda: conv(image), "5", "3"),
        },
        "add_2x3_and_2x5": {
            "operation": outcome(lambda: a + wide, "5", "3"),
            "layer": outcome(lambda: layers.Add()([a, wide]), "5", "3"),
        },
        "whole_numbers_times_float_matrix": {
            "operation": outcome(lambda: whole @ weight),
            "layer": outcome(lambda: dense(whole)),
        },
        "add_whole_numbers_and_floats": {
            "operation": outcome(lambda: whole + a),
            "layer": outcome(lambda: layers.Add()([whole, a])),
        },
        "label_7_of_3_classes": {
            "operation": outcome(
                lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=scores), "7", "3"
            ),
            "layer": outcome(lambda: loss(labels, scores), "7", "3"),
        },
    }
