"""A bot that is killed again and again, and whoever comes after it, hold the chat: each question once, and everything said kept once."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from random import Random

import pytest
from databases import ONLY_ON_POSTGRESQL, Postgres
from processes.account import Account, account_of
from processes.campaign import ENDS, STARTS, finish
from processes.crowd import Crowd
from processes.site import Site

from copbot_discord.names import DISCORD


@pytest.fixture(params=ONLY_ON_POSTGRESQL)
def shared(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[str]:
    """A database that several bots may use at once."""
    with postgres.migrated() as address:
        yield address


class Aim:
    """Kills whoever posts, after the message stands there and before it can be marked: every other time that something new is posted."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._seen: set[str] = set()

    async def __call__(self, pid: int, key: str) -> None:
        if key not in self._seen:
            self._seen.add(key)
            if len(self._seen) % 2:
                await self._site.replace(pid)


async def hold(site: Site) -> Account:
    """One chat, from scheduling to what comes a week later, with a kill in every other post and before everything that is due next."""
    crowds = [Crowd(site, channel, Random(1)) for channel in site.channels]
    for crowd in crowds:
        await crowd.schedule(STARTS)
    site.exchange.watching = Aim(site)

    def talk() -> None:
        for crowd in crowds * 3:
            if site.clock.now() < ENDS:
                crowd.act()

    await finish(site, soon=timedelta(minutes=1), kill=True, meanwhile=talk)
    for crowd in crowds:
        await crowd.settle()
    return account_of(site.url, site.exchange)


async def test_a_bot_that_is_killed_after_every_other_post_loses_and_doubles_nothing(
    open_site: Callable[..., Awaitable[Site]], url: str
) -> None:
    site = await open_site(url)
    found = await hold(site)
    assert (found.lost, found.doubled) == ([], [])
    assert found.posts > 10
    assert found.responses > 5
    assert site.kills > 10


@pytest.mark.minutes
async def test_on_discord_in_a_text_channel_and_in_a_forum(open_site: Callable[..., Awaitable[Site]], url: str) -> None:
    site = await open_site(url, channels=2, platform=DISCORD)
    found = await hold(site)
    assert (found.lost, found.doubled) == ([], [])
    assert found.posts > 20
    assert found.responses > 10
    assert site.kills > 20


async def test_replicas_take_over_from_each_other(open_site: Callable[..., Awaitable[Site]], shared: str) -> None:
    site = await open_site(shared, bots=3)
    found = await hold(site)
    assert (found.lost, found.doubled) == ([], [])
    assert found.posts > 10
    assert found.responses > 5
    assert site.kills > 10
