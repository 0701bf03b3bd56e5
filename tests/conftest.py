"""Fixtures for all tests: a store, and whole chats in a house opened where and when a test wants it."""

from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from random import Random

import pytest
from databases import ON_POSTGRESQL, SERVER, Postgres, store_on
from playhouse import CHANNEL, HOSTS, PEOPLE, House, Open, london

from copbot.content import Content
from copbot.domain.heard import Joined
from copbot.domain.place import Person, Place
from copbot.ports.platform import Setup
from copbot.resources import data_dir
from copbot.runtime.bot import Bot
from copbot.services.commands import SPECS
from copbot.store.keeping import KeepingTable
from copbot.store.store import SqlStore
from copbot.testing.clock import SteppingClock
from copbot_room import Room, make


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL server of the tests; only for tests that run where there is one."""
    server = Postgres(SERVER)
    yield server
    server.close()


@pytest.fixture(params=["sqlite", *ON_POSTGRESQL])
def store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    """A store with all tables and nothing in them: in memory, and on PostgreSQL."""
    with store_on(request.param, request) as opened:
        yield opened


@pytest.fixture
def twins(url: str) -> Iterator[list[SqlStore]]:
    """The stores of two copies of copbot on the database that the tests of a module name by their own ``url``."""
    opened = [SqlStore.open(url) for _ in range(2)]
    yield opened
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def shipped() -> Content:
    """The content that comes with copbot; nothing in it changes."""
    return Content.load(data_dir("config"), data_dir("prompts"))


@pytest.fixture
async def open_house(store: SqlStore, shipped: Content) -> AsyncIterator[Open]:
    """Opens a house at a London time, with everybody in the room."""
    opened: list[House] = []

    async def open_at(
        moment: str = "2018-01-02 12:00",
        config: Path | None = None,
        zones: Mapping[str, str] | None = None,
        names: Mapping[str, str] | None = None,
        community: str = CHANNEL,
    ) -> House:
        clock = SteppingClock(london(moment))
        content = Content.load(config, data_dir("prompts")) if config else shipped
        channels = [
            {"id": "resnetslt", "title": "resnetslt"},
            {"id": "resnetslt-hosts", "title": "resnetslt-hosts", "hosts": True},
            {"id": "health-visiting", "title": "health-visiting"},
            {"id": "health-visiting-hosts", "title": "health-visiting-hosts", "hosts": True},
        ]
        personas = [
            {
                "id": id,
                "name": (names or {}).get(id, id.capitalize()),
                "host": id in HOSTS,
                "time_zone": (zones or {}).get(id, "Europe/London"),
            }
            for id in PEOPLE
        ]
        room = make(Setup(SPECS, clock, KeepingTable(store, "room"), {"channels": channels, "personas": personas, "live": False}))
        assert isinstance(room, Room)
        house = House(store, content, clock, room, Bot(store, content, [room], clock, clock, random=Random(1), owner="first"))
        await house.bot.start()
        for id in PEOPLE:
            await house.bot.hear(Joined(clock.now(), Place("room", community), Person("room", id), (names or {}).get(id, id.capitalize())))
        opened.append(house)
        return house

    yield open_at
    for house in opened:
        await house.bot.stop()


@pytest.fixture
async def house(open_house: Open) -> House:
    """A house four weeks before the ResNetSLT chat, nothing scheduled."""
    return await open_house()


@pytest.fixture
async def live(open_house: Open) -> House:
    """The ResNetSLT chat, scheduled by Sally with Lucy, three days before; the clock stands at its start."""
    house = await open_house("2018-01-28 12:00")
    await house.schedule()
    await house.until("2018-01-31 19:30")
    return house
