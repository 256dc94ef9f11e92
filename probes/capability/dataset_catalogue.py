"""Ready-made datasets and pretrained models: how many a framework and its library of datasets offer.

Counted without fetching anything: the datasets and the models with published weights that come with the framework, the
datasets in its library, TensorFlow Datasets or TorchVision, and those of images among them, and the models of KerasHub
or TorchVision. To see how such a dataset plugs in, MNIST is asked of the library with made images in place of the real
ones, and given to the framework's batching.
"""

from __future__ import annotations

import inspect
import pkgutil
import struct
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Ready-made datasets and models"
SUBJECT = "libraries"
SLOW = True


def pytorch() -> Observation:
    """PyTorch and TorchVision."""
    import torch
    from torch.utils.data import DataLoader

    def parts(word: str) -> list[str]:
        return [module.name for module in pkgutil.iter_modules(torch.__path__) if word in module.name]

    def library() -> Any:
        from torchvision import datasets

        return datasets

    def of_images() -> int:
        kinds = [getattr(library(), name) for name in library().__all__]
        return sum(inspect.isclass(kind) and issubclass(kind, library().VisionDataset) for kind in kinds)

    def batch() -> Observation:
        folder = Path("made", "MNIST", "raw")
        folder.mkdir(parents=True, exist_ok=True)
        for split in ("train", "t10k"):
            images = struct.pack(">4B3I", 0, 0, 8, 3, 4, 28, 28) + bytes(4 * 28 * 28)
            (folder / f"{split}-images-idx3-ubyte").write_bytes(images)
            (folder / f"{split}-labels-idx1-ubyte").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, 4) + bytes(4))
        made = library().MNIST("made", transform=lambda image: torch.from_numpy(np.array(image)))
        images, _ = next(iter(DataLoader(made, batch_size=4)))
        return {"class": type(images).__name__, "shape": list(images.shape)}

    def weights() -> int:
        from torchvision.models import get_model_weights, list_models

        return sum(len(get_model_weights(name)) > 0 for name in list_models())

    return {
        "of_the_framework": {"datasets": lambda: parts("datasets"), "models_with_weights": lambda: parts("models")},
        "of_its_library": {
            "datasets": lambda: len(library().__all__),
            "of_images": of_images,
            "models_with_weights": weights,
            "batch_of_mnist": batch,
        },
    }


def tensorflow() -> Observation:
    """TensorFlow, Keras and TensorFlow Datasets."""
    import tensorflow as tf

    def models() -> list[str]:
        applications = vars(tf.keras.applications).items()
        return [name for name, one in applications if callable(one) and "weights" in inspect.signature(one).parameters]

    def library() -> Any:
        import tensorflow_datasets as tfds

        return tfds

    def of_images() -> int:
        found = 0
        for name in library().list_builders():
            folder = Path(inspect.getfile(library().builder_cls(name))).parent
            tags = (folder / "TAGS.txt").read_text().splitlines() if (folder / "TAGS.txt").exists() else []
            tagged = any(tag.startswith("content.data-type.image") for tag in tags)
            found += tagged or folder.name in ("image", "image_classification", "object_detection")
        return found

    def batch() -> Observation:
        with library().testing.mock_data(num_examples=4):
            made = library().load("mnist", split="train", as_supervised=True)
        images, _ = next(iter(made.batch(4)))
        return {
            "class": type(images).__name__,
            "shape": list(images.shape),
            "is_tf_data": isinstance(made, tf.data.Dataset),
        }

    def presets() -> int:
        import keras_hub

        return len(keras_hub.models.Backbone.presets)

    return {
        "of_the_framework": {
            "datasets": lambda: [name for name in dir(tf.keras.datasets) if not name.startswith("_")],
            "models_with_weights": models,
        },
        "of_its_library": {
            "datasets": lambda: len(library().list_builders()),
            "of_images": of_images,
            "models_with_weights": presets,
            "batch_of_mnist": batch,
        },
    }
