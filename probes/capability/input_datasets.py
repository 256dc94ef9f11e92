"""Datasets from lists, arrays, dictionaries and generators, and what can be done with them.

PyTorch takes as a dataset whatever has a length and can be indexed, so a list is one as it stands; a DataLoader goes
through it. TensorFlow makes a `tf.data.Dataset` of the collection and chains transformations. `pipeline` doubles three
numbers and batches them by two; below it stand the elements that come out for each collection, or the error. Then
datasets are iterated over, indexed and measured. A PyTorch dataset of one's own that can be indexed without an end has
none in a for-loop either; a DataLoader stops at its length. Last come the names that each framework offers.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Datasets from any collection"
SUBJECT = "data"

NUMBERS, LABELS = [1.5, 2.5, 3.5], [0.0, 1.0, 0.0]


def squares() -> Iterator[float]:
    """The squares of the numbers, one after the other."""
    for number in NUMBERS:
        yield number**2


def plain(element: Any) -> Any:
    """An element as Python's numbers, in the same form."""
    if isinstance(element, dict):
        return {key: plain(part) for key, part in element.items()}
    return [plain(part) for part in element] if isinstance(element, (list, tuple)) else float(element)


def elements(dataset: Iterable[Any]) -> list[Any]:
    """Everything in a dataset, by a for-loop."""
    return [plain(element) for element in dataset]


def pytorch() -> Observation:
    """Go through collections with a DataLoader, and through datasets themselves."""
    import torch
    from torch.utils import data

    def doubled() -> Any:
        class Doubled(data.Dataset[float]):
            def __len__(self) -> int:
                return len(NUMBERS)

            def __getitem__(self, index: int) -> float:
                return 2 * (1.5 + index)

        return Doubled()

    def generated() -> Any:
        class Squares(data.IterableDataset[float]):
            def __iter__(self) -> Iterator[float]:
                return squares()

        return Squares()

    def loaded(dataset: Any) -> list[Any]:
        return elements(data.DataLoader(dataset, batch_size=None))

    def pairs() -> Any:
        return data.TensorDataset(torch.tensor(NUMBERS), torch.tensor(LABELS))

    def offered() -> list[str]:
        bases = data.Dataset, data.Sampler
        return [name for name in data.__all__ if inspect.isclass(c := getattr(data, name)) and issubclass(c, bases)]

    return {
        "pipeline": lambda: [batch.tolist() for batch in data.DataLoader(doubled(), batch_size=2)],
        "from": {
            "list": lambda: loaded(NUMBERS),
            "tuple": lambda: loaded(tuple(NUMBERS)),
            "array": lambda: loaded(np.array(NUMBERS)),
            "two collections": lambda: loaded(pairs()),
            "dictionary": lambda: loaded(data.StackDataset(x=NUMBERS, label=LABELS)),
            "set": lambda: loaded({1.5}),
            "generator": lambda: loaded(generated()),
        },
        "iterated": {
            "pairs": lambda: elements(pairs()),
            "generated": lambda: elements(generated()),
            "own_class_up_to_ten": lambda: elements(islice(iter(doubled()), 10)),
            "own_class_by_loader": lambda: loaded(doubled()),
        },
        "second": lambda: plain(pairs()[1]),
        "second_by_function": None,
        "length": lambda: len(pairs()),
        "length_of_generated": lambda: len(generated()),
        "offered": offered,
    }


def tensorflow() -> Observation:
    """Make a tf.data.Dataset of each collection, and go through it."""
    import tensorflow as tf

    def slices(collection: Any) -> Any:
        return tf.data.Dataset.from_tensor_slices(collection)

    def generated() -> Any:
        return tf.data.Dataset.from_generator(squares, output_signature=tf.TensorSpec((), tf.float32))

    def doubled() -> Any:
        return slices(NUMBERS).map(lambda number: 2 * number)

    def pairs() -> Any:
        return slices((NUMBERS, LABELS))

    def offered() -> list[str]:
        methods = inspect.getmembers(tf.data.Dataset, inspect.isfunction)
        signatures = {name: inspect.signature(method) for name, method in methods if not name.startswith("_")}
        return [name for name, signature in signatures.items() if signature.return_annotation == "DatasetV2"]

    return {
        "pipeline": lambda: [batch.numpy().tolist() for batch in doubled().batch(2)],
        "from": {
            "list": lambda: elements(slices(NUMBERS)),
            "tuple": lambda: elements(slices(tuple(NUMBERS))),
            "array": lambda: elements(slices(np.array(NUMBERS))),
            "two collections": lambda: elements(pairs()),
            "dictionary": lambda: elements(slices({"x": NUMBERS, "label": LABELS})),
            "set": lambda: elements(slices({1.5})),
            "generator": lambda: elements(generated()),
        },
        "iterated": {
            "pairs": lambda: elements(pairs()),
            "generated": lambda: elements(generated()),
            "own_class_up_to_ten": None,
            "own_class_by_loader": None,
        },
        "second": lambda: plain(pairs()[1]),
        "second_by_function": lambda: plain(tf.data.experimental.at(pairs(), 1)),
        "length": lambda: len(pairs()),
        "length_of_generated": lambda: len(generated()),
        "offered": offered,
    }
