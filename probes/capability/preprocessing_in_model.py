"""A model that scales and resizes the images which it is given, before and after it is saved.

Images of any size and of whole numbers from 0 to 255 go in; inside, they become numbers from 0 to 1, then 4 x 4 pixels,
then comes a dense layer of fixed weights. Keras has layers for that; in PyTorch two lines of forward() do it.
Then the model is saved with what it does to images, read back, and given raw images again. Images of 8 x 8 and 12 x 12
are used, where resizing to 4 x 4 is the mean of blocks, or every third pixel: the result is how far outputs are off.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Images made ready inside the model"
SUBJECT = "media"

GENERATOR = np.random.default_rng(0)
IMAGES = {size: GENERATOR.integers(0, 256, (2, size, size, 3), dtype=np.uint8) for size in (8, 12)}
WEIGHT = GENERATOR.normal(size=(48, 5)).astype(np.float32)


def expected(size: int) -> Any:
    """The outputs for the images of this size, in NumPy."""
    images = IMAGES[size].astype(np.float64)
    small = images.reshape(2, 4, 2, 4, 2, 3).mean(axis=(2, 4)) if size == 8 else images[:, 1::3, 1::3]
    return (small / 255).reshape(2, 48) @ WEIGHT


def off_by(model: Callable[[Any], Any]) -> dict[str, float]:
    """How far a model's outputs are off, for raw images of each size."""
    return {f"{size} x {size}": float(np.abs(model(images) - expected(size)).max()) for size, images in IMAGES.items()}


def pytorch() -> Observation:
    """A module whose forward() resizes and scales, exported with torch.export."""
    import torch
    from torch import nn

    class Whole(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.dense = nn.Linear(48, 5, bias=False)
            self.dense.load_state_dict({"weight": torch.from_numpy(WEIGHT.T)})

        def forward(self, images: Any) -> Any:
            scaled = images.permute(0, 3, 1, 2) / 255
            small = nn.functional.interpolate(scaled, (4, 4), mode="bilinear")
            return self.dense(small.permute(0, 2, 3, 1).flatten(1))

    def run(model: Any) -> Callable[[Any], Any]:
        return lambda images: model(torch.from_numpy(images)).detach().numpy()

    def exported() -> Any:
        any_size = ({1: torch.export.Dim.DYNAMIC, 2: torch.export.Dim.DYNAMIC},)
        program = torch.export.export(Whole(), (torch.from_numpy(IMAGES[8]),), dynamic_shapes=any_size)
        with tempfile.TemporaryDirectory() as folder:
            torch.export.save(program, Path(folder) / "model.pt2")
            return off_by(run(torch.export.load(Path(folder) / "model.pt2").module()))

    return {
        "as_built": lambda: off_by(run(Whole())),
        "saved_with_its_class": None,
        "exported": exported,
        "layers_for_images": None,
    }


def tensorflow() -> Observation:
    """Keras's Rescaling and Resizing as the first layers, saved as a Keras file and as a SavedModel."""
    import keras
    import tensorflow as tf

    def whole() -> Any:
        layers = keras.layers
        making_ready = [layers.Rescaling(1 / 255), layers.Resizing(4, 4), layers.Flatten()]
        dense = layers.Dense(5, use_bias=False)
        model = keras.Sequential([keras.Input((None, None, 3), dtype="uint8"), *making_ready, dense])
        dense.set_weights([WEIGHT])
        return model

    def run(model: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda images: model(tf.constant(images)).numpy()

    def saved_with_its_class() -> Any:
        with tempfile.TemporaryDirectory() as folder:
            whole().save(Path(folder) / "model.keras")
            return off_by(run(keras.models.load_model(Path(folder) / "model.keras")))

    def exported() -> Any:
        with tempfile.TemporaryDirectory() as folder:
            whole().export(folder, format="tf_saved_model", verbose=False)
            loaded = tf.saved_model.load(folder)
            return off_by(run(loaded.serve))

    def layers_for_images() -> list[str]:
        public = {name: getattr(keras.layers, name) for name in dir(keras.layers)}
        return [name for name, layer in public.items() if "image_preprocessing" in getattr(layer, "__module__", "")]

    return {
        "as_built": lambda: off_by(run(whole())),
        "saved_with_its_class": saved_with_its_class,
        "exported": exported,
        "layers_for_images": layers_for_images,
    }
