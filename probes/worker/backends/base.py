"""What the worker needs of a framework."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from probes.kit.task import Array, Function, Mode


class DeviceMissing(Exception):
    """The device that was asked for is not there; nothing is run on another instead."""


class Backend(ABC):
    """A framework, once `load` was called."""

    name: str
    package: str

    @abstractmethod
    def adopt(self, device: str) -> None:
        """Use the framework as it is, imported and perhaps in use already: nothing is set up."""

    @abstractmethod
    def load(self, device: str, threads: int | None) -> None:
        """Import the framework and set it up before any operation.

        Args:
            device: "cpu", "cuda" or "mps".
            threads: how many threads an operation may use; None leaves the framework's default.

        Raises:
            ImportError: it is not installed here.
            DeviceMissing: it does not see the device.
        """

    @abstractmethod
    def version(self) -> str: ...

    @abstractmethod
    def threads(self) -> int:
        """How many threads an operation may use, as the framework says."""

    @abstractmethod
    def tensor(self, array: Array, dtype: str | None) -> Any:
        """A tensor on the device with a copy of the array, cast to `dtype` if one is given."""

    @abstractmethod
    def array(self, tensor: Any) -> Array:
        """A tensor as NumPy array; half precisions as float32."""

    @abstractmethod
    def trace(self, function: Function, mode: Mode) -> Function:
        """The function as the mode runs it; see `Setting.traced`."""

    @abstractmethod
    def context(self, *, trains: bool) -> AbstractContextManager[Any]:
        """Where a half is built and run: on the device, and without recording gradients unless it trains."""

    @abstractmethod
    def synchronise(self) -> None:
        """Wait until the device has done all that was asked of it."""

    @abstractmethod
    def flush(self) -> None:
        """Push the device's last-level cache out, where the device is a GPU."""

    @abstractmethod
    def matmul(self, n: int) -> Function:
        """A function without arguments that multiplies two n x n float32 matrices on the device."""

    @abstractmethod
    def device_peak_bytes(self) -> int | None:
        """The most memory that tensors took on a GPU; None on a CPU, where the frameworks report 0."""

    def arrays(self, output: Any) -> list[Array]:
        """Everything in an output, in order: a tensor, or nested lists, tuples and dictionaries of them."""
        return [self._plain(leaf) for leaf in leaves(output)]

    def _plain(self, leaf: Any) -> Array:
        return np.asarray(leaf) if isinstance(leaf, (np.ndarray, np.generic, float, int, bool)) else self.array(leaf)


def leaves(output: Any) -> Iterable[Any]:
    """The leaves of nested lists, tuples and dictionaries, in order."""
    if isinstance(output, dict):
        for key in sorted(output):
            yield from leaves(output[key])
    elif isinstance(output, (list, tuple)):
        for part in output:
            yield from leaves(part)
    elif output is not None:
        yield output
