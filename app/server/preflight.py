"""Checks before the service starts: settings that cannot work, and variables that are no settings."""

import contextlib
import errno
import os
import re
import resource
import shutil
import socket
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from app.errors import UnusableSetting
from app.settings import PREFIX, Settings

INJECTED = re.compile(r"TIEBREAK_(SERVICE_(HOST|PORT)|PORT)(_\w+)?$")
"""Variables that Kubernetes gives every container when a Kubernetes service is named `tiebreak`."""

OTHER_FILES = 256
"""Open files other than connections: the database, workers and their pipes, served files."""


def check_start(settings: Settings, host: str, port: int) -> None:
    """Raises UnusableSetting, naming every setting that the service cannot start with."""
    faults = [*_unusable_interpreters(settings), *_unusable_port(host, port)]
    if faults:
        raise UnusableSetting("; ".join(faults))


def _unusable_interpreters(settings: Settings) -> Iterator[str]:
    """At the start only: if an interpreter vanishes later, the half of a run that needs it fails with that reason."""
    for framework, interpreter in settings.interpreters.items():
        if shutil.which(interpreter) is None:
            yield f"{PREFIX}{framework.upper()}_PYTHON: {interpreter} is not an executable program"


def _unusable_port(host: str, port: int) -> Iterator[str]:
    """Whether the port is free. uvicorn would find out too, but only after everything else has started."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        yield f"--host: {host} is not an address of this machine: {error.strerror}"
        return
    faults = [(address[0], _fault_of_binding(family, address)) for family, *_, address in found]
    taken = [(at, fault) for at, fault in faults if fault == errno.EADDRINUSE]
    if all(fault for _, fault in faults) or taken:  # a name may have addresses that this machine does not have
        at, fault = taken[0] if taken else faults[0]
        reason = "is in use by another program" if taken else f"cannot be listened on: {os.strerror(fault)}"
        yield f"--port: {port} on {at} {reason}"


def _fault_of_binding(family: int, address: tuple[Any, ...]) -> int:
    """The error number of an attempt to listen there; 0 if it succeeds."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:  # like asyncio, which leaves the port of all IPv4 addresses to others
                attempt.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            attempt.bind(address)
    except OSError as error:
        return error.errno or errno.EADDRNOTAVAIL
    return 0


def room_for(connections: int) -> int:
    """How many connections the system allows this process, at most `connections`.

    Raises the limit of open files as far as needed: its usual value is below the default number of connections.
    """
    needed = connections + OTHER_FILES
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if now != resource.RLIM_INFINITY and now < needed:
        more = needed if most == resource.RLIM_INFINITY else min(needed, most)
        with contextlib.suppress(ValueError, OSError):  # some systems have a lower limit than they report
            resource.setrlimit(resource.RLIMIT_NOFILE, (more, most))
            now = more
    return connections if now == resource.RLIM_INFINITY else max(1, min(connections, now - OTHER_FILES))


def warnings(settings: Settings, environment: Iterable[str] = os.environ) -> Iterator[str]:
    """Warnings about variables that look like settings and are none."""
    known = [field.upper() for field in type(settings).model_fields]
    for name in sorted(environment):
        setting = name.upper().removeprefix(PREFIX)
        if setting != name.upper() and setting not in known and not INJECTED.match(name):
            near = get_close_matches(setting, known, n=1)
            yield f"there is no setting {name}{f'; did you mean {PREFIX}{near[0]}?' if near else ''}"
