"""The vision libraries: their datasets, models and transforms of images.

TorchVision is a package beside PyTorch; on the other side Keras has the same, and TensorFlow Datasets ImageNet. The
datasets that fetch their own files are listed; files of MNIST's form, with twelve made images, are read; ImageNet is
asked for where no file of it is. A ResNet with random weights is run. A crop must be a window of the image; a quarter
turn and a normalised image must agree with NumPy.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Vision libraries"
SUBJECT = "media"

IMAGES = np.random.default_rng(0).integers(1, 256, (12, 28, 28), dtype=np.uint8)
LABELS = np.arange(12, dtype=np.uint8) % 10
IMAGE = IMAGES[0].astype(np.float32) / 255
MEAN, DEVIATION = 0.5, 0.25
NORMALISED = (IMAGE - MEAN) / DEVIATION


def write_mnist(folder: Path) -> None:
    """Files of MNIST's form: a header, then the bytes of the images or of the labels."""
    folder.mkdir(parents=True, exist_ok=True)
    for split in ("train", "t10k"):
        images = struct.pack(">4B3I", 0, 0, 8, 3, *IMAGES.shape) + IMAGES.tobytes()
        (folder / f"{split}-images-idx3-ubyte").write_bytes(images)
        (folder / f"{split}-labels-idx1-ubyte").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, 12) + LABELS.tobytes())


def far(found: Any, exact: Any) -> float:
    """The largest difference of two arrays."""
    return float(np.abs(np.subtract(found, exact, dtype=np.float64)).max())


def is_window(crop: Any) -> bool:
    """Whether an image of 20 by 20 pixels is a part of the first image."""
    windows = np.lib.stride_tricks.sliding_window_view(IMAGE, (20, 20))
    return bool((windows == np.asarray(crop)).all(axis=(2, 3)).any())


def pytorch() -> Observation:
    """TorchVision: datasets, models and version 2 of its transforms."""
    import torch

    def library() -> str:
        import torchvision

        return f"TorchVision {torchvision.__version__}"

    def fetching() -> list[str]:
        import inspect

        from torchvision import datasets

        kinds = {name: inspect.signature(getattr(datasets, name)).parameters for name in datasets.__all__}
        return sorted(name for name, parameters in kinds.items() if "download" in parameters)

    def imagenet() -> str:
        from torchvision.datasets import ImageNet

        return type(ImageNet("library")).__name__

    def mnist() -> Observation:
        from torchvision.datasets import MNIST

        write_mnist(Path("library", "MNIST", "raw"))
        images, labels = zip(*MNIST("library"), strict=True)
        return {"off_by": far([np.asarray(image) for image in images], IMAGES), "labels": list(labels)}

    def model() -> list[int]:
        from torchvision.models import resnet18

        return list(resnet18(num_classes=10).eval()(torch.zeros(2, 3, 64, 64)).shape)

    def transformed(name: str, *settings: Any) -> Any:
        from torchvision.transforms import v2

        return getattr(v2, name)(*settings)(torch.from_numpy(IMAGE)[None])[0]

    return {
        "library": library,
        "datasets": {"that_fetch_their_files": fetching, "imagenet": imagenet, "mnist": mnist},
        "model_gives": model,
        "crop_is_a_window": lambda: is_window(transformed("RandomCrop", 20)),
        "quarter_turn_off_by": lambda: far(transformed("RandomRotation", (90, 90)), np.rot90(IMAGE)),
        "normalised_off_by": lambda: far(transformed("Normalize", [MEAN], [DEVIATION]), NORMALISED),
    }


def tensorflow() -> Observation:
    """Keras: datasets, models and layers that transform images."""
    import tensorflow as tf

    def fetching() -> list[str]:
        return [name for name in dir(tf.keras.datasets) if hasattr(getattr(tf.keras.datasets, name), "load_data")]

    def imagenet() -> str:
        import tensorflow_datasets as tfds

        builder = tfds.builder("imagenet2012", data_dir="library")
        builder.download_and_prepare()
        return type(builder.as_dataset(split="train")).__name__

    def mnist() -> Observation:
        write_mnist(Path("mnist"))
        images = tf.data.FixedLengthRecordDataset("mnist/train-images-idx3-ubyte", 28 * 28, header_bytes=16)
        labels = tf.data.FixedLengthRecordDataset("mnist/train-labels-idx1-ubyte", 1, header_bytes=8)
        decoded = tf.data.Dataset.zip(images, labels).map(
            lambda image, label: (
                tf.reshape(tf.io.decode_raw(image, tf.uint8), [28, 28]),
                tf.io.decode_raw(label, tf.uint8)[0],
            )
        )
        image_batch, label_batch = next(decoded.batch(12).as_numpy_iterator())
        return {"off_by": far(image_batch, IMAGES), "labels": label_batch.tolist()}

    def model() -> list[int]:
        resnet = tf.keras.applications.ResNet50(weights=None, input_shape=(64, 64, 3), classes=10)
        return list(resnet(tf.zeros([2, 64, 64, 3])).shape)

    def transformed(name: str, **settings: Any) -> Any:
        layer = getattr(tf.keras.layers, name)(**settings)
        return layer(tf.constant(IMAGE[None, ..., None]), training=True)[0, ..., 0]

    turn = {"factor": (0.25, 0.25), "interpolation": "nearest"}
    return {
        "library": lambda: f"Keras {tf.keras.__version__}",
        "datasets": {"that_fetch_their_files": fetching, "imagenet": imagenet, "mnist": mnist},
        "model_gives": model,
        "crop_is_a_window": lambda: is_window(transformed("RandomCrop", height=20, width=20)),
        "quarter_turn_off_by": lambda: far(transformed("RandomRotation", **turn), np.rot90(IMAGE)),
        "normalised_off_by": lambda: far(
            tf.keras.layers.Normalization(mean=MEAN, variance=DEVIATION**2)(IMAGE[..., None])[..., 0], NORMALISED
        ),
    }
