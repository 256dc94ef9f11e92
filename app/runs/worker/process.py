"""One worker process, seen from outside: started, asked, watched, and ended with everything that it started."""

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

from app.knowledge.models import Framework
from app.runs.models import Device, Failure, FailureReason
from app.runs.worker.environment import worker_environment
from app.runs.worker.failures import Cancelled, HalfFailed, by_exception, by_signal
from app.runs.worker.footprint import Scale
from app.runs.worker.host import Host
from app.runs.worker.inbox import Flooded, PipeClosed
from app.runs.worker.killing import kill_descendants, kill_group, kill_tree
from app.runs.worker.launch import launch

TICK_SECONDS = 0.2
"""How often cancelling, the deadline and what it takes are looked at while a reply is awaited."""

END_SECONDS = 1.0
"""How long a process may take to end after it has closed its pipe."""

START_SECONDS = 60.0
"""How long a process may take until it answers for the first time."""

Reply = dict[str, Any]


class Worker:
    """A worker process. Ask it one thing at a time; use it as a context so that it ends.

    Raises (from every method that talks to it):
        HalfFailed: it gave no result; says which of the many ways it was.
        Cancelled: the run is to end.
    """

    def __init__(
        self, host: Host, framework: Framework, name: str, cores: Sequence[int] | None, device: Device
    ) -> None:
        self._host, self._framework, self._limits = host, framework, host.limits
        self._child: int | None = None
        self._seconds = START_SECONDS
        self._scratch = host.scratch / name
        self._scratch.mkdir(parents=True, exist_ok=True)
        bounds = self._limits.of_the_kernel(device)
        self.started = time.perf_counter()
        interpreter, environment = host.interpreters[framework], worker_environment(self._scratch, host.owner, host.run)
        self._process, self._commands, self._inbox = launch(interpreter, self._scratch, environment)
        self._scale = Scale(self.pid, self._scratch, self._limits.scratch_seconds)
        self._hello(cores, bounds)

    def _hello(self, cores: Sequence[int] | None, bounds: Mapping[str, int]) -> None:
        try:
            self.hello = self.ask(
                {
                    "framework": self._framework,
                    "parent": os.getpid(),
                    "cores": list(cores) if cores else None,
                    "limits": bounds,
                    "scratch": str(self._scratch),
                },
                START_SECONDS,
            )
        except HalfFailed as failed:
            self.end()
            raise HalfFailed(self._not_begun(failed.failure)) from None
        except BaseException:
            self.end()
            raise

    def _not_begun(self, failure: Failure) -> Failure:
        """The failure of a process that never was a worker: a program that ends at once is no Python that will do."""
        if failure.reason != "silent":
            return failure
        message = f"the interpreter {self._host.interpreters[self._framework]} started no worker: {failure.message}"
        return failure.model_copy(update={"reason": "unusable_interpreter", "message": message})

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def ask(self, command: Mapping[str, Any], seconds: float) -> Reply:
        """Send a command and wait for its reply, at most `seconds`."""
        self._send(self._bounded(command, seconds))
        return self._good(self._await(seconds))

    def _bounded(self, command: Mapping[str, Any], seconds: float) -> Reply:
        """A command with the processor time that it may take: a net under the deadline, should nobody watch that."""
        self._seconds = seconds
        return {**command, "processor_seconds": self._limits.processor_seconds(seconds)}

    def _send(self, command: Mapping[str, Any]) -> None:
        if self._host.cancelled.is_set():
            raise Cancelled
        try:
            self._commands.write(json.dumps(command).encode() + b"\n")
            self._commands.flush()
        except OSError:
            raise self._ended() from None

    def _good(self, reply: Reply) -> Reply:
        if "failed" in reply:
            raise HalfFailed(by_exception(reply["failed"], self._limits, self._seconds, self.printed()))
        return reply

    def ask_child(self, command: Mapping[str, Any], name: str, seconds: float) -> Reply:
        """Have a forked child carry a command out. Whatever becomes of the child, the worker goes on.

        Args:
            name: of the child's own folder.

        Raises:
            HalfFailed: the child gave no result; when the worker did not survive that, it is not `alive`.
        """
        self._inbox.forget_log()
        bounded = self._bounded(command, seconds)
        child = int(self.ask({"do": "fork", "command": bounded, "folder": name}, START_SECONDS)["pid"])
        self._child, self._seconds = child, seconds
        try:
            self._send({"do": "join"})
            answer = self._await(seconds)
            if not _tells_of_an_end(answer):
                self._await(END_SECONDS)
            return self._good(answer)
        finally:
            kill_group(child)
            kill_descendants(self.pid)  # what it has started, wherever that hides
            shutil.rmtree(self._scratch / name, ignore_errors=True)
            self._child = None

    def _await(self, seconds: float) -> Reply:
        began = watched = time.monotonic()
        while not self._inbox.has_reply:
            self._receive()
            if not self._inbox.has_reply and time.monotonic() - watched >= TICK_SECONDS / 2:
                self._watch(began + seconds, seconds)
                watched = time.monotonic()
        return self._parsed(self._inbox.take_reply())

    def _receive(self) -> None:
        try:
            self._inbox.receive(TICK_SECONDS)
        except PipeClosed:
            raise self._ended() from None
        except Flooded as error:
            raise self._failed("flooded", str(error)) from None

    def _parsed(self, line: bytes) -> Reply:
        try:
            reply = json.loads(line)
        except ValueError:
            reply = None
        if not isinstance(reply, dict):
            raise self._failed("silent", "the process sent something that is no reply")
        return reply

    def _watch(self, deadline: float, seconds: float) -> None:
        if self._host.cancelled.is_set():
            raise Cancelled
        if not self.alive:  # a child of its own may hold the pipe open
            raise self._ended()
        if time.monotonic() > deadline:
            raise self._failed("timed_out", f"no reply within {seconds:.0f} s")
        excess = self._limits.excess(self._scale.weigh())
        if excess is not None:
            raise self._failed(*excess)

    def _failed(self, reason: FailureReason, message: str) -> HalfFailed:
        if self._child is None or not self._ended_child(self._child):
            self.end()
        return HalfFailed(Failure(reason=reason, message=message, log=self.printed()))

    def _ended_child(self, child: int) -> bool:
        """End the child and take the worker's word that it has ended; False when the worker does not give it."""
        self._child = None
        kill_group(child)
        self._inbox.forget_half_a_reply()
        try:
            self._await(END_SECONDS)
        except HalfFailed:
            return False
        return True

    def _ended(self) -> HalfFailed:
        """The process ended by itself without a reply: by a signal, or silently."""
        status = self._own_end()
        kill_group(self.pid)
        self._inbox.drain()
        if status is None:
            return self._failed("silent", "the process closed its end of the pipe and lived on, without a result")
        if status >= 0:
            return self._failed("silent", f"the process ended with status {status} and without a result")
        return self._failed(*by_signal(-status, self._limits, self._seconds))

    def _own_end(self) -> int | None:
        """The status that the process ends with; None when it does not. Python closes its files before it ends."""
        try:
            return self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    def printed(self) -> str:
        """The end of the text that the process printed."""
        return self._inbox.printed()

    def end(self) -> None:
        """End the process and all that it has started, now, and remove its folder. Safe to call again."""
        if self.alive:
            kill_tree(self.pid)
        kill_group(self.pid)
        self._process.wait()
        self._inbox.close()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        shutil.rmtree(self._scratch, ignore_errors=True)


def _tells_of_an_end(reply: Reply) -> bool:
    """Whether it is the worker's word that its child has ended, and not the child's own answer."""
    return reply.get("done") == "join" or reply.get("failed", {}).get("type") in ("Signal", "Silent")
