"""Which runners count as gone: by their process here, by their silence elsewhere, by no clock that somebody sets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.runs.heartbeat import Heartbeat
from app.runs.run_settings import RunLimits
from app.runs.runner_names import this_place, this_runner
from app.runs.store.runners import LastBeat
from app.runs.store.store import Store

OTHER = "elsewhere/7/1.00"
BEAT_SECONDS, LEASE_SECONDS = RunLimits().beat_seconds, RunLimits().lease_seconds
SIGN = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class Signs:
    """A store that holds nothing but signs of life."""

    signs: dict[str, LastBeat] = field(default_factory=dict)
    database: Any = field(default_factory=lambda: SimpleNamespace(is_shared=True))

    beats: int = 0

    async def runners(self) -> dict[str, LastBeat]:
        return self.signs

    async def beat(self, _name: str, _place: str) -> None:
        self.beats += 1


@pytest.fixture
def signs() -> Signs:
    return Signs({OTHER: LastBeat("another place", SIGN)})


@dataclass
class Clock:
    """A steady clock that moves when it is told to."""

    moment: float = 1000.0

    def __call__(self) -> float:
        return self.moment

    def passes(self, seconds: float) -> None:
        self.moment += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def here(signs: Signs, clock: Clock) -> Heartbeat:
    return Heartbeat(cast("Store", signs), clock=clock)


@pytest.fixture
def passes(clock: Clock) -> Callable[[float], None]:
    """Lets time pass on the steady clock."""
    return clock.passes


async def looked_at(here: Heartbeat, seconds: float, passes: Callable[[float], None]) -> set[str]:
    """What counts as gone when it was looked at every few seconds for so long."""
    gone = await here.gone_among([OTHER])
    for _ in range(int(seconds / BEAT_SECONDS)):
        passes(BEAT_SECONDS)
        gone = await here.gone_among([OTHER])
    return gone


async def test_who_is_silent_for_longer_than_the_lease_is_gone(
    here: Heartbeat, passes: Callable[[float], None]
) -> None:
    assert await looked_at(here, LEASE_SECONDS, passes) == set()
    assert await looked_at(here, BEAT_SECONDS, passes) == {OTHER}


async def test_who_gives_a_sign_lives_whatever_the_clocks_say(
    here: Heartbeat, signs: Signs, passes: Callable[[float], None]
) -> None:
    for jump in (timedelta(hours=1), timedelta(days=-400), timedelta(seconds=5)):
        assert await looked_at(here, LEASE_SECONDS - BEAT_SECONDS, passes) == set()
        signs.signs[OTHER] = LastBeat("another place", SIGN + jump)
    assert await looked_at(here, LEASE_SECONDS, passes) == set()


async def test_nobody_is_gone_because_nobody_could_look(here: Heartbeat, passes: Callable[[float], None]) -> None:
    """The database was away for an hour: when it is back, every sign of life is old."""
    await looked_at(here, LEASE_SECONDS, passes)
    passes(3600)
    assert await here.gone_among([OTHER]) == set()
    assert await looked_at(here, LEASE_SECONDS, passes) == set()


async def test_a_process_here_is_looked_at_itself(here: Heartbeat, signs: Signs) -> None:
    host, pid, born = this_runner().rsplit("/", 2)
    ended = f"{host}/{pid}/{float(born) - 1:.2f}"
    signs.signs = {ended: LastBeat(this_place(), SIGN)}
    assert await here.gone_among([ended, here.name]) == {ended}


async def test_a_process_with_the_same_name_in_another_container_is_not_looked_for_here(
    here: Heartbeat, signs: Signs
) -> None:
    host = this_runner().rsplit("/", 2)[0]
    signs.signs = {f"{host}/1/0.10": LastBeat("another place", SIGN)}
    assert await here.gone_among(signs.signs) == set()


async def test_who_never_gave_a_sign_is_gone(here: Heartbeat, signs: Signs) -> None:
    signs.signs = {}
    assert await here.gone_among([OTHER]) == {OTHER}


async def test_on_sqlite_the_process_alone_decides(here: Heartbeat, signs: Signs) -> None:
    signs.database.is_shared = False
    assert await here.gone_among([OTHER, here.name]) == {OTHER}
    assert await here.gone_among([]) == set()


async def test_a_runner_that_stood_still_says_that_it_lives_before_it_takes_a_run(
    here: Heartbeat, signs: Signs, clock: Clock
) -> None:
    await here.beat_if_late()
    assert signs.beats == 1
    clock.passes(BEAT_SECONDS / 2)
    await here.beat_if_late()
    assert signs.beats == 1
    clock.passes(LEASE_SECONDS)
    await here.beat_if_late()
    assert signs.beats == 2
