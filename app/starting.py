"""What is looked at before the service starts: settings that could not work, and variables that are none."""

import errno
import os
import re
import resource
import shutil
import socket
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

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
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                reason = "is in use by another program" if error.errno == errno.EADDRINUSE else error.strerror
                yield f"--port: {port} on {address[0]} {reason}"


def room_for(connections: int) -> int:
    """How many connections the system lets this process have, at most as many as are wished for.

    Asks the system for as many open files as that needs: the usual limit is below the usual number of connections.
    """
    wished = connections + OTHER_FILES
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if now != resource.RLIM_INFINITY and now < wished:
        now = wished if most == resource.RLIM_INFINITY else min(wished, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (now, most))
    return connections if now == resource.RLIM_INFINITY else max(1, min(connections, now - OTHER_FILES))


def warnings(settings: Settings, environment: Iterable[str] = os.environ) -> Iterator[str]:
    """What the operator should know before it is too late."""
    known = [field.upper() for field in type(settings).model_fields]
    for name in sorted(environment):
        setting = name.upper().removeprefix(PREFIX)
        if setting != name.upper() and setting not in known and not INJECTED.match(name):
            near = get_close_matches(setting, known, n=1)
            yield f"there is no setting {name}{f'; is {PREFIX}{near[0]} meant?' if near else ''}"
