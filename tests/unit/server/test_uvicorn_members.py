"""Members of uvicorn that its documentation does not promise: they are as `app.server` expects them.

A failure here names the member and where it is used. Read what uvicorn does now, change that, and then the table.
"""

import ast
import asyncio
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h11
import pytest
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import Server, ServerState

from app.server import connection, protocol

USED = {
    "app.server.connection": {
        "_unset_keepalive_if_required",
        "_unsupported_upgrade_warning",
        "client",
        "conn",
        "connections",
        "cycle",
        "flow",
        "on_response_complete",
        "send_400_response",
    },
    "app.server.protocol": {"loop", "transport"},
}
"""The members of `H11Protocol` that each module uses or overrides, besides the methods of `asyncio.Protocol`."""

SIGNATURES = {
    H11Protocol._unset_keepalive_if_required: "(self) -> 'None'",
    H11Protocol._unsupported_upgrade_warning: "(self) -> 'None'",
    H11Protocol.on_response_complete: "(self) -> 'None'",
    H11Protocol.send_400_response: "(self, msg: 'str') -> 'None'",
    FlowControl.resume_reading: "(self) -> None",
    Server.startup: "(self, sockets: 'list[socket.socket] | None' = None) -> 'None'",
    Server.shutdown: "(self, sockets: 'list[socket.socket] | None' = None) -> 'None'",
    Server.handle_exit: "(self, sig: 'int', frame: 'FrameType | None') -> 'None'",
}

CALLS: dict[str, Callable[..., Any]] = {
    "self.send_400_response(": H11Protocol.handle_events,
    "on_response=self.on_response_complete": H11Protocol.handle_events,
    "self._unsupported_upgrade_warning(": H11Protocol._should_upgrade,
    "self.connections.add(self)": H11Protocol.connection_made,
    "if self.disconnected": RequestResponseCycle.receive,
    "self.message_event.wait()": RequestResponseCycle.receive,
    "self.flow = FlowControl(transport)": H11Protocol.connection_made,
}
"""Where uvicorn calls the overridden methods, and reads what is set."""


async def idle(scope: object, receive: object, send: object) -> None:
    """An application that does nothing."""


@pytest.fixture
async def instance() -> H11Protocol:
    config = uvicorn.Config(idle, lifespan="off", log_config=None)
    return H11Protocol(config, ServerState(), app_state={})


def uses(module: Any) -> Iterator[tuple[str, int]]:
    """Each attribute that a module uses or method that it defines, and the line."""
    for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.attr, node.lineno
        elif isinstance(node, ast.FunctionDef):
            yield node.name, node.lineno


@pytest.mark.parametrize("module", [connection, protocol])
async def test_the_members_that_are_used_are_there_and_no_others_are_used(module: Any, instance: H11Protocol) -> None:
    theirs = set(dir(instance)) - set(dir(asyncio.Protocol))
    expected = USED[module.__name__]
    lines: dict[str, list[int]] = {}
    for name, line in uses(module):
        lines.setdefault(name, []).append(line)
    gone = {name: lines[name] for name in expected - theirs}
    assert not gone, f"uvicorn {uvicorn.__version__} has lost these; see the lines of {module.__file__}"
    assert {name for name in lines if name in theirs} == expected, "the table above is not up to date"


@pytest.mark.parametrize("member", SIGNATURES, ids=lambda member: member.__qualname__)
def test_a_method_has_the_expected_signature(member: Any) -> None:
    assert str(inspect.signature(member)) == SIGNATURES[member], f"uvicorn {uvicorn.__version__}: {member.__qualname__}"


@pytest.mark.parametrize("call", CALLS)
def test_uvicorn_calls_what_is_overridden_and_reads_what_is_set(call: str) -> None:
    where = CALLS[call]
    assert call in inspect.getsource(where), f"uvicorn {uvicorn.__version__}: {where.__qualname__} has no `{call}` now"


async def test_attributes_have_the_expected_types(instance: H11Protocol) -> None:
    assert isinstance(instance.conn, h11.Connection)
    assert isinstance(instance.loop, asyncio.AbstractEventLoop)
    assert instance.connections is instance.server_state.connections
    assert isinstance(ServerState().connections, set)
    for unset in ("client", "cycle", "flow", "transport"):
        assert getattr(instance, unset) is None, unset
