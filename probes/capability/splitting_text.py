"""Texts split and processed in six ways inside an input pipeline, in batches of unequal length.

Each way is compared with the result written out by hand. TensorFlow's pipeline is traced: every way is put together
from operations on string tensors, those of `tf.strings` and Keras's StringLookup, and becomes part of the graph; the
separate package for text is not used. PyTorch has no operations on text: there Python's own functions make the batches
of a DataLoader, as lists. Look at the expressions: how finely a text is split is in the programmer's hand in both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

from probes.kit.observing import Observation, raised

TITLE = "Splitting and processing text"
SUBJECT = "media"

TEXTS = ["Don't stop!", "Ça va, Zoë? Ça va!"]
WORDS = ["ça", "va"]
EXPECTED: Mapping[str, list[list[Any]]] = {
    "at spaces": [["Don't", "stop!"], ["Ça", "va,", "Zoë?", "Ça", "va!"]],
    "into characters": [list(TEXTS[0]), list(TEXTS[1])],
    "punctuation apart": [["Don't", "stop", "!"], ["Ça", "va", ",", "Zoë", "?", "Ça", "va", "!"]],
    "lower case without punctuation": [["dont", "stop"], ["ça", "va", "zoë", "ça", "va"]],
    "pairs of words": [["Don't stop!"], ["Ça va,", "va, Zoë?", "Zoë? Ça", "Ça va!"]],
    "numbers of known words": [[0, 0], [1, 2, 0, 1, 2]],
}


def right(batch: Callable[[Any], Any], ways: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """Which ways give the expected batch, and what the others give."""
    made: dict[str, Any] = {}

    def make(name: str) -> None:
        made[name] = batch(ways[name])

    for name in ways:
        if error := raised(partial(make, name)):
            made[name] = error["type"]
    fits = [name for name in ways if made[name] == EXPECTED[name]]
    others = {name: made[name] for name in ways if name not in fits}
    return {"count": len(fits), "of": len(EXPECTED), "right": fits, "others": others}


def pytorch() -> Observation:
    """Let Python's functions make the batches of a DataLoader; a way is a function of one text."""
    from torch.utils.data import DataLoader

    def batch(way: Callable[[str], list[Any]]) -> Any:
        return next(iter(DataLoader(TEXTS, batch_size=2, collate_fn=lambda texts: [way(text) for text in texts])))

    def plain(text: str) -> list[str]:
        return re.sub(r"[^\w\s]", "", text.lower()).split()

    def pairs(text: str) -> list[str]:
        words = text.split()
        return [" ".join(pair) for pair in pairwise(words)]

    numbers = {word: number for number, word in enumerate(WORDS, start=1)}
    ways: Mapping[str, Callable[[str], list[Any]]] = {
        "at spaces": str.split,
        "into characters": list,
        "punctuation apart": lambda text: re.findall(r"[\w']+|[^\w\s]", text),
        "lower case without punctuation": plain,
        "pairs of words": pairs,
        "numbers of known words": lambda text: [numbers.get(word, 0) for word in plain(text)],
    }
    return {"in_pipeline": lambda: right(batch, ways)}


def tensorflow() -> Observation:
    """Map operations on string tensors over a dataset; a way is a function of a batch of texts."""
    import tensorflow as tf

    def batch(way: Callable[[Any], Any]) -> Any:
        rows = next(iter(tf.data.Dataset.from_tensor_slices(TEXTS).batch(2).map(way))).to_list()
        return [[part.decode() if isinstance(part, bytes) else part for part in row] for row in rows]

    def plain(texts: Any) -> Any:
        return tf.strings.split(tf.strings.regex_replace(tf.strings.lower(texts, "utf-8"), r"[^\pL\s]", ""))

    def numbers(texts: Any) -> Any:
        return tf.keras.layers.StringLookup(vocabulary=WORDS)(plain(texts))

    ways: Mapping[str, Callable[[Any], Any]] = {
        "at spaces": lambda texts: tf.strings.split(texts),
        "into characters": lambda texts: tf.strings.unicode_split(texts, "UTF-8"),
        "punctuation apart": lambda texts: tf.strings.split(tf.strings.regex_replace(texts, r"([^\pL'\s])", r" \1 ")),
        "lower case without punctuation": plain,
        "pairs of words": lambda texts: tf.strings.ngrams(tf.strings.split(texts), 2),
        "numbers of known words": numbers,
    }
    return {"in_pipeline": lambda: right(batch, ways)}
