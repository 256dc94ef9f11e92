"""What TensorFlow 2 set out to simplify: eager by default, Keras as its high-level interface, one name for a function.

Operations give their values at once; the same multiplication is shown with a placeholder and a session, as TensorFlow 1
had it. Keras is asked for as tf.keras, and for what TensorFlow declares that it needs. The names of both versions stand
side by side in the package, TensorFlow 1's as tf.compat.v1, so that they can be compared: `same_function_twice` counts
what stands in the first level and again, the very same object, in a part such as tf.math. PyTorch stands beside it.
"""

from __future__ import annotations

from importlib.metadata import packages_distributions, requires
from types import ModuleType
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "What TensorFlow 2 made simpler"
SUBJECT = "start"

ROW, COLUMN = [[2.0, 4.0, 6.0]], [[1.0], [3.0], [5.0]]
PRODUCT = np.multiply(ROW, COLUMN)


def off_by(found: Any) -> float:
    return float(np.abs(np.asarray(found) - PRODUCT).max())


def functions_of(space: ModuleType) -> dict[str, Any]:
    return {name: value for name, value in vars(space).items() if callable(value) and not name.startswith("_")}


def same_function_twice(space: ModuleType) -> list[str]:
    """Functions of the first level that stand in a part as well, under this name or another."""
    parts = [part for name, part in vars(space).items() if isinstance(part, ModuleType) and not name.startswith("_")]
    again = {id(function) for part in parts for function in functions_of(part).values()}
    return sorted(name for name, function in functions_of(space).items() if id(function) in again)


def pytorch() -> Observation:
    """Eager from the start, and torch.nn for models."""
    import torch

    return {
        "multiply": {
            "one_call": lambda: off_by(torch.mul(torch.tensor(ROW), torch.tensor(COLUMN))),
            "one_call_on_lists": lambda: off_by(torch.mul(ROW, COLUMN)),
            "placeholders_and_session": None,
        },
        "keras": None,
        "same_function_twice": None,
    }


def tensorflow() -> Observation:
    """tf.math.multiply(), and its like in TensorFlow 1; tf.keras; tf and tf.compat.v1."""
    import tensorflow as tf

    def by_session() -> float:
        v1 = tf.compat.v1
        with v1.Graph().as_default(), v1.Session() as session:
            x, y = v1.placeholder(tf.float32), v1.placeholder(tf.float32)
            return off_by(session.run(tf.math.multiply(x, y), {x: ROW, y: COLUMN}))

    def keras() -> Observation:
        import keras

        layer = tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
        needs = requires(packages_distributions()["tensorflow"][0]) or []
        return {
            "needed_by_tensorflow": ", ".join(need for need in needs if need.startswith("keras")),
            "is_the_package_keras": tf.keras.Model is keras.Model,
            "interfaces_beside_it": [name for name in ("contrib", "estimator", "layers") if hasattr(tf, name)],
            "sum_by_a_layer_off_by": abs(tf.keras.Sequential([layer])(np.array(ROW)).numpy().item() - np.sum(ROW)),
            "losses_of_tensorflow_are_its_own": tf.losses.MeanSquaredError is keras.losses.MeanSquaredError,
        }

    def twice() -> Observation:
        now, before = same_function_twice(tf), same_function_twice(tf.compat.v1)
        gone = [name for name in before if name not in dir(tf)]
        return {"in_version_1": len(before), "in_version_2": len(now), "no_longer_at_the_first_level": gone}

    return {
        "multiply": {
            "one_call": lambda: off_by(tf.math.multiply(tf.constant(ROW), tf.constant(COLUMN))),
            "one_call_on_lists": lambda: off_by(tf.math.multiply(ROW, COLUMN)),
            "placeholders_and_session": by_session,
        },
        "keras": keras,
        "same_function_twice": twice,
    }
