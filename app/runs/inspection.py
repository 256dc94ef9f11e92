"""What both interpreters have, asked of them in processes of their own and remembered."""

import asyncio
import contextlib
import os
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.knowledge.models import FRAMEWORKS, NAMES, Framework
from app.machine.description import describe_machine
from app.machine.models import Machine
from app.runs.models import Device, Failure
from app.runs.worker.failures import Cancelled, HalfFailed
from app.runs.worker.host import Host
from app.runs.worker.limits import WorkerLimits
from app.runs.worker.process import Worker
from app.runs.worker.scratch import scratch_folder

SECONDS = 120.0
SETTLE_SECONDS = 10.0


@dataclass(frozen=True)
class Installed:
    """What an interpreter has of a framework: `facts` (see `probes.worker.inspecting`), or why it has nothing."""

    framework: Framework
    facts: Mapping[str, Any] | None
    failure: Failure | None

    @property
    def devices(self) -> tuple[Device, ...]:
        return tuple(self.facts["devices"]) if self.facts else ()


@dataclass
class Inspection:
    """Asks once; the answer is kept until the service ends."""

    interpreters: Mapping[Framework, str]
    owner: str
    limits: WorkerLimits
    scratch: Path
    _found: tuple[Installed, ...] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _task: "asyncio.Task[None] | None" = None

    def begin(self) -> None:
        """Ask in the background, so that the answer is there when somebody wants it."""
        self._task = asyncio.create_task(self._ahead(), name="inspection")

    async def settle(self) -> None:
        """Wait, once and not for long, for what is asked in the background: it would disturb what is timed."""
        task, self._task = self._task, None
        if task is not None:
            await asyncio.wait({task}, timeout=SETTLE_SECONDS)

    async def _ahead(self) -> None:
        with contextlib.suppress(Cancelled):
            await self.frameworks()

    def stop_soon(self) -> None:
        """End what is asked; may be called from a signal handler."""
        self._cancelled.set()

    async def machine(self) -> Machine:
        """This computer, as it is now."""
        return await asyncio.to_thread(describe_machine)

    async def frameworks(self) -> tuple[Installed, ...]:
        """Both frameworks. The first call starts two processes and takes some seconds.

        Raises:
            Cancelled: the service ends.
        """
        return self._found if self._found is not None else await asyncio.to_thread(self.ask)

    def ask(self) -> tuple[Installed, ...]:
        """The same, blocking."""
        with self._lock:
            if self._found is None:
                with scratch_folder(self.scratch / f"inspect-{os.getpid()}-{secrets.token_hex(4)}") as folder:
                    host = Host(self.interpreters, folder, self.owner, "inspect", self.limits, self._cancelled)
                    self._found = tuple(_inspect(host, framework) for framework in FRAMEWORKS)
            return self._found


def _inspect(host: Host, framework: Framework) -> Installed:
    try:
        with Worker(host, framework, framework, None, "cuda") as worker:
            facts = worker.ask({"do": "describe"}, SECONDS)
    except HalfFailed as failed:  # the page of a failed run has the traceback; of an absent package its name is enough
        return Installed(framework, None, failed.failure.model_copy(update={"traceback": None}))
    return Installed(framework, {key: value for key, value in facts.items() if key != "done"}, None)


def why_no_device(device: Device, installed: tuple[Installed, ...]) -> str | None:
    """Why nothing can run on a device here; None when at least one framework sees it."""
    if any(device in one.devices for one in installed):
        return None
    seen = [f"{NAMES[one.framework]} {_sees(one)}" for one in installed]
    return f"this server has no {device} device: {', '.join(seen)}"


def _sees(installed: Installed) -> str:
    return f"sees {', '.join(installed.devices)}" if installed.facts else "is not installed"
