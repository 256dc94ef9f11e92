"""Images resized, cropped and flipped by what each framework has without further packages.

TensorFlow has a module of its own for images, tf.image. In PyTorch such a module is a package beside it, torchvision;
PyTorch itself resizes with a function for layers, crops by indexing and flips with a function for any tensor. For each
operation the result says how far the image is from what NumPy makes of the same pixels, 0 to 71 in an image of 4 x 6
with three colours, and below that how many functions tf.image has.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Resizing, cropping and flipping images"
SUBJECT = "media"

IMAGE = np.arange(72, dtype=np.float32).reshape(4, 6, 3)
EXPECTED = {
    "made smaller": IMAGE.reshape(2, 2, 3, 2, 3).mean(axis=(1, 3)),
    "made larger": IMAGE.repeat(2, axis=0).repeat(2, axis=1),
    "centre cropped": IMAGE[1:3, 1:5],
    "box cropped": IMAGE[1:4, 2:4],
    "flipped left to right": IMAGE[:, ::-1],
    "flipped upside down": IMAGE[::-1],
}


def off_by(name: str, found: Any) -> float:
    """The largest difference from what NumPy makes; an error where the shape is another."""
    array, expected = np.asarray(found), EXPECTED[name]
    if array.shape != expected.shape:
        raise ValueError(f"the image is of shape {array.shape}, not {expected.shape}")
    return float(np.abs(array - expected).max())


def pytorch() -> Observation:
    """Interpolate, index and flip; torchvision where it is installed."""
    import torch
    from torch.nn import functional

    image = torch.from_numpy(IMAGE).permute(2, 0, 1)  # colours come first

    def resized(name: str, mode: str, size: tuple[int, int]) -> Any:
        return off_by(name, functional.interpolate(image[None], size, mode=mode)[0].permute(1, 2, 0))

    def by_torchvision() -> Any:
        from torchvision.transforms import v2

        return off_by("made smaller", v2.functional.resize(image, [2, 3], antialias=False).permute(1, 2, 0))

    return {
        "off_by": {
            "made smaller": lambda: resized("made smaller", "bilinear", (2, 3)),
            "made larger": lambda: resized("made larger", "nearest", (8, 12)),
            "centre cropped": lambda: off_by("centre cropped", image[:, 1:3, 1:5].permute(1, 2, 0)),
            "box cropped": lambda: off_by("box cropped", image[:, 1:4, 2:4].permute(1, 2, 0)),
            "flipped left to right": lambda: off_by("flipped left to right", image.flip(2).permute(1, 2, 0)),
            "flipped upside down": lambda: off_by("flipped upside down", image.flip(1).permute(1, 2, 0)),
        },
        "made_smaller_by_torchvision": by_torchvision,
        "functions_for_images": None,
    }


def tensorflow() -> Observation:
    """The functions of tf.image."""
    import tensorflow as tf

    image = tf.constant(IMAGE)

    def resized(name: str, method: str, size: tuple[int, int]) -> Any:
        return off_by(name, tf.image.resize(image, size, method=method))

    return {
        "off_by": {
            "made smaller": lambda: resized("made smaller", "bilinear", (2, 3)),
            "made larger": lambda: resized("made larger", "nearest", (8, 12)),
            "centre cropped": lambda: off_by("centre cropped", tf.image.central_crop(image, 0.5)),
            "box cropped": lambda: off_by("box cropped", tf.image.crop_to_bounding_box(image, 1, 2, 3, 2)),
            "flipped left to right": lambda: off_by("flipped left to right", tf.image.flip_left_right(image)),
            "flipped upside down": lambda: off_by("flipped upside down", tf.image.flip_up_down(image)),
        },
        "made_smaller_by_torchvision": None,
        "functions_for_images": lambda: len([name for name in dir(tf.image) if name[0].islower()]),
    }
