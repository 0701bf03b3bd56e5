"""Two processes of copbot on one PostgreSQL and one Discord, whose two shards are each heard by one of them at a time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from discord_house import Counting, DiscordHouse
from discord_loopback.server import Loopback
from typing_extensions import override

from copbot.content import Content
from copbot.ports.leases import LEASE_TERM
from copbot.runtime.bot import Bot
from copbot.store.leasing import LeaseTable
from copbot.store.store import SqlStore
from copbot.testing.clock import SteppingClock
from copbot_discord.gateway import Patience
from copbot_discord.names import DISCORD

T = TypeVar("T")
SHARDS = 2


class Stoppable(SqlStore):
    """The store of a process that can stand still: it learns and changes nothing then, while what it is told piles up in its sockets."""

    def __init__(self, engine: sa.Engine, **options: Any) -> None:
        super().__init__(engine, **options)
        self.going = asyncio.Event()
        self.going.set()

    @override
    async def on_thread(self, work: Callable[[], T]) -> T:
        await self.going.wait()
        return await super().on_thread(work)


@dataclass(frozen=True, eq=False)
class Copy:
    """One of the two."""

    store: Stoppable
    leases: LeaseTable
    adapter: Counting
    bot: Bot


class Pair(DiscordHouse):
    """At first the first of ``copies`` hears both shards. The house itself looks on, with a store of its own.

    Leases have a clock of their own, which stands still: the house's goes in leaps, after each of which every lease would have run out.
    """

    def __init__(self, discord: Loopback, url: str, content: Content, clock: SteppingClock) -> None:
        self.copies: list[Copy] = []
        self._url = url
        self._heard = True
        self._lease_clock = SteppingClock(clock.now())
        super().__init__(discord, SqlStore.open(url), content, clock)

    @override
    def renew(self) -> None:
        self.copies = [self._copy(name) for name in ("first", "second")]
        self._listen_to(self.copies[0])

    @override
    async def start(self) -> None:
        await super().start()
        await self.copies[1].bot.start()

    @override
    async def connected(self) -> None:
        await self.discord.until(lambda: sum(link.session is not None for link in self.discord.gateway.links) >= SHARDS)
        await super().connected()

    async def aclose(self) -> None:
        """Everything ends."""
        for copy in self.copies:
            copy.store.going.set()
            await copy.bot.stop()
            await copy.store.aclose()
        await self.store.aclose()

    async def stand_still(self, copy: Copy) -> None:
        """As SIGSTOP does it: its connections stay. Whoever acts now is heard by nobody."""
        copy.store.going.clear()
        self._heard = copy.adapter is not self.adapter

    async def take_over(self, copy: Copy) -> None:
        """What the other one holds runs out; return once this one hears, and has read what was missed."""
        identified = self.discord.gateway.identified
        self._lease_clock.step(LEASE_TERM)
        await self.discord.until(lambda: self.discord.gateway.identified == identified + SHARDS)
        self._listen_to(copy)
        self._heard = True
        await self.connected()

    async def go_on(self, copy: Copy) -> None:
        """As SIGCONT does it; return once it has let go of what is another's by now."""
        copy.store.going.set()
        await self.discord.until(lambda: len(self.discord.gateway.sessions) == SHARDS)

    @override
    async def settled(self) -> None:
        if self._heard:
            await super().settled()

    @override
    async def _turn(self) -> datetime | None:
        due = await asyncio.gather(*(copy.bot.turn() for copy in self.copies if copy.store.going.is_set()))
        await self.settled()
        return min((at for at in due if at is not None), default=None)

    def _listen_to(self, copy: Copy) -> None:
        self.adapter, self.bot = copy.adapter, copy.bot
        self._acts = copy.adapter.acted

    def _copy(self, name: str) -> Copy:
        store = Stoppable.open(self._url)
        leases = LeaseTable(store, DISCORD, self._lease_clock, name)
        adapter, bot = self.made(store, name, shards=SHARDS, leases=leases)
        adapter.patience = Patience(again=0.05, lease=0.05, identify=0.01)
        return Copy(store, leases, adapter, bot)
