"""The people of one channel: a host who schedules, and members who answer, correct themselves and take things back."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from processes.config import HOSTS, LONG, MEMBERS
from processes.site import Site

LONDON = ZoneInfo("Europe/London")
CORRECTED, TAKEN_BACK = 0.15, 0.05
"""Share of what people do that changes, and that removes, something said before."""


class Crowd:
    """Everybody in one channel. What they said stands there."""

    def __init__(self, site: Site, channel: str, random: Random) -> None:
        self.channel = channel
        self._site = site
        self._folk = site.exchange.folk()
        self._random = random
        self._doing: set[asyncio.Task[Any]] = set()

    async def schedule(self, at: datetime) -> None:
        """The host has a chat scheduled and confirms it."""
        local = at.astimezone(LONDON)
        wish = f"schedule set={self.channel}-questions date={local:%Y-%m-%d} time={local:%H:%M}"
        await self._folk.schedule(HOSTS[0], self.channel, wish)

    async def talk(self, pace: timedelta, until: datetime) -> None:
        """Do something every ``pace`` on average until an instant, then wait until the bots have taken all of it."""
        while self._site.clock.now() < until:
            await self._site.clock.sleep(pace * self._random.expovariate(1))
            self.act()
        await self.settle()

    def act(self) -> None:
        """Somebody does something in one of the last two threads, if there are any."""
        if questions := self._folk.questions(self.channel):
            self._begin(self._act(self._random.choice(questions[-2:])))

    async def settle(self) -> None:
        """Return when the bots have taken everything that was said."""
        async with asyncio.timeout(LONG):
            await asyncio.gather(*self._doing)
            await self._folk.settle()

    async def _act(self, question: str) -> None:
        who, chance = self._random.choice(MEMBERS), self._random.random()
        text = f"Thought {self._random.randrange(10**6)} of mine"
        own = self._folk.own(who, self.channel, question)
        if own and chance < TAKEN_BACK:
            await self._folk.remove(who, self.channel, self._random.choice(own))
        elif own and chance < TAKEN_BACK + CORRECTED:
            await self._folk.edit(who, self.channel, self._random.choice(own), text)
        else:
            await self._folk.say(who, self.channel, text, question)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)
