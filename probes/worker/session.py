"""What a worker does with each command."""

from __future__ import annotations

import gc
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import settled
from probes.kit.task import Array, Function, Setting
from probes.worker import blocks
from probes.worker.backends import make_backend
from probes.worker.channel import Message
from probes.worker.checking import largest_difference, relative_error
from probes.worker.inspecting import describe_build
from probes.worker.limits import peak_resident_bytes
from probes.worker.probe import load_probe
from probes.worker.workload import Workload

BLAS_SIZE = 512


class Session:
    """The state of one worker: the framework, and the half that it runs.

    A command `name` is answered by the method `do_name` with what it returns.
    """

    def __init__(self, framework: str, scratch: Path) -> None:
        self._backend = make_backend(framework)
        self._framework, self._scratch, self._loaded = framework, scratch, False

    def perform(self, command: Message) -> Message:
        """Carry a command out: its "do" names it, the rest are its arguments."""
        arguments = {key: value for key, value in command.items() if key != "do"}
        result: Message = getattr(self, f"do_{command['do']}")(**arguments)
        return result

    def do_load(self, device: str, threads: int | None) -> Message:
        """Import the framework and set it up."""
        started = time.perf_counter()
        self._backend.load(device, threads)
        seconds = time.perf_counter() - started
        self._device, self._loaded = device, True
        return {
            "import_seconds": seconds,
            "version": self._backend.version(),
            "threads": self._backend.threads(),
        }

    def do_adopt(self) -> Message:
        """Import the framework and leave it as it comes."""
        self._backend.adopt("cpu")
        return {"version": self._backend.version()}

    def do_describe(self) -> Message:
        """Versions and build of the framework, and how fast its matrix product is here."""
        return {**describe_build(self._framework), "blas_gflops": self._gflops() if self._loaded else None}

    def _gflops(self) -> float:
        multiply = self._backend.matmul(BLAS_SIZE)
        times = []
        for _ in range(7):
            started = time.perf_counter()
            multiply()
            self._backend.synchronise()
            times.append(time.perf_counter() - started)
        return 2 * BLAS_SIZE**3 / statistics.median(times[2:]) / 1e9

    def do_observe(self, probe: str) -> Message:
        """The observation of a capability probe, and the version of the framework that it imported.

        Raises:
            AttributeError: the package has no version: it is no framework, and what it lacks says nothing of one.
        """
        observation = settled(load_probe(probe, self._framework).half())
        package = sys.modules.get(self._backend.package)
        return {
            "observation": observation,
            "version": None if package is None else str(package.__version__),
            "peak_rss_bytes": peak_resident_bytes(),
        }

    def do_build(self, probe: str, seed: int, variant: str, mode: Any) -> Message:
        """Build a timing probe's half and call it once."""
        gc.unfreeze()
        self._probe = load_probe(probe, self._framework)
        self._work = Workload(self._probe, self._backend, seed, variant, mode, self._device, self._scratch)
        build_seconds = self._work.build()
        started = time.perf_counter()
        self._first = self._work.first_outputs()
        self._backend.synchronise()
        return {
            "build_seconds": build_seconds,
            "first_seconds": time.perf_counter() - started,
            "operations": self._work.operations(),
        }

    def do_verify(self, share: str) -> Message:
        """Compare the first outputs with the reference, and share them with the other framework's worker."""
        return _shared(self._first, self._probe.expected(*self._work.first_inputs()), self._probe.tolerance, share)

    def do_compare(self, share: str) -> Message:
        """Compare the first outputs with those of the other framework's worker."""
        return _compared(self._first, _read_share(share))

    def do_compare_shares(self, shares: list[str]) -> Message:
        """Compare what two workers have shared; this one has run neither."""
        return _compared(_read_share(shares[1]), _read_share(shares[0]))

    def do_warm_up(self, seconds: float, limit: float) -> Message:
        return blocks.warm_up(self._work, self._backend, seconds, limit)

    @property
    def _by_losses(self) -> bool:
        return self._probe.trains and self._probe.reference is None

    def do_audit(self) -> Message:
        """Whether the step remembers results; a training step is checked by its losses instead."""
        return {"fault": None if self._by_losses else blocks.audit_memory(self._work, self._backend)}

    def do_block(self, round: int, count: int, extra: float = 0.0, cold: bool = False) -> Message:
        return blocks.block(self._work, self._backend, round, count, extra, cold)

    def do_singles(self, count: int) -> Message:
        return {"seconds": blocks.single_calls(self._work, self._backend, count)}

    def do_finish(self) -> Message:
        """What the half has to say beside its times, and the memory it took."""
        fault = blocks.audit_training(self._work) if self._by_losses else None
        observe = self._work.step.observe
        with self._work.context:
            observation = observe() if observe else None
        return {"observation": observation, "fault": fault, **self._memory()}

    def do_cold(self, probe: str, seed: int, variant: str, mode: Any, device: str, share: str) -> Message:
        """Run a half that is timed as a whole, in a process that has not imported its framework.

        Returns:
            at: the clock when it had its result; seconds: for the half alone; cpu: processor time since the start.
        """
        loaded = load_probe(probe, self._framework)
        backend = self._backend

        def trace(function: Function) -> Function:
            backend.adopt(device)  # the half has imported it by now
            return backend.trace(function, mode)

        weights = loaded.make_weights(seed, variant)
        setting = Setting(
            variant=variant,
            device=device,
            mode=mode,
            weights=weights,
            scratch=self._scratch,
            trace=trace,
        )
        started = time.perf_counter()
        value = loaded.half(setting)
        at, cpu = time.perf_counter(), time.process_time()
        backend.adopt(device)
        self._loaded = True
        return {
            "at": at,
            "seconds": at - started,
            "cpu": cpu,
            "version": backend.version(),
            "threads": backend.threads(),
            **_shared(backend.arrays(value), loaded.expected({}, weights, variant), loaded.tolerance, share),
            **self._memory(),
        }

    def _memory(self) -> Message:
        return {"peak_rss_bytes": peak_resident_bytes(), "peak_device_bytes": self._backend.device_peak_bytes()}


def _shared(found: list[Array], expected: list[Array] | None, tolerance: float, share: str) -> Message:
    """Write outputs where another worker finds them, and say how far they are from the reference, if there is one."""
    np.savez(share, *found)
    error = None if expected is None else relative_error(found, expected)
    return {"relative_error": _finite(error), "tolerance": tolerance}


def _read_share(share: str) -> list[Array]:
    with np.load(share, allow_pickle=False) as saved:
        return [saved[name] for name in saved.files]


def _compared(found: list[Array], others: list[Array]) -> Message:
    return {
        "relative_error": _finite(relative_error(found, others)),
        "max_abs_error": _finite(largest_difference(found, others)),
    }


def _finite(error: float | None) -> float | None:
    """JSON has no infinity; the largest float stands for results that cannot be compared at all."""
    return None if error is None else min(error, sys.float_info.max)
