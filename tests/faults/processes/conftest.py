"""Sites for tests: real bot processes on a database of their own, in a room that outlives them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest
from processes.campaign import BEGIN, EXCHANGES
from processes.clock import FastClock
from processes.config import names, write_config
from processes.site import Nursery, Site

from copbot.store.migrate import migrate
from copbot_room.model import ROOM

OpenSite = Callable[..., Awaitable[Site]]


@pytest.fixture
async def open_site(tmp_path: Path) -> AsyncIterator[OpenSite]:
    """Opens a site with bots at work: ``channels`` of them, three days before the chats of a campaign."""
    async with AsyncExitStack() as opened:

        async def open_at(url: str, *, bots: int = 1, channels: int = 1, platform: str = ROOM) -> Site:
            migrate(url)
            nursery = await Nursery.open(write_config(tmp_path / "config", channels, platform))
            opened.push_async_callback(nursery.close)
            clock = FastClock.starting(tmp_path / "clock", BEGIN, 1.0)
            random = Random(1)
            exchange = EXCHANGES[platform](names(channels), clock, random)
            site = Site("site", url, tmp_path, bots, names(channels), clock, nursery, random, exchange)
            opened.push_async_callback(site.close)
            await site.open()
            return site

        yield open_at


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An SQLite file."""
    return f"sqlite:///{tmp_path / 'copbot.sqlite3'}"
