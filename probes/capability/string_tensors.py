"""Strings in tensors: TensorFlow has an element type for them, PyTorch leaves them to Python.

Texts, bytes and an array of texts are put in a tensor, which must give them back. `element_types` is every element type
that the framework names. TensorFlow's string tensor holds bytes of any length, and `tf.strings` computes with it, also
inside an input pipeline. In PyTorch strings stay in Python lists, which a DataLoader batches as lists, and they enter a
tensor only as codes, here those of UTF-8.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Strings in tensors"
SUBJECT = "tensors"

TEXTS = ["Sparse tensors", "café"]
NUMBERS = ["1.5", "-2"]


def pytorch() -> Observation:
    """Try to make a string tensor, then do the work with Python's own strings."""
    import torch
    from torch.utils.data import DataLoader

    def kept(tensor: Any) -> Any:
        return {"class": type(tensor).__name__, "dtype": str(tensor.dtype), "texts": tensor.tolist()}

    def codes() -> dict[str, Any]:
        numbers = torch.tensor(list(TEXTS[1].encode()), dtype=torch.uint8)
        return {"numbers": numbers.tolist(), "back": bytes(numbers.tolist()).decode()}

    def in_pipeline() -> dict[str, Any]:
        batch = next(iter(DataLoader(TEXTS, batch_size=2)))
        return {"held_by": type(batch).__name__, "upper_case": [text.upper() for text in batch]}

    return {
        "from_texts": lambda: kept(torch.tensor(TEXTS)),
        "from_bytes": lambda: kept(torch.tensor([text.encode() for text in TEXTS])),
        "from_array": lambda: kept(torch.from_numpy(np.array(TEXTS))),
        "element_types": sorted({str(one)[6:] for one in vars(torch).values() if isinstance(one, torch.dtype)}),
        "upper_case": [text.upper() for text in TEXTS],
        "length_in_bytes": [len(text.encode()) for text in TEXTS],
        "length_in_characters": [len(text) for text in TEXTS],
        "is_cafe": [text == "café" for text in TEXTS],
        "parsed": lambda: torch.tensor([float(text) for text in NUMBERS]).tolist(),
        "codes": codes,
        "in_pipeline": in_pipeline,
    }


def tensorflow() -> Observation:
    """Make a string tensor, and work on it with tf.strings."""
    import tensorflow as tf

    def decoded(tensor: Any) -> list[str]:
        return [text.decode() for text in tensor.numpy()]

    def kept(tensor: Any) -> Any:
        return {"class": type(tensor).__name__, "dtype": tensor.dtype.name, "texts": decoded(tensor)}

    def codes() -> dict[str, Any]:
        numbers = tf.io.decode_raw(TEXTS[1], tf.uint8).numpy().tolist()
        return {"numbers": numbers, "back": bytes(numbers).decode()}

    def in_pipeline() -> dict[str, Any]:
        texts = tf.data.Dataset.from_tensor_slices(TEXTS).map(lambda text: tf.strings.upper(text, "utf-8"))
        batch = next(iter(texts.batch(2)))
        return {"held_by": type(batch).__name__, "upper_case": decoded(batch)}

    return {
        "from_texts": lambda: kept(tf.constant(TEXTS)),
        "from_bytes": lambda: kept(tf.constant([text.encode() for text in TEXTS])),
        "from_array": lambda: kept(tf.constant(np.array(TEXTS))),
        "element_types": sorted({one.name for one in vars(tf.dtypes).values() if isinstance(one, tf.DType)}),
        "upper_case": lambda: decoded(tf.strings.upper(TEXTS, encoding="utf-8")),
        "length_in_bytes": lambda: tf.strings.length(TEXTS).numpy().tolist(),
        "length_in_characters": lambda: tf.strings.length(TEXTS, unit="UTF8_CHAR").numpy().tolist(),
        "is_cafe": lambda: (tf.constant(TEXTS) == "café").numpy().tolist(),
        "parsed": lambda: tf.strings.to_number(NUMBERS).numpy().tolist(),
        "codes": codes,
        "in_pipeline": in_pipeline,
    }
