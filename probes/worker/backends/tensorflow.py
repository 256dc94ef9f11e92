"""TensorFlow behind the worker's interface."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from probes.kit.task import Array, Function, Mode
from probes.worker.backends.base import Backend, DeviceMissing

UNKNOWN_L2_BYTES = 128 * 2**20
"""TensorFlow does not tell the size of a GPU's L2 cache; this is more than twice that of the largest known."""


class TensorFlow(Backend):
    name = "tensorflow"
    package = "tensorflow"

    def adopt(self, device: str) -> None:
        import tensorflow as tf

        self._tf, self._device = tf, device
        self._cold_bytes: Any = None

    def load(self, device: str, threads: int | None) -> None:
        self.adopt(device)
        self._check(device)
        tf = self._tf
        if threads is not None:
            tf.config.threading.set_intra_op_parallelism_threads(threads)
            tf.config.threading.set_inter_op_parallelism_threads(1)
        if device == "cpu":
            tf.config.set_visible_devices([], "GPU")
        for gpu in tf.config.get_visible_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
        # float32 means float32 in both frameworks
        tf.config.experimental.enable_tensor_float_32_execution(False)

    def _check(self, device: str) -> None:
        tf = self._tf
        if device == "mps":
            raise DeviceMissing("TensorFlow has no MPS device of its own")
        if device == "cuda" and not tf.config.list_physical_devices("GPU"):
            built = "with CUDA" if tf.test.is_built_with_cuda() else "without CUDA"
            raise DeviceMissing(f"TensorFlow {tf.__version__} (built {built}) sees no GPU")

    def version(self) -> str:
        return str(self._tf.__version__)

    def threads(self) -> int:
        import os

        return int(self._tf.config.threading.get_intra_op_parallelism_threads()) or os.cpu_count() or 1

    def tensor(self, array: Array, dtype: str | None) -> Any:
        with self.context(trains=False):
            tensor = self._tf.convert_to_tensor(array.copy())
            return self._tf.cast(tensor, dtype) if dtype and tensor.dtype.is_floating else tensor

    def array(self, tensor: Any) -> Array:
        if tensor.dtype in (self._tf.bfloat16, self._tf.float16):
            tensor = self._tf.cast(tensor, self._tf.float32)
        return np.asarray(tensor)

    def trace(self, function: Function, mode: Mode) -> Function:
        if mode == "eager":
            return function
        traced: Function = self._tf.function(function, jit_compile=True if mode == "compiled" else None)
        return traced

    def context(self, *, trains: bool) -> AbstractContextManager[Any]:  # noqa: ARG002 - only a tape records
        context: AbstractContextManager[Any] = self._tf.device("GPU:0" if self._device == "cuda" else "CPU:0")
        return context

    def synchronise(self) -> None:
        if self._device == "cuda":
            self._tf.test.experimental.sync_devices()

    def flush(self) -> None:
        if self._device != "cuda":
            return
        if self._cold_bytes is None:
            with self.context(trains=False):
                self._cold_bytes = self._tf.Variable(self._tf.zeros(UNKNOWN_L2_BYTES, dtype=self._tf.int8))
        self._cold_bytes.assign(self._tf.zeros_like(self._cold_bytes))
        self.synchronise()

    def matmul(self, n: int) -> Function:
        with self.context(trains=False):
            a = self._tf.ones((n, n))
        return lambda: self._tf.matmul(a, a)

    def device_peak_bytes(self) -> int | None:
        if self._device != "cuda":
            return None
        return int(self._tf.config.experimental.get_memory_info("GPU:0")["peak"])
