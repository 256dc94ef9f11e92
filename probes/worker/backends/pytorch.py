"""PyTorch behind the worker's interface."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from probes.kit.task import Array, Function, Mode
from probes.worker.backends.base import Backend, DeviceMissing


class PyTorch(Backend):
    name = "pytorch"
    package = "torch"

    def adopt(self, device: str) -> None:
        import torch

        self._torch, self._device = torch, device
        self._cold_bytes: Any = None

    def load(self, device: str, threads: int | None) -> None:
        self.adopt(device)
        self._check(device)
        torch = self._torch
        if threads is not None:
            torch.set_num_threads(threads)
            torch.set_num_interop_threads(1)
        # float32 means float32 in both frameworks
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False

    def _check(self, device: str) -> None:
        torch = self._torch
        if device == "cuda" and not torch.cuda.is_available():
            built = torch.version.cuda or "without CUDA"
            raise DeviceMissing(f"PyTorch {torch.__version__} (built {built}) sees no CUDA device")
        if device == "mps" and not torch.backends.mps.is_available():
            raise DeviceMissing(f"PyTorch {torch.__version__} sees no MPS device")

    def version(self) -> str:
        return str(self._torch.__version__)

    def threads(self) -> int:
        return int(self._torch.get_num_threads())

    def tensor(self, array: Array, dtype: str | None) -> Any:
        tensor = self._torch.tensor(array, device=self._device)
        return tensor.to(getattr(self._torch, dtype)) if dtype and tensor.is_floating_point() else tensor

    def array(self, tensor: Any) -> Array:
        tensor = tensor.detach().cpu()
        if tensor.dtype in (self._torch.bfloat16, self._torch.float16):
            tensor = tensor.float()
        array: Array = tensor.numpy()
        return array

    def trace(self, function: Function, mode: Mode) -> Function:
        compiled: Function = self._torch.compile(function) if mode == "compiled" else function
        return compiled

    def context(self, *, trains: bool) -> AbstractContextManager[Any]:
        context: AbstractContextManager[Any] = self._torch.enable_grad() if trains else self._torch.inference_mode()
        return context

    def synchronise(self) -> None:
        if self._device != "cpu":
            getattr(self._torch, self._device).synchronize()

    def flush(self) -> None:
        if self._device != "cuda":
            return
        if self._cold_bytes is None:
            size = 2 * self._torch.cuda.get_device_properties(0).L2_cache_size
            self._cold_bytes = self._torch.empty(size, dtype=self._torch.int8, device="cuda")
        self._cold_bytes.zero_()
        self.synchronise()

    def matmul(self, n: int) -> Function:
        a = self._torch.ones((n, n), device=self._device)
        return lambda: a @ a

    def device_peak_bytes(self) -> int | None:
        return int(self._torch.cuda.max_memory_allocated()) if self._device == "cuda" else None
