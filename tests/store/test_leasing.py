"""Leases of adapters: one process at a time, for as long as it says so."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
import sqlalchemy as sa
from databases import ONLY_ON_POSTGRESQL, Postgres
from typing_extensions import override

from copbot.errors import DatabaseUnreachable
from copbot.ports.leases import LEASE_RENEWED, LEASE_TERM
from copbot.store import tables
from copbot.store.leasing import LeaseTable
from copbot.store.store import SqlStore
from copbot.testing.clock import SteppingClock

T = TypeVar("T")
NOON = datetime(2018, 1, 31, 12, tzinfo=UTC)


class Processes:
    """Two processes on one database, at the same time."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.clock = SteppingClock(NOON)
        self.first = LeaseTable(store, "discord", self.clock, "one")
        self.second = LeaseTable(store, "discord", self.clock, "two")

    def after(self, time: timedelta) -> None:
        self.clock.set(self.clock.now() + time)

    async def epoch(self) -> int:
        found = await self.store.query(lambda connection: connection.execute(sa.select(tables.adapter_lease.c.epoch)).scalar())
        assert isinstance(found, int)
        return found


@pytest.fixture
def both(store: SqlStore) -> Processes:
    return Processes(store)


async def test_one_has_it_for_as_long_as_it_renews_it(both: Processes) -> None:
    assert await both.first.take("shard:0")
    assert not await both.second.take("shard:0")
    assert await both.second.take("shard:1")
    for _ in range(10):
        both.after(LEASE_RENEWED)
        assert await both.first.take("shard:0")
        assert not await both.second.take("shard:0")


async def test_what_is_not_renewed_goes_to_another_and_does_not_come_back(both: Processes) -> None:
    await both.first.take("shard:0")
    both.after(LEASE_TERM - timedelta(microseconds=1))
    assert not await both.second.take("shard:0")
    both.after(timedelta(microseconds=1))
    assert await both.second.take("shard:0")
    assert not await both.first.take("shard:0"), "it was stopped past its lease, and learns of it"
    assert await both.epoch() == 2


async def test_who_was_stopped_past_its_lease_keeps_it_if_nobody_wanted_it(both: Processes) -> None:
    await both.first.take("shard:0")
    both.after(LEASE_TERM * 3)
    assert await both.first.take("shard:0")
    assert await both.epoch() == 1


async def test_what_is_released_is_free_at_once(both: Processes) -> None:
    await both.first.take("shard:0")
    await both.first.take("shard:1")
    await both.second.release("shard:0")
    assert not await both.second.take("shard:0"), "nobody releases what is another's"
    await both.first.release("shard:0")
    assert await both.second.take("shard:0")
    await both.first.release_all()
    assert await both.second.take("shard:1")
    assert not await both.first.take("shard:0"), "released once, and not by releasing everything again"


async def test_who_comes_after_us_with_our_name_has_to_wait(both: Processes) -> None:
    """In a container every process has the same number."""
    await both.first.take("shard:0")
    again = LeaseTable(both.store, "discord", both.clock, "one")
    assert not await again.take("shard:0")
    both.after(LEASE_TERM)
    assert await again.take("shard:0")


async def test_each_adapter_has_its_own_names(both: Processes) -> None:
    await both.first.take("shard:0")
    assert await LeaseTable(both.store, "other", both.clock, "two").take("shard:0")


class Away(SqlStore):
    """A store whose database can be away. ``lost``: it does what it is asked, and cannot say so."""

    away = lost = False

    @override
    async def change(self, work: Callable[[sa.Connection], T]) -> T:
        if self.away:
            raise DatabaseUnreachable("away")
        done = await super().change(work)
        if self.lost:
            raise DatabaseUnreachable("the connection was lost")
        return done


async def test_while_the_database_is_away_everybody_keeps_what_they_have() -> None:
    with closing(Away.in_memory()) as store:
        both = Processes(store)
        await both.first.take("shard:0")
        store.away = True
        both.after(LEASE_TERM * 2)
        assert await both.first.take("shard:0")
        assert not await both.second.take("shard:0")
        await both.first.release("shard:0")
        store.away = False
        assert await both.second.take("shard:0")


async def test_a_lost_answer_does_not_lock_us_out_of_our_own_lease() -> None:
    with closing(Away.in_memory()) as store:
        both = Processes(store)
        store.lost = True
        assert not await both.first.take("shard:0")
        store.lost = False
        assert await both.first.take("shard:0")
        assert not await both.second.take("shard:0")


@pytest.fixture(params=ONLY_ON_POSTGRESQL)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    server: Postgres = request.getfixturevalue("postgres")
    with server.migrated() as address:
        yield address


async def test_of_many_that_ask_at_once_one_gets_it(url: str) -> None:
    clock = SteppingClock(NOON)
    stores = [SqlStore.open(url) for _ in range(6)]
    try:
        leases = [LeaseTable(store, "discord", clock, f"p{number}") for number, store in enumerate(stores)]
        for round in range(20):
            got = await asyncio.gather(*(lease.take(f"shard:{round}") for lease in leases))
            assert sum(got) == 1
    finally:
        for store in stores:
            store.close()
