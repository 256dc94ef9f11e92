"""Strings in tensors: TensorFlow has an element type for them, PyTorch leaves them to Python.

TensorFlow's string tensor holds bytes of any length. `tf.strings` changes case, splits, measures, joins and parses such
tensors, also inside an input pipeline; the words of each text come out as a ragged tensor. PyTorch refuses strings in
each of the three ways to make a tensor that are tried. There they stay in Python lists, which a DataLoader batches as
lists, and they enter a tensor only as codes, here those of UTF-8. `held_by` names the class that holds the strings.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Strings in tensors"
SUBJECT = "tensors"

TEXTS = ["Sparse tensors", "café"]
NUMBERS = ["1.5", "-2"]


def pytorch() -> Observation:
    """Try to make a string tensor, then do the work with Python's own strings."""
    import torch
    from torch.utils.data import DataLoader

    upper = [text.upper() for text in TEXTS]
    codes = torch.tensor(list(TEXTS[1].encode()), dtype=torch.uint8)
    batch = next(iter(DataLoader(TEXTS, batch_size=2, collate_fn=lambda texts: [text.upper() for text in texts])))
    return {
        "make_from": {
            "strings": raised(lambda: torch.tensor(TEXTS)),
            "bytes": raised(lambda: torch.tensor([text.encode() for text in TEXTS])),
            "array": raised(lambda: torch.from_numpy(np.array(TEXTS))),
        },
        "held_by": {"class": type(upper).__name__, "dtype": None, "element": type(upper[0]).__name__},
        "upper_case": upper,
        "words": [text.split() for text in TEXTS],
        "length_in_bytes": [len(text.encode()) for text in TEXTS],
        "length_in_characters": [len(text) for text in TEXTS],
        "joined": "; ".join(TEXTS),
        "is_cafe": [text == "café" for text in TEXTS],
        "parsed": torch.tensor([float(text) for text in NUMBERS]).tolist(),
        "codes": codes.tolist(),
        "back_from_codes": bytes(codes.tolist()).decode(),
        "in_pipeline": {"held_by": type(batch).__name__, "upper_case": batch},
    }


def tensorflow() -> Observation:
    """Make a string tensor, and work on it with tf.strings."""
    import tensorflow as tf

    def decoded(tensor: Any) -> list[str]:
        return [text.decode() for text in tensor.numpy()]

    texts = tf.constant(TEXTS)
    upper = tf.strings.upper(texts, encoding="utf-8")
    codes = tf.io.decode_raw(texts[1], tf.uint8)
    pipeline = tf.data.Dataset.from_tensor_slices(TEXTS).map(lambda text: tf.strings.upper(text, "utf-8")).batch(2)
    batch = next(iter(pipeline))
    return {
        "make_from": {
            "strings": raised(lambda: tf.constant(TEXTS)),
            "bytes": raised(lambda: tf.constant([text.encode() for text in TEXTS])),
            "array": raised(lambda: tf.constant(np.array(TEXTS))),
        },
        "held_by": {
            "class": type(upper).__name__,
            "dtype": upper.dtype.name,
            "element": type(upper[0].numpy()).__name__,
        },
        "upper_case": decoded(upper),
        "words": [decoded(words) for words in tf.strings.split(texts)],
        "length_in_bytes": tf.strings.length(texts).numpy().tolist(),
        "length_in_characters": tf.strings.length(texts, unit="UTF8_CHAR").numpy().tolist(),
        "joined": tf.strings.reduce_join(texts, separator="; ").numpy().decode(),
        "is_cafe": (texts == "café").numpy().tolist(),
        "parsed": tf.strings.to_number(NUMBERS).numpy().tolist(),
        "codes": codes.numpy().tolist(),
        "back_from_codes": bytes(codes.numpy().tolist()).decode(),
        "in_pipeline": {"held_by": type(batch).__name__, "upper_case": decoded(batch)},
    }
