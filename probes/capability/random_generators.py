"""Which generators the random numbers come from, reproduced outside the framework.

A generator is named by what it computes. So the numbers that each framework draws on the processor are compared, bit
for bit, with the Mersenne Twister (MT19937) of NumPy and with a Philox4x32-10 written out below: those of a generator
object, and those of the plain call after setting the global seed. TensorFlow is also asked for Threefry, outside and
inside a function compiled by XLA. The rest is about seeds: same seed, same numbers; another seed, other numbers; two
generator objects do not disturb each other; and a state that was kept can be returned to.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Where the random numbers come from"
SUBJECT = "randomness"

COUNT = 1000
WORD = 0xFFFFFFFF


def mersenne_twister(seed: int) -> Any:
    """The first 32-bit words of MT19937, by NumPy."""
    return np.random.RandomState(seed).randint(0, 2**32, size=COUNT, dtype=np.uint32)


def philox(counter: int, key: int) -> Any:
    """The first 32-bit words of Philox4x32-10: ten rounds over a counter of 128 bits, under a key of 64."""
    words: list[int] = []
    for step in range(COUNT // 4):
        c0, c1, c2, c3 = ((counter + step) >> shift & WORD for shift in (0, 32, 64, 96))
        k0, k1 = key & WORD, key >> 32 & WORD
        for _ in range(10):
            a, b = 0xD2511F53 * c0, 0xCD9E8D57 * c2
            c0, c1, c2, c3 = b >> 32 ^ c1 ^ k0, b & WORD, a >> 32 ^ c3 ^ k1, a & WORD
            k0, k1 = k0 + 0x9E3779B9 & WORD, k1 + 0xBB67AE85 & WORD
        words += [c0, c1, c2, c3]
    return np.array(words, dtype=np.uint32)


def fractions(words: Any, bits: int) -> list[float]:
    """The numbers from 0 to 1 that the lower bits of 32-bit words stand for."""
    return [float(word) for word in (words & (2**bits - 1)) / 2**bits]


def pytorch() -> Observation:
    """Draw from torch.Generator and torch.rand, and compare with both algorithms."""
    import torch

    def draw(generator: Any) -> list[float]:
        return torch.rand(COUNT, generator=generator).tolist()

    def new(seed: int) -> Any:
        return torch.Generator().manual_seed(seed)

    torch.manual_seed(1)
    plain = torch.rand(COUNT).tolist()
    seeded, other = new(1), new(2)
    first, _, second = draw(seeded), draw(other), draw(seeded)
    alone = new(1)
    state = alone.get_state()
    return {
        "algorithm_by_name": None,
        "first_three": first[:3],
        "generator_object": {
            "is_mt19937": first == fractions(mersenne_twister(1), bits=24),
            "is_philox4x32_10": first == fractions(philox(counter=1, key=0), bits=24),
        },
        "plain_call": {
            "is_mt19937": plain == fractions(mersenne_twister(1), bits=24),
            "is_philox4x32_10": plain == fractions(philox(counter=0, key=1), bits=24),
        },
        "threefry": None,
        "threefry_compiled": None,
        "same_seed_same_numbers": draw(new(1)) == first,
        "other_seed_other_numbers": draw(new(2)) != first,
        "undisturbed_by_another": [draw(alone), draw(alone)] == [first, second],
        "state_returned_to": draw(alone.set_state(state)) == first,
    }


def tensorflow() -> Observation:
    """Draw from tf.random.Generator and tf.random.uniform, and compare with both algorithms."""
    import tensorflow as tf

    def draw(generator: Any) -> list[float]:
        return generator.uniform([COUNT]).numpy().tolist()

    def new(seed: int) -> Any:
        return tf.random.Generator.from_seed(seed)

    def threefry(compiled: bool) -> list[float]:
        generator = tf.random.Generator.from_seed(1, alg="threefry")
        three = tf.function(lambda: generator.uniform([3]), jit_compile=compiled)
        return three().numpy().tolist()

    tf.random.set_seed(1)
    plain = tf.random.uniform([COUNT], seed=5).numpy().tolist()
    seeded, other = new(1), new(2)
    first, _, second = draw(seeded), draw(other), draw(seeded)
    alone = new(1)
    state = alone.state.numpy()
    counter, key = int(state[0]) | int(state[1]) << 64, int(state[2])
    return {
        "algorithm_by_name": tf.random.Algorithm(alone.algorithm).name,
        "first_three": first[:3],
        "generator_object": {
            "is_mt19937": first == fractions(mersenne_twister(1), bits=23),
            "is_philox4x32_10": first == fractions(philox(counter, key), bits=23),
        },
        "plain_call": {
            "is_mt19937": plain == fractions(mersenne_twister(1), bits=23),
            "is_philox4x32_10": plain == fractions(philox(counter=5 << 64, key=1), bits=23),
        },
        "threefry": raised(lambda: threefry(compiled=False)),
        "threefry_compiled": raised(lambda: threefry(compiled=True)) or threefry(compiled=True),
        "same_seed_same_numbers": draw(new(1)) == first,
        "other_seed_other_numbers": draw(new(2)) != first,
        "undisturbed_by_another": [draw(alone), draw(alone)] == [first, second],
        "state_returned_to": draw(tf.random.Generator.from_state(state, alg="philox")) == first,
    }
