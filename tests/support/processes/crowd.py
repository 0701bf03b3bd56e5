"""The people of one channel: a host who schedules, and members who answer, correct themselves and take things back."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from processes.site import HOSTS, LONG, MEMBERS, Site

from copbot_room.model import Entry
from copbot_room.people import People

LONDON = ZoneInfo("Europe/London")
CORRECTED, TAKEN_BACK = 0.15, 0.05
"""Share of what people do that changes, and that removes, something said before."""


class Crowd:
    """Everybody in one channel. What they said stands in the room."""

    def __init__(self, site: Site, channel: str, random: Random) -> None:
        self.channel = channel
        self._site = site
        self._random = random
        self._doing: set[asyncio.Task[Any]] = set()

    @property
    def _people(self) -> People:
        return self._site.exchange.room.people

    async def schedule(self, at: datetime) -> None:
        """The host has a chat scheduled and confirms it."""
        local = at.astimezone(LONDON)
        wish = f"/cop schedule set={self.channel}-questions date={local:%Y-%m-%d} time={local:%H:%M}"
        await self._people.command(HOSTS[0], self.channel, wish)
        await self._people.press(HOSTS[0], await self._draft(), "draft-confirm")

    def questions(self) -> list[Entry]:
        """The questions that stand in the channel, oldest first; the take-away is the last."""
        return [entry for entry in self._people.shown(self.channel) if entry.opens_thread and entry.by_bot]

    async def talk(self, pace: timedelta, until: datetime) -> None:
        """Do something every ``pace`` on average until an instant, then wait until the bots have taken all of it."""
        while self._site.clock.now() < until:
            await self._site.clock.sleep(pace * self._random.expovariate(1))
            self.act()
        await self.settle()

    def act(self) -> None:
        """Somebody does something in one of the last two threads, if there are any."""
        if questions := self.questions():
            self._begin(self._act(self._random.choice(questions[-2:])))

    async def settle(self) -> None:
        """Return when the bots have taken everything that was said."""
        async with asyncio.timeout(LONG):
            await asyncio.gather(*self._doing)

    async def _draft(self) -> str:
        """The private note with the draft. Another bot may have acknowledged the command before the first has told."""
        async with asyncio.timeout(LONG):
            while True:
                for note in self._people.told(HOSTS[0]):
                    if note.channel == self.channel:
                        return note.id
                await asyncio.sleep(0.05)

    async def _act(self, question: Entry) -> None:
        who, chance = self._random.choice(MEMBERS), self._random.random()
        text = f"Thought {self._random.randrange(10**6)} of mine"
        own = [entry for entry in self._people.shown(self.channel, question.id) if entry.author == who]
        if own and chance < TAKEN_BACK:
            await self._people.remove(who, self._random.choice(own).id)
        elif own and chance < TAKEN_BACK + CORRECTED:
            await self._people.edit(who, self._random.choice(own).id, text)
        else:
            await self._people.say(who, self.channel, text, question.id)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)
