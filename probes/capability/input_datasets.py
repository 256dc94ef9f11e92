"""Datasets from lists, arrays, dictionaries and generators, and what can be done with them.

PyTorch takes as a dataset whatever has a length and can be indexed, so a list is one as it stands; a DataLoader goes
through it. TensorFlow makes a `tf.data.Dataset` of the collection and chains transformations. For each collection the
result lists the elements that come out, or the error. Then it says whether a dataset can be iterated over, indexed and
measured, how a function is applied to each element (in PyTorch by a dataset of one's own), and which transformations
come with the framework: methods of the dataset in one, mostly classes in the other.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Datasets from any collection"
SUBJECT = "data"

NUMBERS, LABELS = [1.5, 2.5, 3.5], [0, 1, 0]


def squares() -> Iterator[float]:
    """The squares of the numbers, one after the other."""
    for number in NUMBERS:
        yield number**2


def outcome(action: Callable[[], Any]) -> Any:
    """What an action gives, or its error, without addresses in memory."""
    if error := raised(action):
        return {**error, "message": re.sub(r" at 0x\w+", "", error["message"])}
    return action()


def pytorch() -> Observation:
    """Go through collections with a DataLoader, and through two datasets of one's own."""
    import torch
    from torch.utils import data

    class Doubled(data.Dataset[float]):
        def __len__(self) -> int:
            return len(NUMBERS)

        def __getitem__(self, index: int) -> float:
            return 2 * NUMBERS[index]

    class Squares(data.IterableDataset[float]):
        def __iter__(self) -> Iterator[float]:
            return squares()

    def elements(dataset: Any) -> list[str]:
        return [str(element) for element in data.DataLoader(dataset, batch_size=None)]

    def public(base: Any) -> list[str]:
        return [name for name in data.__all__ if inspect.isclass(c := getattr(data, name)) and issubclass(c, base)]

    pairs = data.TensorDataset(torch.tensor(NUMBERS), torch.tensor(LABELS))
    return {
        "from": {
            "list": outcome(lambda: elements(NUMBERS)),
            "tuple": outcome(lambda: elements(tuple(NUMBERS))),
            "array": outcome(lambda: elements(np.array(NUMBERS))),
            "two collections": outcome(lambda: elements(pairs)),
            "dictionary": outcome(lambda: elements(data.StackDataset(x=NUMBERS, label=LABELS))),
            "set": outcome(lambda: elements({1.5})),
            "generator as it is": outcome(lambda: elements(squares())),
            "generator": outcome(lambda: elements(Squares())),
        },
        "iterated": [float(number) for number, _ in pairs],
        "second": outcome(lambda: str(pairs[1])),
        "second_by_function": None,
        "length": outcome(lambda: len(pairs)),
        "length_of_generator": outcome(lambda: len(Squares())),
        "mapped": outcome(lambda: elements(Doubled())),
        "transformations": {
            "methods": [name for name in dir(data.Dataset) if not name.startswith("_")],
            "datasets": public(data.Dataset),
            "samplers": public(data.Sampler),
            "methods_of_datapipes": sorted(name for name in data.IterDataPipe.functions if not name.startswith("_")),
        },
    }


def tensorflow() -> Observation:
    """Make a tf.data.Dataset of each collection, and go through it."""
    import tensorflow as tf

    slices = tf.data.Dataset.from_tensor_slices

    def elements(dataset: Any) -> list[str]:
        return [str(element) for element in dataset.as_numpy_iterator()]

    def is_transformation(method: Any) -> bool:
        signature = inspect.signature(method)
        return "self" in signature.parameters and signature.return_annotation == "DatasetV2"

    generated = tf.data.Dataset.from_generator(squares, output_signature=tf.TensorSpec((), tf.float32))
    pairs = slices((NUMBERS, LABELS))
    methods = inspect.getmembers(tf.data.Dataset, inspect.isfunction)
    return {
        "from": {
            "list": outcome(lambda: elements(slices(NUMBERS))),
            "tuple": outcome(lambda: elements(slices(tuple(NUMBERS)))),
            "array": outcome(lambda: elements(slices(np.array(NUMBERS)))),
            "two collections": outcome(lambda: elements(pairs)),
            "dictionary": outcome(lambda: elements(slices({"x": NUMBERS, "label": LABELS}))),
            "set": outcome(lambda: elements(slices({1.5}))),
            "generator as it is": outcome(lambda: elements(slices(squares()))),
            "generator": outcome(lambda: elements(generated)),
        },
        "iterated": [float(number) for number, _ in pairs],
        "second": outcome(lambda: str(pairs[1])),
        "second_by_function": str(tuple(part.numpy() for part in tf.data.experimental.at(pairs, 1))),
        "length": outcome(lambda: len(pairs)),
        "length_of_generator": outcome(lambda: len(generated)),
        "mapped": outcome(lambda: elements(slices(NUMBERS).map(lambda number: 2 * number))),
        "transformations": {
            "methods": [name for name, method in methods if name[0] != "_" and is_transformation(method)],
            "datasets": None,
            "samplers": None,
            "methods_of_datapipes": None,
        },
    }
