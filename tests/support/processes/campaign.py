"""A campaign: short chats at several sites at once while bots are killed and stopped, then their account."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from processes.account import Account, account_of
from processes.clock import FastClock
from processes.config import LONG, names, write_config
from processes.crowd import Crowd
from processes.discord_exchange import DiscordExchange
from processes.exchange import RoomExchange
from processes.seen import Exchange
from processes.site import Nursery, Site
from processes.slack_exchange import SlackExchange
from typing_extensions import override

from copbot.ports.store import UnitOfWork
from copbot.store.migrate import migrate
from copbot.store.store import SqlStore
from copbot_discord.names import DISCORD
from copbot_room.model import ROOM
from copbot_slack.names import SLACK

STARTS = datetime(2018, 1, 31, 19, tzinfo=UTC)
BEGIN = STARTS - timedelta(days=3)
ENDS = STARTS + timedelta(minutes=31)
SOON = timedelta(minutes=2)
PAST_THE_LEASE = timedelta(seconds=45)
LAST_LINES = 1000
EXCHANGES: Mapping[str, Callable[[Sequence[str], FastClock, Random], Exchange]] = {
    ROOM: RoomExchange,
    SLACK: SlackExchange,
    DISCORD: DiscordExchange,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """``every``: time between two faults at a site, on average; of them ``paused`` is the share of SIGSTOPs, and one posting in
    ``aimed`` ends in a SIGKILL between the post and its mark. ``bots``: how many at each site.
    """

    urls: Sequence[str]
    platform: str = ROOM
    bots: int = 1
    channels: int = 3
    every: timedelta = timedelta(seconds=90)
    paused: float = 0.1
    aimed: float = 0.1
    pace: timedelta = timedelta(seconds=20)
    most_kills: int = 10**6


@dataclass(frozen=True, slots=True)
class Total:
    """What a round, or several, came to."""

    kills: int = 0
    stops: int = 0
    account: Account = field(default_factory=Account)

    def __add__(self, other: "Total") -> "Total":
        return Total(self.kills + other.kills, self.stops + other.stops, self.account + other.account)

    @override
    def __str__(self) -> str:
        found = self.account
        return (
            f"kills={self.kills} stops={self.stops} posts={found.posts} responses={found.responses} "
            f"lost={len(found.lost)} doubled={len(found.doubled)}"
        )


class Round:
    """One chat in every channel of every site, from scheduling to the last step that comes of it."""

    def __init__(self, plan: Plan, folder: Path, seed: int) -> None:
        self._plan = plan
        self._folder = folder
        self._random = Random(seed)

    async def play(self) -> Total:
        """The chats, the faults, and the account. Raises AssertionError if a bot ends by itself or something hangs."""
        for url in self._plan.urls:
            migrate(url)
        nursery = await Nursery.open(write_config(self._folder / "config", self._plan.channels, self._plan.platform))
        sites = [self._site(number, url, nursery) for number, url in enumerate(self._plan.urls)]
        try:
            return sum(await asyncio.gather(*(self._at(site) for site in sites)), Total())
        finally:
            for site in sites:
                await site.close()
            await nursery.close()

    def last_words(self) -> str:
        """What the bots logged last."""
        logs = sorted(self._folder.glob("*.log"))
        return "\n".join(f"{log.name}:\n" + "\n".join(log.read_text("utf-8").splitlines()[-LAST_LINES:]) for log in logs)

    def _site(self, number: int, url: str, nursery: Nursery) -> Site:
        random = Random(self._random.getrandbits(32))
        clock = FastClock.starting(self._folder / f"site-{number}.clock", BEGIN, 1.0)
        channels = names(self._plan.channels)
        exchange = EXCHANGES[self._plan.platform](channels, clock, random)
        return Site(f"site-{number}", url, self._folder, self._plan.bots, channels, clock, nursery, random, exchange)

    async def _at(self, site: Site) -> Total:
        await site.open()
        crowds = [Crowd(site, channel, Random(site.random.getrandbits(32))) for channel in site.channels]
        await asyncio.gather(*(crowd.schedule(STARTS) for crowd in crowds))
        await site.jump(STARTS - timedelta(minutes=4))
        talking = [asyncio.create_task(crowd.talk(self._plan.pace, ENDS)) for crowd in crowds]
        await self._harm(site)
        await asyncio.gather(*talking)
        await finish(site)
        return Total(site.kills, site.stops, account_of(site.url, site.exchange))

    async def _harm(self, site: Site) -> None:
        async def aim(pid: int, key: str) -> None:
            site.note(f"posted {key} by", pid)
            if site.random.random() < self._plan.aimed and site.kills < self._plan.most_kills:
                await site.replace(pid)

        site.exchange.watching = aim
        while site.clock.now() < ENDS:
            await site.clock.sleep(self._plan.every * site.random.expovariate(1))
            if site.pids and site.kills < self._plan.most_kills:
                await self._strike(site, site.random.choice(site.pids))
        site.exchange.watching = None

    async def _strike(self, site: Site, pid: int) -> None:
        if site.random.random() < self._plan.paused:
            await site.pause(pid, PAST_THE_LEASE)
        else:
            await site.replace(pid)


async def finish(site: Site, *, soon: timedelta = SOON, kill: bool = False, meanwhile: Callable[[], None] | None = None) -> None:
    """Let everything happen that is still to come, weeks later if need be. Whatever is not due ``soon`` is jumped to.

    ``kill``: the bots do not end well before a jump, but by SIGKILL. ``meanwhile`` is done before each. No answers get lost any
    more: a thread that could not be read is read again ten minutes later, and time jumps further than that.
    """
    site.exchange.lost = 0
    await site.jump(site.clock.now())
    with closing(SqlStore.open(site.url)) as store:
        while (due := await _quiet(site, store, soon)) is not None:
            if meanwhile is not None:
                meanwhile()
            await site.jump(due, kill=kill)
    await site.end()


async def _quiet(site: Site, store: SqlStore, soon: timedelta) -> datetime | None:
    """When nothing happens soon: when something happens next."""
    async with asyncio.timeout(LONG):
        while True:
            due = await store.read(_next_due)
            if due is None or due > site.clock.now() + soon:
                return due
            await asyncio.sleep(0.1)


def _next_due(uow: UnitOfWork) -> datetime | None:
    times = [uow.steps.next_due(), uow.follow_ups.next_due(), uow.outbox.next_due(BEGIN)]
    return min((at for at in times if at is not None), default=None)
