"""Which generators the random numbers come from, found by drawing the same numbers outside the framework.

A generator is named by what it computes. So the first hundred numbers that each framework draws on the processor are
compared, bit for bit, with those of the Mersenne Twister (MT19937) and of PCG64 by NumPy, and of Philox4x32-10 and
Threefry2x32-20 written out below: the numbers of the plain call after the global seed was set, and those of a generator
object. TensorFlow is also asked for Threefry by name, outside and inside a function compiled by XLA: the comparison
recognises it where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Where the random numbers come from"
SUBJECT = "randomness"

COUNT = 100
WORD = 0xFFFFFFFF


def philox(counter: int, key: int) -> list[int]:
    """Philox4x32-10: ten rounds over a counter of 128 bits, under a key of 64."""
    words: list[int] = []
    for step in range(COUNT // 4):
        c0, c1, c2, c3 = ((counter + step) >> shift & WORD for shift in (0, 32, 64, 96))
        k0, k1 = key & WORD, key >> 32 & WORD
        for _ in range(10):
            a, b = 0xD2511F53 * c0, 0xCD9E8D57 * c2
            c0, c1, c2, c3 = b >> 32 ^ c1 ^ k0, b & WORD, a >> 32 ^ c3 ^ k1, a & WORD
            k0, k1 = k0 + 0x9E3779B9 & WORD, k1 + 0xBB67AE85 & WORD
        words += [c0, c1, c2, c3]
    return words


def threefry(counter: int, key: int) -> list[int]:
    """Threefry2x32-20: five times four rounds over a counter of 64 bits, under a key of 64."""
    words: list[int] = []
    keys = (key & WORD, key >> 32 & WORD, key & WORD ^ key >> 32 & WORD ^ 0x1BD11BDA)
    for step in range(COUNT // 2):
        x, y = (counter + step & WORD) + keys[0] & WORD, ((counter + step) >> 32) + keys[1] & WORD
        for block in range(5):
            for turn in ((13, 15, 26, 6), (17, 29, 16, 24))[block % 2]:
                x = x + y & WORD
                y = (y << turn | y >> 32 - turn) & WORD ^ x
            x = x + keys[(block + 1) % 3] & WORD
            y = y + keys[(block + 2) % 3] + block + 1 & WORD
        words += [x, y]
    return words


def candidates(seed: int, counter: int, key: int) -> dict[str, Any]:
    """The first 32-bit words of each generator."""
    return {
        "MT19937": np.random.RandomState(seed).randint(0, 2**32, COUNT, dtype=np.uint32),
        "PCG64": np.random.Generator(np.random.PCG64(seed)).integers(0, 2**32, COUNT, dtype=np.uint32),
        "PCG64DXSM": np.random.Generator(np.random.PCG64DXSM(seed)).integers(0, 2**32, COUNT, dtype=np.uint32),
        "Philox4x32-10": np.array(philox(counter, key), dtype=np.uint32),
        "Threefry2x32-20": np.array(threefry(counter, key), dtype=np.uint32),
    }


def recognised(numbers: Any, words: Mapping[str, Any], bits: int) -> dict[str, Any]:
    """The generators whose words, by their lower or their upper bits, are these numbers from 0 to 1."""
    found = [
        name
        for name, word in words.items()
        if any(np.array_equal(numbers, part / 2**bits) for part in (word & (2**bits - 1), word >> (32 - bits)))
    ]
    return {"as": found, "first_three": [float(number) for number in numbers[:3]], "compared": len(numbers)}


def pytorch() -> Observation:
    """Draw from torch.rand and torch.Generator: 24 bits a number."""
    import torch

    def plain() -> dict[str, Any]:
        torch.manual_seed(1)
        return recognised(torch.rand(COUNT).numpy(), candidates(seed=1, counter=0, key=1), bits=24)

    def generator_object() -> dict[str, Any]:
        generator = torch.Generator().manual_seed(1)
        return recognised(torch.rand(COUNT, generator=generator).numpy(), candidates(1, counter=0, key=1), bits=24)

    return {
        "plain_call": plain,
        "generator_object": generator_object,
        "threefry_by_name": None,
        "threefry_by_name_compiled": None,
    }


def tensorflow() -> Observation:
    """Draw from tf.random.uniform and tf.random.Generator: 23 bits a number."""
    import tensorflow as tf

    def plain() -> dict[str, Any]:
        tf.random.set_seed(1)
        with tf.device("CPU:0"):
            numbers = tf.random.uniform([COUNT], seed=5).numpy()
        return recognised(numbers, candidates(seed=1, counter=5 << 64, key=1), bits=23)

    def generator_object(alg: str | None = None, compiled: bool = False) -> dict[str, Any]:
        with tf.device("CPU:0"):
            generator = tf.random.Generator.from_seed(1, alg=alg)
            *counter, key = (int(part) for part in generator.state.numpy())
            numbers = tf.function(lambda: generator.uniform([COUNT]), jit_compile=compiled)().numpy()
        return recognised(numbers, candidates(1, sum(c << 64 * i for i, c in enumerate(counter)), key), bits=23)

    return {
        "plain_call": plain,
        "generator_object": generator_object,
        "threefry_by_name": lambda: generator_object("threefry"),
        "threefry_by_name_compiled": lambda: generator_object("threefry", compiled=True),
    }
