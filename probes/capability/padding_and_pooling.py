"""Padding in pooling and in convolutions.

By default PyTorch's AvgPool2d counts the zeros around an image and Keras's does not: look at the averages of an image
of ones. PyTorch has no padding="same" for a stride above 1; Keras has, and pads a side more than the other where the
sizes ask for it.
"""

from __future__ import annotations

from typing import Any

from probes.kit.observing import Observation

TITLE = "Padding in pooling and convolutions"
SUBJECT = "models"


def pytorch() -> Observation:
    """AvgPool2d with and without counted zeros; Conv2d with padding="same"."""
    import torch
    from torch import nn

    def pool(**settings: Any) -> Any:
        return nn.AvgPool2d(3, stride=1, padding=1, **settings)(torch.ones(1, 1, 3, 3))[0, 0].tolist()

    def same(stride: int) -> list[int]:
        return list(nn.Conv2d(2, 1, 3, stride=stride, padding="same")(torch.zeros(1, 2, 7, 5)).shape[2:])

    return {
        "average_of_padded_ones": {
            "default": lambda: pool(),
            "zeros_counted": lambda: pool(count_include_pad=True),
            "zeros_not_counted": lambda: pool(count_include_pad=False),
        },
        "same_padding": lambda: same(1),
        "same_padding_stride_2": lambda: same(2),
    }


def tensorflow() -> Observation:
    """AveragePooling2D, after a layer of zeros or with padding="same"; Conv2D with padding="same"."""
    import keras
    import tensorflow as tf
    from keras import layers

    def pool(*steps: Any) -> Any:
        return keras.Sequential(list(steps))(tf.ones((1, 3, 3, 1)))[0, :, :, 0].numpy().tolist()

    def same(stride: int) -> list[int]:
        return list(layers.Conv2D(1, 3, strides=stride, padding="same")(tf.zeros((1, 7, 5, 2))).shape[1:3])

    return {
        "average_of_padded_ones": {
            "default": lambda: pool(layers.AveragePooling2D(3, strides=1, padding="same")),
            "zeros_counted": lambda: pool(layers.ZeroPadding2D(1), layers.AveragePooling2D(3, strides=1)),
            "zeros_not_counted": lambda: pool(layers.AveragePooling2D(3, strides=1, padding="same")),
        },
        "same_padding": lambda: same(1),
        "same_padding_stride_2": lambda: same(2),
    }
