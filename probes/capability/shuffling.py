"""The order of the elements: as they come, shuffled as a whole, or through a buffer.

Neither shuffles unless asked to. A DataLoader with `shuffle=True` draws a new order of all indices for each epoch. A
`tf.data.Dataset` is read in sequence, so its shuffle() picks from a buffer whose size has to be given. The largest jump
is by how many places any of the numbers 0 to 999 comes too early: 0 where they come in order, at most 2 with a buffer
of 3, and only a buffer as large as the data lets any of them come first. Seeds make either order repeatable.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from probes.kit.observing import Observation, raised

TITLE = "Shuffling, and its buffer"
SUBJECT = "data"

NUMBERS = list(range(1000))


def largest_jump(order: list[int]) -> int:
    """By how many places an element comes too early, at most."""
    return max(number - place for place, number in enumerate(order))


def seeded(shuffled: Callable[[int], Any], order: Callable[[Any], list[int]]) -> Observation:
    """What two epochs of a shuffled dataset have in common with each other, and with those of the same seed."""
    first, again = shuffled(7), shuffled(7)
    epochs = [order(first), order(first)]
    return {
        "first_five": epochs[0][:5],
        "each_comes_once": sorted(epochs[0]) == NUMBERS,
        "new_order_in_second_epoch": epochs[0] != epochs[1],
        "seed_repeats_both_epochs": [order(again), order(again)] == epochs,
        "other_seed_other_order": order(shuffled(8)) != epochs[0],
    }


def pytorch() -> Observation:
    """Read the numbers through a DataLoader, in order and shuffled."""
    import torch
    from torch.utils import data

    def order(loader: Any) -> list[int]:
        return [int(number) for batch in loader for number in batch]

    def shuffled(seed: int) -> Any:
        return data.DataLoader(NUMBERS, batch_size=100, shuffle=True, generator=torch.Generator().manual_seed(seed))

    return {
        "default": lambda: str(inspect.signature(data.DataLoader).parameters["shuffle"].default),
        "error_without_buffer_size": lambda: raised(lambda: data.DataLoader(NUMBERS, shuffle=True)),
        "largest_jump": {
            "by default": lambda: largest_jump(order(data.DataLoader(NUMBERS, batch_size=100))),
            "shuffled": lambda: largest_jump(order(shuffled(7))),
            "buffer of 3": None,
        },
        "seeded": lambda: seeded(shuffled, order),
    }


def tensorflow() -> Observation:
    """Read the numbers through a tf.data.Dataset, in order and shuffled."""
    import tensorflow as tf

    numbers = tf.data.Dataset.from_tensor_slices(NUMBERS)

    def order(dataset: Any) -> list[int]:
        return [int(number) for number in dataset]

    def shuffled(seed: int, buffer: int = 1000) -> Any:
        return numbers.shuffle(buffer_size=buffer, seed=seed)

    return {
        "default": None,
        "error_without_buffer_size": lambda: raised(lambda: numbers.shuffle()),
        "largest_jump": {
            "by default": lambda: largest_jump(order(numbers)),
            "shuffled": lambda: largest_jump(order(shuffled(7))),
            "buffer of 3": lambda: largest_jump(order(shuffled(7, buffer=3))),
        },
        "seeded": lambda: seeded(shuffled, order),
    }
