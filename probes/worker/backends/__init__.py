"""The two frameworks behind one small interface: the same file for each, to be read side by side."""

from __future__ import annotations

from probes.worker.backends.base import Backend


def make_backend(framework: str) -> Backend:
    """The backend of "pytorch" or "tensorflow". Imports nothing of the framework yet."""
    if framework == "pytorch":
        from probes.worker.backends.pytorch import PyTorch

        return PyTorch()
    from probes.worker.backends.tensorflow import TensorFlow

    return TensorFlow()
