"""Global average pooling, padding, and the smallest text model.

A global average over images of any size takes no kernel size in either: AdaptiveAvgPool2d(1) or a mean in PyTorch,
GlobalAveragePooling2D in Keras. `average_pool_names` lists the layers of each. Padding is where the two differ: by
default PyTorch's AvgPool2d counts the zeros around an image and Keras's does not, and PyTorch has no padding="same"
for a stride above 1. An embedding, a global average and a dense layer have the same number of weights in both; look
also at how padded words are kept out of the average.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Pooling and padding"
SUBJECT = "models"

SIZES = [(4, 4), (7, 5), (32, 31)]
WORDS, WIDTH = 1000, 16
SENTENCE = np.array([[5, 9, 0, 0]])  # two words and two places of padding


def image(height: int, width: int) -> Any:
    """One image with two channels, channels first."""
    return np.random.default_rng(0).normal(size=(1, 2, height, width)).astype(np.float32)


def far(found: Any, exact: Any) -> float:
    """The largest difference."""
    return float(np.abs(np.asarray(found).ravel() - exact.ravel()).max())


def pytorch() -> Observation:
    """AdaptiveAvgPool2d and mean; AvgPool2d with and without counted zeros; EmbeddingBag."""
    import torch
    from torch import nn

    class WordAverage(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.EmbeddingBag(WORDS, WIDTH, mode="mean", padding_idx=0)
            self.dense = nn.Linear(WIDTH, 1)

        def forward(self, words: Any) -> Any:
            return self.dense(self.embedding(words))

    def pool(**settings: Any) -> Any:
        return nn.AvgPool2d(3, stride=1, padding=1, **settings)(torch.ones(1, 1, 3, 3))[0, 0].tolist()

    pool_all = nn.AdaptiveAvgPool2d(1)
    model = WordAverage()
    words = torch.from_numpy(SENTENCE)
    with torch.no_grad():
        model.embedding.weight[0], model.embedding.weight[5], model.embedding.weight[9] = 100.0, 1.0, 3.0
        average = model.embedding(words)[0, 0].item()
    images = [image(*size) for size in SIZES]
    return {
        "global_average_off_by": [far(pool_all(torch.from_numpy(x)), x.mean((2, 3))) for x in images],
        "mean_off_by": [far(torch.from_numpy(x).mean(dim=(2, 3)), x.mean((2, 3))) for x in images],
        "average_pool_names": [name for name in dir(nn) if "AvgPool" in name or "AveragePool" in name],
        "average_of_padded_ones": {
            "default": pool(),
            "zeros_counted": pool(count_include_pad=True),
            "zeros_not_counted": pool(count_include_pad=False),
        },
        "same_padding": list(nn.Conv2d(2, 1, 3, padding="same")(torch.zeros(1, 2, 7, 5)).shape[2:]),
        "same_padding_stride_2": raised(lambda: nn.Conv2d(2, 1, 3, stride=2, padding="same")),
        "text_model": {
            "parameters": sum(weight.numel() for weight in model.parameters()),
            "average_of_words_1_and_3_and_padding": average,
            "output_shape": list(model(words).shape),
        },
    }


def tensorflow() -> Observation:
    """GlobalAveragePooling2D and reduce_mean; AveragePooling2D; an embedding that masks its padding."""
    import keras
    import tensorflow as tf
    from keras import layers

    def channels_last(x: Any) -> Any:
        return tf.constant(x.transpose(0, 2, 3, 1))

    def pool(*steps: Any) -> Any:
        return keras.Sequential(list(steps))(tf.ones((1, 3, 3, 1)))[0, :, :, 0].numpy().tolist()

    pool_all = layers.GlobalAveragePooling2D()
    embedding = layers.Embedding(WORDS, WIDTH, mask_zero=True)
    model = keras.Sequential([keras.Input((None,)), embedding, layers.GlobalAveragePooling1D(), layers.Dense(1)])
    words = tf.constant(SENTENCE)
    table = np.zeros((WORDS, WIDTH), np.float32)
    table[0], table[5], table[9] = 100.0, 1.0, 3.0
    embedding.set_weights([table])
    averaged = keras.Sequential(model.layers[:2])(words)
    images = [image(*size) for size in SIZES]
    same, stride_2 = (layers.Conv2D(1, 3, strides=stride, padding="same") for stride in (1, 2))
    return {
        "global_average_off_by": [far(pool_all(channels_last(x)), x.mean((2, 3))) for x in images],
        "mean_off_by": [far(tf.reduce_mean(channels_last(x), axis=[1, 2]), x.mean((2, 3))) for x in images],
        "average_pool_names": [name for name in dir(layers) if "AvgPool" in name or "AveragePool" in name],
        "average_of_padded_ones": {
            "default": pool(layers.AveragePooling2D(3, strides=1, padding="same")),
            "zeros_counted": pool(layers.ZeroPadding2D(1), layers.AveragePooling2D(3, strides=1)),
            "zeros_not_counted": pool(layers.AveragePooling2D(3, strides=1, padding="same")),
        },
        "same_padding": list(same(tf.zeros((1, 7, 5, 2))).shape[1:3]),
        "same_padding_stride_2": list(stride_2(tf.zeros((1, 7, 5, 2))).shape[1:3]),
        "text_model": {
            "parameters": model.count_params(),
            "average_of_words_1_and_3_and_padding": float(averaged[0, 0]),
            "output_shape": list(model(words).shape),
        },
    }
