"""Reading again what was said while nobody listened: what was missed is taken over, what is known changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random

import structlog

from copbot.domain.chat import HEARING
from copbot.domain.heard import Happening
from copbot.domain.place import Place
from copbot.domain.step import Outgoing
from copbot.errors import PlatformError
from copbot.ports.clock import Clock
from copbot.ports.library import Library
from copbot.ports.platform import History, Inbox, Platform
from copbot.ports.store import Store, UnitOfWork
from copbot.services import hearing
from copbot.services.desk import Desk

LONGEST_READ = timedelta(minutes=1)
"""What a platform does not show of a place in this time is a gap."""

log = structlog.get_logger(__name__)
Since = tuple[Place, datetime]
OPEN_PLACES = None
"""In a queue: whatever is open when its turn comes."""


class Rereading:
    """Reads places through their platforms' history; each platform's one after the other, platforms side by side."""

    def __init__(
        self, store: Store, library: Library, platforms: Mapping[str, Platform], clock: Clock, random: Random, inbox: Inbox
    ) -> None:
        self._store = store
        self._library = library
        self._platforms = platforms
        self._clock = clock
        self._random = random
        self._inbox = inbox
        self._later: Mapping[str, asyncio.Queue[Since | None]] = {name: asyncio.Queue() for name in platforms}
        self._gaps: set[str] = set()

    async def open_places(self) -> None:
        """Read the channels and threads of all open chats."""
        await self._read_all(await self._store.read(_open_places))

    async def threads_of(self, sent: Sequence[Outgoing]) -> None:
        """Read the threads that these rows opened: a response that came before its question was marked as sent is not lost."""
        await self._read_all(_threads(sent))

    def soon(self, sent: Sequence[Outgoing]) -> None:
        """As ``threads_of``, but by ``run``."""
        for place, since in _threads(sent):
            if place.platform in self._later:
                self._later[place.platform].put_nowait((place, since))

    def after_gap(self, platform: str) -> None:
        """Let ``run`` read this platform's open places: once, however often its connection ended until that begins."""
        if platform not in self._gaps:
            self._gaps.add(platform)
            self._later[platform].put_nowait(OPEN_PLACES)

    def tasks(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What reads, for each platform, what is to be read soon; for ever."""
        return {name: partial(self._read_for_ever, name, queue) for name, queue in self._later.items()}

    async def _read_for_ever(self, name: str, queue: asyncio.Queue[Since | None]) -> None:
        while True:
            due = await queue.get()
            if due is not OPEN_PLACES:
                await self._read(*due)
                continue
            self._gaps.discard(name)
            for place, since in await self._store.read(_open_places):
                if place.platform == name:
                    await self._read(place, since)

    async def _read_all(self, places: Sequence[Since]) -> None:
        async def of(name: str) -> None:
            for place, since in places:
                if place.platform == name:
                    await self._read(place, since)

        await asyncio.gather(*(of(name) for name in self._platforms))

    async def _read(self, place: Place, since: datetime) -> None:
        platform = self._platforms[place.platform]
        if platform.history is None:
            return
        began = self._clock.now()
        happenings = await self._shown(platform.history, place, since)
        if happenings is None:
            return
        if not platform.history.tells_removals:
            happenings = [
                *happenings,
                *await self._store.read(lambda uow: hearing.missing(self._desk(uow), place, since, began, happenings)),
            ]
        await self._inbox(*happenings)
        await self._store.write(lambda uow: hearing.fill_gap(self._desk(uow), place, since, began))

    async def _shown(self, history: History, place: Place, since: datetime) -> Sequence[Happening] | None:
        """What the platform shows, None if it does not: then the chat is known to have a gap."""
        try:
            async with asyncio.timeout(LONGEST_READ.total_seconds()):
                return await history.since(place, since)
        except PlatformError as error:
            log.warning("The history of a place could not be read", action="history_failed", platform=place.platform, reason=error.reason)
        except Exception as error:  # noqa: BLE001 - an adapter's own fault, or no answer in time: the bot works on without
            log.error("The history of a place failed", action="history_failed", platform=place.platform, error=type(error).__name__)
        await self._store.write(lambda uow: hearing.note_gap(self._desk(uow), place, since))
        return None

    def _desk(self, uow: UnitOfWork) -> Desk:
        return Desk(uow, self._clock.now(), self._library, self._random)


def _threads(sent: Sequence[Outgoing]) -> list[Since]:
    opened = [row for row in sent if row.purpose == "ask"]
    return [(row.posted.place, row.due_at - timedelta(minutes=1)) for row in opened if row.posted is not None]


def _open_places(uow: UnitOfWork) -> list[Since]:
    """Each with when its chat began: a thread may have stood there, and been answered in, long before it was marked as sent."""
    chats = uow.chats.in_states(HEARING)
    began = {chat.id: chat.opened_at or chat.starts_at for chat in chats}
    places = [(chat.place, began[chat.id]) for chat in chats]
    threads = [(asked.root.place, began[asked.chat]) for asked in uow.questions.of(list(began)) if asked.root is not None]
    return [*places, *threads]
