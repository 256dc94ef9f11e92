"""What a text library contains, by the names of its classes and functions.

The public classes and functions of TensorFlow Text and of TorchText, and of their public modules, are searched for
names that speak of splitting text, of classifying it and of generating it. That a search finds the tokenisers shows
that it finds what is there; to classify or to generate is left to models that are built with the framework.
"""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import Any

from probes.kit.observing import Observation

TITLE = "Text libraries: what they contain"
SUBJECT = "media"


def public_names(library: Any) -> set[str]:
    """The names of the classes and functions of a library and of its public modules."""
    parts = [part for name, part in vars(library).items() if isinstance(part, ModuleType) and not name.startswith("_")]
    modules = [library, *(part for part in parts if part.__name__.startswith(library.__name__))]
    tools = [name for module in modules for name, one in vars(module).items() if isinstance(one, (type, FunctionType))]
    return {name for name in tools if not name.startswith("_")}


def found(names: set[str], *words: str) -> Observation:
    """The names in which one of some words stands."""
    matches = sorted(name for name in names if any(word in name.lower() for word in words))
    return {"count": len(matches), "names": matches}


def contents(names: set[str]) -> Observation:
    """What is found among the names of a library."""
    return {
        "searched": len(names),
        "that_split": found(names, "tokeniz", "split"),
        "that_classify": found(names, "classif", "predict", "sentiment"),
        "that_generate": found(names, "generat", "beam", "sampl"),
    }


def pytorch() -> Observation:
    """TorchText."""

    def searched() -> Observation:
        import torchtext

        return {"library": f"TorchText {torchtext.__version__}", **contents(public_names(torchtext))}

    return {"text_library": searched}


def tensorflow() -> Observation:
    """TensorFlow Text."""

    def searched() -> Observation:
        import tensorflow_text as tf_text

        return {"library": f"TensorFlow Text {tf_text.__version__}", **contents(public_names(tf_text))}

    return {"text_library": searched}
