"""How much of the documentation each framework carries in its code.

For five areas it is counted how many public functions and classes have a docstring, how many have an example in it, and
how many words the middle one has; names without a docstring are listed. Documentation that stands only on a website is
not seen, and how good any of it is cannot be counted.
"""

from __future__ import annotations

import inspect
import re
import statistics
from typing import Any

from probes.kit.observing import Observation

TITLE = "Documented names"
SUBJECT = "libraries"

EXAMPLE = re.compile(r">>>|\bexamples?\b|\busage\b", re.IGNORECASE)


def documented(*modules: Any) -> Observation:
    """Count the docstrings of what is callable, each thing once, and those with an example."""
    found: dict[int, tuple[str, str]] = {}
    for module in modules:
        for name in getattr(module, "__all__", None) or dir(module):
            one = getattr(module, name)
            if not name.startswith("_") and callable(one):
                found.setdefault(id(one), (name, inspect.getdoc(one) or ""))
    texts = [text for _, text in found.values() if text]
    return {
        "names": len(found),
        "documented": len(texts),
        "with_example": sum(bool(EXAMPLE.search(text)) for text in texts),
        "words_of_the_middle_one": statistics.median(len(text.split()) for text in texts),
        "without": sorted(name for name, text in found.values() if not text),
    }


def pytorch() -> Observation:
    """Modules of torch; of those that say what is public, only that."""
    import torch

    return {
        "layers": lambda: documented(torch.nn),
        "functions_of_layers": lambda: documented(torch.nn.functional),
        "linear_algebra": lambda: documented(torch.linalg),
        "optimisers": lambda: documented(torch.optim, torch.optim.lr_scheduler),
        "data": lambda: documented(torch.utils.data),
    }


def tensorflow() -> Observation:
    """Modules of tf, and Keras's for layers and optimisers."""
    import keras
    import tensorflow as tf

    return {
        "layers": lambda: documented(keras.layers),
        "functions_of_layers": lambda: documented(tf.nn),
        "linear_algebra": lambda: documented(tf.linalg),
        "optimisers": lambda: documented(keras.optimizers, keras.optimizers.schedules),
        "data": lambda: documented(tf.data),
    }
