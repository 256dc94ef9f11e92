"""What a client may start: counted once by all replicas, honest about when there is more, and forgotten in time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.errors import NotReady, StartedTooOften
from app.runs.store.address import read_address
from app.runs.store.allowances import Allowances
from app.runs.store.migration import migrate
from app.runs.store.store import Store
from app.runs.store.tables import AllowanceRow, ClientKeyRow
from tests.support.sizes import FULL


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    address = read_address(f"sqlite:///{tmp_path / 'tiebreak.db'}")
    await asyncio.to_thread(migrate, address)
    store = Store(address)
    yield store
    await store.close()


async def later(store: Store, seconds: float) -> None:
    """What is stored, as it would be found after so long."""
    async with store.database.writing() as session:
        await session.execute(update(AllowanceRow).values(whole_at=AllowanceRow.whole_at - seconds))


async def taken(allowances: Allowances, client: str = "someone") -> bool:
    try:
        await allowances.take(client)
    except StartedTooOften:
        return False
    return True


async def rows(store: Store, table: Any) -> list[Any]:
    async with store.database.reading() as session:
        return list((await session.execute(select(table))).scalars().all())


@pytest.mark.parametrize(("per_hour", "at_once"), [(1, 1), (2, 1), (5, 1), (10, 2), (600, 120), (100_000, 20_000)])
async def test_a_fifth_may_be_started_at_once(store: Store, per_hour: int, at_once: int) -> None:
    assert Allowances(store.database, per_hour).at_once == at_once


async def test_replicas_that_are_asked_at_the_same_time_count_together(store: Store) -> None:
    replicas = [Allowances(store.database, 25) for _ in range(3)]
    granted = await asyncio.gather(*(taken(replicas[number % 3]) for number in range(30)))
    assert sum(granted) == 5
    assert await taken(replicas[0], "someone else")
    assert len(await rows(store, ClientKeyRow)) == 1


@pytest.mark.parametrize("per_hour", [1, 2, 10, *((25, 50) if FULL else ())])
async def test_whoever_comes_again_when_told_is_admitted_and_no_hour_has_too_many(store: Store, per_hour: int) -> None:
    """A client that starts a run whenever it may."""
    allowances, clock, starts = Allowances(store.database, per_hour), 0.0, []
    while clock < 2.5 * 3_600:
        try:
            await allowances.take("someone")
            starts.append(clock)
        except StartedTooOften as error:
            wait = error.retry_after_s
            await later(store, wait - 3)
            assert wait <= 3 or not await taken(allowances)
            await later(store, 3)
            clock += wait
            await allowances.take("someone")
            starts.append(clock)
    assert len(starts) > per_hour
    for start in starts:
        assert len([one for one in starts if start <= one < start + 3_600]) <= per_hour


async def test_what_came_to_nothing_counts_for_nothing(store: Store) -> None:
    allowances = Allowances(store.database, 1)
    for _ in range(3):
        await allowances.take("someone")
        assert not await taken(allowances)
        await allowances.give_back("someone")
    await allowances.give_back("nobody")


@pytest.mark.parametrize("jump", [-30 * 86_400.0, 30 * 86_400.0])
async def test_a_clock_that_jumps_locks_nobody_out(store: Store, jump: float) -> None:
    allowances = Allowances(store.database, 1)
    await allowances.take("someone")
    assert not await taken(allowances)
    await later(store, jump)
    assert await taken(allowances)
    assert not await taken(allowances)


async def test_what_limits_nobody_any_more_is_deleted(store: Store) -> None:
    allowances = Allowances(store.database, 10)
    await allowances.take("someone")
    await allowances.tidy()
    assert len(await rows(store, AllowanceRow)) == 1
    await later(store, allowances.interval)
    await allowances.tidy()
    assert await rows(store, AllowanceRow) == []
    await allowances.take("someone")
    await later(store, -(allowances.ahead + 60))
    await allowances.tidy()
    assert await rows(store, AllowanceRow) == []


async def test_a_new_day_has_a_new_key_and_nobody_is_known_again(store: Store) -> None:
    allowances = Allowances(store.database, 1)
    await allowances.take("someone")
    before, today = await rows(store, AllowanceRow), await rows(store, ClientKeyRow)
    async with store.database.writing() as session:
        await session.execute(update(ClientKeyRow).values(day=today[0].day - 1))
    await allowances.take("someone")
    await allowances.tidy()
    (key,) = await rows(store, ClientKeyRow)
    assert key.day == today[0].day
    assert key.key != today[0].key
    assert {row.client for row in await rows(store, AllowanceRow)} > {row.client for row in before}


async def test_without_a_database_nothing_is_admitted(tmp_path: Path) -> None:
    store = Store(read_address(f"sqlite:///{tmp_path / 'nowhere' / 'tiebreak.db'}"))
    allowances = Allowances(store.database, 10)
    for call in (allowances.take, allowances.give_back):
        with pytest.raises(NotReady):
            await call("someone")
