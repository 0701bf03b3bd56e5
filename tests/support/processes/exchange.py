"""The room's side: a chat server that outlives every bot. It loses answers, answers late, and shows twice what is posted twice."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import reduce
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from processes import wire
from processes.clock import FastClock
from processes.config import HOSTS, MEMBERS
from processes.room_folk import RoomFolk
from processes.seen import Folk, Seen, Watching
from typing_extensions import override

from copbot.domain.heard import Heard
from copbot.domain.message import Message
from copbot.domain.place import Place
from copbot.domain.step import Outgoing
from copbot.errors import PlatformError
from copbot.services.commands import SPECS
from copbot_room import Room
from copbot_room.model import ROOM, Channel, Entry, Persona
from copbot_room.server import RoomServer
from copbot_room.settings import RoomSettings

POSTING = ("post", "open_thread")
AGAIN = " again "
"""In the key of a message that was posted under a key that was there already."""

LOST = 0.05
"""Share of requests whose answer gets lost after all was done."""

LATEST = timedelta(seconds=4)
"""Half of what a request takes at most: so long before something is done, and as long again until it is answered."""

REDELIVERED = timedelta(seconds=60)
"""What a bot has not acknowledged by then is given to another one, too."""


class Candid(RoomServer):
    """A chat server that de-duplicates nothing: what is posted twice is seen twice."""

    @override
    def post(self, place: Place, message: Message, *, key: str, base: str, parts: int = 1, title: str | None = None) -> Entry:
        if key in self.state.keys:
            key = base = f"{key}{AGAIN}{self.state.number('again')}"
        return super().post(place, message, key=key, base=base, parts=parts, title=title)


class _Ear:
    """A bot that listens, and what it has not acknowledged."""

    def __init__(self, pid: int, writer: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.writer = writer
        self.gone = asyncio.Event()


class RoomExchange:
    """Serves one room on a socket. ``watching`` is told of every message posted, before its answer is on its way; ``lost`` is the share
    of answers that get lost.
    """

    platform = ROOM
    speed = 40.0

    def __init__(self, channels: Sequence[str], clock: FastClock, random: Random) -> None:
        self.room = Room(Candid(_room(channels), clock), SPECS)
        self.address = ""
        self.watching: Watching | None = None
        self.lost = LOST
        self._clock = clock
        self._random = random
        self._numbers = count()
        self._ears: list[_Ear] = []
        self._listened = asyncio.Event()
        self._taken: dict[int, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    def seen(self, rows: Sequence[Outgoing]) -> Sequence[Seen]:
        """Everything that ever stood there."""
        return [_seen(entry) for entry in self.room.server.state.entries.values()]

    def folk(self) -> Folk:
        """Everybody."""
        return RoomFolk(self.room.people)

    def hears(self, pid: int) -> bool:
        """Whether this bot listens by now."""
        return any(ear.pid == pid for ear in self._ears)

    async def open(self, path: Path) -> None:
        """Be there."""
        self.address = str(path.with_suffix(".room"))
        self._server = await asyncio.start_unix_server(self._serve, self.address)
        self._begin(self.room.run(self._deliver))

    async def close(self) -> None:
        """Be gone."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            self._server.close()

    def _begin(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ear: _Ear | None = None
        try:
            while True:
                match await wire.read(reader):
                    case wire.Ask() as ask:
                        self._begin(self._answer(ask, writer))
                    case wire.Listen(pid):
                        ear = _Ear(pid, writer)
                        self._ears.append(ear)
                        self._listened.set()
                    case wire.Taken(number) if number in self._taken:
                        self._taken[number].set()
        except (EOFError, ConnectionError, asyncio.CancelledError):
            return
        finally:
            if ear is not None:
                self._ears.remove(ear)
                ear.gone.set()
            writer.close()

    async def _answer(self, ask: wire.Ask, writer: asyncio.StreamWriter) -> None:
        await self._dawdle()
        answer = await self._do(ask)
        if ask.verb in POSTING and self.watching is not None:
            await self.watching(ask.pid, str(ask.names["key"]))
        await self._dawdle()
        if self._random.random() >= self.lost and not writer.is_closing():
            wire.write(writer, answer)

    async def _do(self, ask: wire.Ask) -> wire.Given:
        method: Any = reduce(getattr, ask.verb.split("."), self.room)
        try:
            return wire.Given(ask.number, await method(*ask.values, **ask.names))
        except PlatformError as error:
            return wire.Given(ask.number, trouble=(type(error), vars(error)))

    async def _dawdle(self) -> None:
        await self._clock.sleep(LATEST * self._random.random() ** 4)

    async def _deliver(self, *heard: Heard) -> None:
        await asyncio.gather(*map(self._deliver_one, heard))

    async def _deliver_one(self, heard: Heard) -> None:
        """Give it to one of the bots that listen, again and again until one of them has acknowledged it."""
        number = next(self._numbers)
        taken = self._taken[number] = asyncio.Event()
        while not taken.is_set():
            if not self._ears:
                self._listened.clear()
                await self._listened.wait()
            ear = self._random.choice(self._ears)
            if not ear.writer.is_closing():
                wire.write(ear.writer, wire.Event(number, heard))
            await self._first(taken, ear.gone)
        del self._taken[number]

    async def _first(self, *events: asyncio.Event) -> None:
        waiting = [asyncio.ensure_future(event.wait()) for event in events]
        with suppress(TimeoutError):
            await self._clock.within(REDELIVERED, asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED))
        for one in waiting:
            one.cancel()


def _seen(entry: Entry) -> Seen:
    key = entry.key.split(AGAIN)[0] if entry.key else None
    removed = entry.removed_at is not None
    return Seen(
        entry.id, entry.channel, entry.thread, entry.author, entry.at, entry.text, key, entry.by_bot, entry.opens_thread, removed=removed
    )


def _room(channels: Sequence[str]) -> RoomSettings:
    shown = [one for id in channels for one in (Channel(id, id), Channel(f"{id}-hosts", f"{id}-hosts", hosts=True))]
    personas = [Persona(id, id.capitalize(), host=id in HOSTS) for id in (*HOSTS, *MEMBERS)]
    return RoomSettings(channels=tuple(shown), personas=tuple(personas), live=False)
