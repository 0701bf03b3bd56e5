"""``make soak``: a day of a busy town in simulated time, with 10,000 chats planned and 1,000 open, as fast as the machine goes.

Traffic is the same in every hour, so that hours can be compared: the chats of an hour begin evenly over four weeks (about 15 in an
hour, with all that comes before and after them) and as many are booked anew; 1,000 series stand open; PER_MINUTE messages come in every
minute, in all channels in turn. One line an hour; the exit code is 1 if memory or the cost of a tick has grown by more than it may.
"""

import asyncio
import gc
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from resource import getpagesize
from statistics import mean
from time import process_time

from touching import recorded
from town import HOUR_FORMAT, OPENS, SERIES_FORMAT, Town
from typing_extensions import override

from copbot import log
from copbot.store.migrate import migrate
from copbot.store.store import SqlStore

PLANNED, OPEN = 10_000, 1_000
SPREAD = timedelta(weeks=4)
PER_MINUTE = 12
PEOPLE = 30
"""Who talks in one channel."""

IDLE_TICKS = 20
"""Measured at the end of every hour."""

WARM_UP = 4
"""Hours that are not compared: caches fill, and the first announcements of everything that has just been planned go out."""

COMPARED = 4
"""So many hours after the warm-up are compared with as many at the end."""

MORE_MEMORY, DEARER_TICKS = 1.05, 1.2
"""What may have become of 1."""


@dataclass
class Hour:
    """CPU in seconds of this process, memory in MiB."""

    memory: float = 0
    turns: int = 0
    working: float = 0
    messages: int = 0
    hearing: float = 0
    idle: float = 0
    statements: float = 0
    posts: int = 0

    @override
    def __str__(self) -> str:
        return (
            f"{self.memory:7.1f} MiB {self.posts:6} posts {self.turns:5} turns {self.working / max(self.turns, 1) * 1e3:7.2f} ms/turn "
            f"{self.working / max(self.posts, 1) * 1e3:6.2f} ms/post {self.idle * 1e3:6.2f} ms/idle tick {self.statements:4.1f} statements "
            f"{self.hearing / max(self.messages, 1) * 1e6:6.0f} us/message"
        )


@dataclass
class Soak:
    """The town, and what it books next."""

    town: Town
    planned: int
    hours: list[Hour] = field(default_factory=list)
    booked: int = 0

    async def prepare(self, opened: int) -> None:
        """Book everything, and let the series open."""
        places = self.town.places
        await self.town.book(
            SERIES_FORMAT, [(places[each % len(places)], OPENS + timedelta(days=1, hours=each % 24)) for each in range(opened)]
        )
        self.town.clock.set(OPENS + timedelta(days=9))
        await self.until(self.town.clock.now())
        await self.book(self.planned)

    async def book(self, chats: int) -> None:
        """Book the next chats, each as long after the last as the others, none of which begins at once."""
        places, apart = self.town.places, SPREAD / self.planned
        begin = OPENS + timedelta(days=9, hours=1)
        numbers = range(self.booked, self.booked + chats)
        await self.town.book(HOUR_FORMAT, [(places[each % len(places)], begin + apart * each) for each in numbers])
        self.booked += chats

    async def until(self, goal: datetime) -> int:
        """Do what falls due up to a moment; how many turns that took."""
        turns = 0
        while (due := await self.town.bot.turn()) is not None and due <= goal:
            self.town.clock.set(due)
            turns += 1
        self.town.clock.set(goal)
        return turns + 1

    async def hour(self) -> Hour:
        """One hour of the town."""
        hour, posts = Hour(), self.town.platform.taken
        for minute in range(60):
            began = process_time()
            hour.turns += await self.until(self.town.clock.now() + timedelta(minutes=1))
            heard = process_time()
            hour.messages += await self.talk(minute)
            hour.working, hour.hearing = hour.working + heard - began, hour.hearing + process_time() - heard
        await self.book(round(timedelta(hours=1) / (SPREAD / self.planned)))
        await self.town.bot.turn()
        hour.posts = self.town.platform.taken - posts
        hour.idle, hour.statements = await self.idle()
        gc.collect()
        hour.memory = int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize() / 2**20
        return hour

    async def talk(self, minute: int) -> int:
        """Everywhere in turn."""
        places = self.town.places
        first = (len(self.hours) * 60 + minute) * PER_MINUTE
        await self.town.talk([places[(first + each) % len(places)] for each in range(PER_MINUTE)], PEOPLE)
        return PER_MINUTE

    async def idle(self) -> tuple[float, float]:
        """CPU and statements of a tick that finds nothing to do."""
        began = process_time()
        for _ in range(IDLE_TICKS):
            await self.town.bot.turn()
        took = process_time() - began
        with recorded() as statements:
            await self.town.bot.turn()
        return took / IDLE_TICKS, len(statements)


async def soak(store: SqlStore, planned: int, opened: int, hours: int) -> list[Hour]:
    """The hours, each printed as it is over."""
    one = Soak(Town(store, opened), planned)
    await one.town.bot.start()
    began = process_time()
    await one.prepare(opened)
    print(f"{planned} chats planned and {opened} series open, in {process_time() - began:.0f} s of CPU", flush=True)
    for number in range(hours):
        one.hours.append(await one.hour())
        print(f"{number + 1:2} h {one.hours[-1]}", flush=True)
    await one.town.bot.stop()
    return one.hours


def ratios(hours: Sequence[Hour]) -> dict[str, float]:
    """The last hours over the first after the warm-up."""
    first, last = hours[WARM_UP : WARM_UP + COMPARED], hours[-COMPARED:]

    def grown(figure: Callable[[Hour], float]) -> float:
        return mean(map(figure, last)) / mean(map(figure, first))

    return {
        "memory": grown(lambda hour: hour.memory),
        "idle tick": grown(lambda hour: hour.idle),
        "statements": grown(lambda hour: hour.statements),
        "post": grown(lambda hour: hour.working / max(hour.posts, 1)),
        "message": grown(lambda hour: hour.hearing / max(hour.messages, 1)),
    }


def main(arguments: Sequence[str]) -> int:
    """``[planned [opened [hours]]]``; the defaults are those of ``make soak``."""
    planned, opened, hours = [*map(int, arguments), *(PLANNED, OPEN, 24)[len(arguments) :]]
    log.configure(level="error")
    with tempfile.TemporaryDirectory(prefix=".soak-", dir=Path.cwd()) as folder:
        url = f"sqlite:///{folder}/soak.db"
        migrate(url)
        store = SqlStore.open(url)
        found = ratios(asyncio.run(soak(store, planned, opened, hours)))
        store.close()
    print("last hours over first:", " ".join(f"{name}={ratio:.2f}" for name, ratio in found.items()))
    grown = found["memory"] > MORE_MEMORY or max(ratio for name, ratio in found.items() if name != "memory") > DEARER_TICKS
    return int(grown)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
