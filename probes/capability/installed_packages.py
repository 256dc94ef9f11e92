"""The packages around each framework that the comparisons name, and which of them are installed.

For each package that one of the articles speaks of, or that has taken its place since, the installed version and the
state of development that it declares are asked of Python's packaging data, without importing it. A package that is not
installed says nothing: what is known of it has a date and stands with its claim.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, metadata

from probes.kit.observing import Observation

TITLE = "Installed packages"
SUBJECT = "libraries"


def described(package: str) -> Observation | None:
    """Version and declared state of development; None where the package is not installed."""
    try:
        told = metadata(package)
    except PackageNotFoundError:
        return None
    states = [line for line in told.get_all("Classifier") or [] if line.startswith("Development Status")]
    return {"version": told["Version"], "state": states[0].rpartition(" - ")[2] if states else None}


def pytorch() -> Observation:
    """PyTorch's version, and the packages named beside it."""
    import torch

    names = (
        "torchvision torchaudio torchtext torchcodec torchserve torchelastic torchcsprng executorch "
        "tensorboard onnx onnxruntime transformers huggingface-hub timm"
    )
    return {"framework": str(torch.__version__), "packages": {name: described(name) for name in names.split()}}


def tensorflow() -> Observation:
    """TensorFlow's version, and the packages named beside it."""
    import tensorflow as tf

    names = (
        "tensorflow-datasets tensorflow-hub tensorflow-text tensorflow-io tensorflow-addons tensorflowjs tfx "
        "tensorflow-serving-api tf-models-official keras keras-hub ai-edge-litert tensorboard"
    )
    return {"framework": tf.__version__, "packages": {name: described(name) for name in names.split()}}
