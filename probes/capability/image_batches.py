"""Batches of images: loaded from files, and put together into one picture to look at.

Twelve small pictures are written as PNG files, loaded in order as one batch, and laid out in three rows of four. The
batch and the grid are compared with the same arrays in NumPy. TorchVision's ImageFolder and `make_grid` do this for
PyTorch. Keras loads a folder into batches; the grid is put together from the tensor, as there is no function for it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Batches of images"
SUBJECT = "media"

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 16, 16, 3), dtype=np.uint8)
GRID = np.concatenate([np.concatenate(list(row), axis=1) for row in IMAGES.reshape(3, 4, 16, 16, 3)])


def far(found: Any, exact: Any) -> float:
    """The largest difference of two arrays."""
    return float(np.abs(np.subtract(found, exact, dtype=np.float64)).max())


def write(save: Callable[[Any, Path], None]) -> None:
    """The pictures as files of one class, in the order of their names."""
    folder = Path("pictures", "one")
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(IMAGES):
        save(image, folder / f"{number:02}.png")


def pytorch() -> Observation:
    """TorchVision: ImageFolder, a DataLoader, and make_grid."""
    import torch
    from torch.utils.data import DataLoader

    def library() -> str:
        import torchvision

        return f"TorchVision {torchvision.__version__}"

    def loaded() -> Observation:
        from PIL import Image
        from torchvision.datasets import ImageFolder
        from torchvision.transforms import v2

        write(lambda image, path: Image.fromarray(image).save(path))
        as_tensor = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32)])
        batch, _ = next(iter(DataLoader(ImageFolder("pictures", as_tensor), batch_size=12)))
        return {"shape": list(batch.shape), "off_by": far(batch.permute(0, 2, 3, 1), IMAGES)}

    def grid() -> float:
        from torchvision.utils import make_grid

        batch = torch.from_numpy(IMAGES).permute(0, 3, 1, 2)
        return far(make_grid(batch, nrow=4, padding=0).permute(1, 2, 0), GRID)

    return {"library": library, "loaded": loaded, "grid_off_by": grid}


def tensorflow() -> Observation:
    """Keras: image_dataset_from_directory, and a grid by reshaping."""
    import tensorflow as tf

    def library() -> str:
        return f"Keras {tf.keras.__version__}"

    def loaded() -> Observation:
        write(lambda image, path: tf.io.write_file(str(path), tf.io.encode_png(image)))
        folder = tf.keras.utils.image_dataset_from_directory(
            "pictures", labels=None, batch_size=12, image_size=(16, 16), shuffle=False, verbose=False
        )
        batch = next(iter(folder))
        return {"shape": list(batch.shape), "off_by": far(batch, IMAGES)}

    def grid() -> float:
        rows = tf.reshape(IMAGES, [3, 4, 16, 16, 3])
        return far(tf.reshape(tf.transpose(rows, [0, 2, 1, 3, 4]), [48, 64, 3]), GRID)

    return {"library": library, "loaded": loaded, "grid_off_by": grid}
