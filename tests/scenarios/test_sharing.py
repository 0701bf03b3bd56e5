"""What only one of several processes may do at a time: adapters are given leases where there can be several processes."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from databases import ONLY_ON_POSTGRESQL, Postgres

from copbot import app
from copbot.content import Content
from copbot.ports.leases import Leases
from copbot.ports.platform import Platform, Setup
from copbot.runtime.clock import SystemClock
from copbot.runtime.ticker import Ticker
from copbot.store.migrate import migrate
from copbot_room import make


@pytest.fixture(params=ONLY_ON_POSTGRESQL)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    server: Postgres = request.getfixturevalue("postgres")
    with server.migrated() as address:
        yield address


@asynccontextmanager
async def a_process(url: str, content: Content) -> AsyncIterator[Leases | None]:
    """A copbot put together; what its adapter shares with those of other processes."""
    given: list[Leases | None] = []

    def made(setup: Setup) -> Platform:
        given.append(setup.leases)
        return make(setup)

    room = {"channels": [{"id": "resnetslt", "title": "ResNetSLT"}], "live": False}
    async with app.house(url, content, {"room": room}, clock := SystemClock(), Ticker(clock), make=lambda _: made):
        yield given[0]


async def test_replicas_share_and_what_one_held_is_free_when_it_stops(url: str, shipped: Content) -> None:
    async with a_process(url, shipped) as second:
        async with a_process(url, shipped) as first:
            assert first is not None
            assert second is not None
            assert await first.take("shard:0")
            assert not await second.take("shard:0")
        assert await second.take("shard:0")


async def test_a_process_on_a_file_is_alone(tmp_path: Path, shipped: Content) -> None:
    migrate(url := f"sqlite:///{tmp_path}/copbot.sqlite3")
    async with a_process(url, shipped) as leases:
        assert leases is None
