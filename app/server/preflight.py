"""What is looked at before the service starts: settings that could not work, and variables that are none."""

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
"""What Kubernetes puts into every container beside a service of this name."""

OTHER_FILES = 256
"""Files that are open beside the connections: the database, workers and their pipes, what is served."""


def check_start(settings: Settings, host: str, port: int) -> None:
    """Raises UnusableSetting, naming what the service cannot start with."""
    faults = [*_unusable_interpreters(settings), *_unusable_port(host, port)]
    if faults:
        raise UnusableSetting("; ".join(faults))


def _unusable_interpreters(settings: Settings) -> Iterator[str]:
    """At the start only: one that vanishes later fails the half of a run that needs it, and says so there."""
    for framework, interpreter in settings.interpreters.items():
        if shutil.which(interpreter) is None:
            yield f"{PREFIX}{framework.upper()}_PYTHON: {interpreter} is no program that can be executed"


def _unusable_port(host: str, port: int) -> Iterator[str]:
    """Whether somebody else listens there. uvicorn would say so too, but only after everything else has started."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        yield f"--host: {host} is no address of this machine: {error.strerror}"
        return
    faults = [(address[0], _fault_of_binding(family, address)) for family, *_, address in found]
    taken = [(at, fault) for at, fault in faults if fault == errno.EADDRINUSE]
    if all(fault for _, fault in faults) or taken:  # a name may stand for an address that this machine does not have
        at, fault = taken[0] if taken else faults[0]
        reason = "is in use by another program" if taken else f"cannot be listened on: {os.strerror(fault)}"
        yield f"--port: {port} on {at} {reason}"


def _fault_of_binding(family: int, address: tuple[Any, ...]) -> int:
    """The error number of the attempt to listen there; 0 when that works."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:  # as the server does: beside somebody who has the port of all IPv4 addresses
                attempt.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            attempt.bind(address)
    except OSError as error:
        return error.errno or errno.EADDRNOTAVAIL
    return 0


def room_for(connections: int) -> int:
    """How many connections the system lets this process have, at most as many as are wished for.

    Asks the system for as many open files as that needs: the usual limit is below the usual number of connections.
    """
    wished = connections + OTHER_FILES
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if now != resource.RLIM_INFINITY and now < wished:
        more = wished if most == resource.RLIM_INFINITY else min(wished, most)
        with contextlib.suppress(ValueError, OSError):  # some systems have a limit beyond what they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (more, most))
            now = more
    return connections if now == resource.RLIM_INFINITY else max(1, min(connections, now - OTHER_FILES))


def warnings(settings: Settings, environment: Iterable[str] = os.environ) -> Iterator[str]:
    """What the operator should know before it is too late."""
    known = [field.upper() for field in type(settings).model_fields]
    for name in sorted(environment):
        setting = name.upper().removeprefix(PREFIX)
        if setting != name.upper() and setting not in known and not INJECTED.match(name):
            near = get_close_matches(setting, known, n=1)
            yield f"there is no setting {name}{f'; is {PREFIX}{near[0]} meant?' if near else ''}"
