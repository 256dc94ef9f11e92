"""The order of the elements: as they come, shuffled as a whole, or through a buffer.

Neither shuffles unless asked to. A DataLoader with `shuffle=True` draws a new order of all indices for each epoch. A
`tf.data.Dataset` is read in sequence, so its shuffle() picks from a buffer whose size has to be given. The largest jump
is by how many places any of the numbers 0 to 999 comes too early: with a buffer of 3 it is at most 2, and only a
buffer as large as the data lets any of them come first. Seeds make either order repeatable, epoch by epoch.
"""

from __future__ import annotations

import inspect
from typing import Any

from probes.kit.observing import Observation, raised

TITLE = "Shuffling, and its buffer"
SUBJECT = "data"

NUMBERS = range(1000)


def largest_jump(order: list[int]) -> int:
    """By how many places an element comes too early, at most."""
    return max(number - place for place, number in enumerate(order))


def pytorch() -> Observation:
    """Read the numbers through a DataLoader, in order and shuffled."""
    import torch
    from torch.utils.data import DataLoader

    def order(loader: Any) -> list[int]:
        return [int(number) for batch in loader for number in batch]

    def shuffled(seed: int) -> Any:
        return DataLoader(NUMBERS, batch_size=100, shuffle=True, generator=torch.Generator().manual_seed(seed))

    first, again = shuffled(7), shuffled(7)
    epochs = [order(first), order(first)]
    return {
        "default": str(inspect.signature(DataLoader).parameters["shuffle"].default),
        "in_order_by_default": order(DataLoader(NUMBERS, batch_size=100)) == list(NUMBERS),
        "first_five": epochs[0][:5],
        "each_comes_once": sorted(epochs[0]) == list(NUMBERS),
        "error_without_buffer_size": raised(lambda: DataLoader(NUMBERS, shuffle=True)),
        "largest_jump": {"buffer of 3": None, "buffer of 1000": None, "no buffer": largest_jump(epochs[0])},
        "new_order_in_second_epoch": epochs[0] != epochs[1],
        "seed_repeats_both_epochs": [order(again), order(again)] == epochs,
        "other_seed_other_order": order(shuffled(8)) != epochs[0],
    }


def tensorflow() -> Observation:
    """Read the numbers through a tf.data.Dataset, in order and shuffled."""
    import tensorflow as tf

    numbers = tf.data.Dataset.from_tensor_slices(list(NUMBERS))

    def order(dataset: Any) -> list[int]:
        return [int(number) for number in dataset]

    def shuffled(seed: int) -> Any:
        return numbers.shuffle(buffer_size=1000, seed=seed)

    first, again = shuffled(7), shuffled(7)
    epochs = [order(first), order(first)]
    return {
        "default": None,
        "in_order_by_default": order(numbers) == list(NUMBERS),
        "first_five": epochs[0][:5],
        "each_comes_once": sorted(epochs[0]) == list(NUMBERS),
        "error_without_buffer_size": raised(lambda: numbers.shuffle()),
        "largest_jump": {
            "buffer of 3": largest_jump(order(numbers.shuffle(buffer_size=3, seed=7))),
            "buffer of 1000": largest_jump(epochs[0]),
            "no buffer": None,
        },
        "new_order_in_second_epoch": epochs[0] != epochs[1],
        "seed_repeats_both_epochs": [order(again), order(again)] == epochs,
        "other_seed_other_order": order(shuffled(8)) != epochs[0],
    }
