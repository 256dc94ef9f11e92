"""Processes that have the application imported already: a test that starts many of them saves more than a second each.

A forker imports the application and parses the shipped rules once, and forks for each program of a test. A process in
between ends at once, so that the program becomes a child of the test's process, which waits for it like for any other.
"""

import atexit
import ctypes
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import IO

FORKER = """
import functools, socket, sys
import app.cli.main, app.cli.probe, app.main, app.server.run
from app.knowledge import files, loader
from tests.support.server.forking import next_program
files.parse = functools.lru_cache(maxsize=64)(files.parse)
loader.load()
exec(next_program(socket.socket(fileno=int(sys.argv[1]))), {"__name__": "__main__"})
"""
MOST_BYTES = 2**17
PAUSE_S = 0.01
PR_SET_CHILD_SUBREAPER = 36


def next_program(tests: socket.socket) -> str:
    """Fork for every program that the tests send; returns in the forked process alone, with the program's code."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(tests, MOST_BYTES, 2)
        if not message:
            sys.exit()
        if between := os.fork():
            os.waitpid(between, 0)
            tests.send(b"it is yours")
            for descriptor in descriptors:
                os.close(descriptor)
            continue
        parent = os.getpid()
        if program := os.fork():
            tests.send(str(program).encode())
            os._exit(0)
        while os.getppid() == parent:
            time.sleep(0.001)
        tests.close()
        code, arguments, environment = json.loads(message)
        _become(arguments, environment, descriptors)
        return str(code)


def _become(arguments: list[str], environment: dict[str, str], descriptors: list[int]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, descriptor in enumerate(descriptors, start=1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.argv = ["-c", *arguments]
    tempfile.tempdir = None


class _Forker:
    """This process's forker; it ends with its connection."""

    def __init__(self) -> None:
        self.connection, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            self._process = subprocess.Popen(
                [sys.executable, "-c", FORKER, str(its.fileno())],
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
        atexit.register(self._end)

    def _end(self) -> None:
        self.connection.close()
        self._process.wait()

    def fork(self, message: bytes, *descriptors: int) -> int:
        """The id of the new process, a child of this one."""
        with _adopting():
            socket.send_fds(self.connection, [message], descriptors)
            program = int(self.connection.recv(MOST_BYTES))
            assert self.connection.recv(MOST_BYTES)
        return program


@cache
def _forker() -> _Forker:
    return _Forker()


@contextmanager
def _adopting() -> Iterator[None]:
    """Meanwhile, orphans among the descendants of this process become its children."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0)


class Forked:
    """A forked program, with as much of `subprocess.Popen` as tests need."""

    def __init__(
        self, code: str, arguments: Sequence[str], environment: Mapping[str, str], out: IO[bytes], errors: IO[bytes]
    ) -> None:
        message = json.dumps([code, list(arguments), dict(environment)]).encode()
        self.pid = _forker().fork(message, out.fileno(), errors.fileno())
        self.returncode: int | None = None
        self._waiting = threading.Lock()

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        with self._waiting:
            if self.returncode is None:
                ended, status = os.waitpid(self.pid, os.WNOHANG)
                self.returncode = os.waitstatus_to_exitcode(status) if ended else None
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status. Raises subprocess.TimeoutExpired when it does not end in time, in seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(PAUSE_S)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(9)


Program = subprocess.Popen[bytes] | Forked


def start_program(
    code: str, arguments: Sequence[str], environment: Mapping[str, str], out: IO[bytes], errors: IO[bytes]
) -> Program:
    """Start a program; without a fork where the system cannot give it to this process."""
    if sys.platform == "linux":
        return Forked(code, arguments, environment, out, errors)
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=out, stderr=errors, env=dict(environment))


def run_program(
    code: str, arguments: Sequence[str], environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        program = start_program(code, arguments, environment, out, errors)
        try:
            status = program.wait(timeout)
        finally:
            program.kill()
        texts = []
        for file in (out, errors):
            file.seek(0)
            texts.append(file.read().decode())
    return subprocess.CompletedProcess([*arguments], status, *texts)
