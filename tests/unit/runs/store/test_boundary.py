"""Calls of the store whose caller is gone: nothing is logged about them, and a closing store waits for them."""

import asyncio
import gc
import logging
from types import SimpleNamespace
from typing import Any

import pytest

from app.runs.store.boundary import reading, settled


class Slow:
    """A store with a call that lets go of its connection some time after it was cancelled."""

    def __init__(self) -> None:
        self.database: Any = SimpleNamespace(troubles={}, on_trouble=lambda: None)
        self.may_let_go, self.let_go = asyncio.Event(), False

    @reading
    async def call(self) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await self.may_let_go.wait()
            self.let_go = True


async def cancelled_call(store: Slow) -> None:
    caller = asyncio.create_task(store.call())
    for _ in range(5):  # until the call has begun
        await asyncio.sleep(0)
    caller.cancel()
    await asyncio.wait({caller})


async def test_what_nobody_waits_for_has_let_go_before_the_store_closes() -> None:
    store = Slow()
    await cancelled_call(store)
    assert not store.let_go
    asyncio.get_running_loop().call_soon(store.may_let_go.set)
    await settled(60)
    assert store.let_go


async def test_the_wait_is_not_long() -> None:
    await cancelled_call(Slow())
    async with asyncio.timeout(5):
        await settled(0.001)


class Failing(Slow):
    @reading
    async def call(self) -> None:
        await asyncio.sleep(0)
        raise OSError("gone")


async def test_a_call_that_fails_while_its_caller_is_cancelled_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """asyncio reports an exception that nobody has fetched when the task is collected."""
    caller = asyncio.create_task(Failing().call())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.wait({caller})
    await asyncio.sleep(0.01)
    with caplog.at_level(logging.ERROR, "asyncio"):
        gc.collect()
    assert not [record for record in caplog.records if record.name == "asyncio"]
