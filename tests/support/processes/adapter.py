"""The bot's side: an adapter for a room in another process."""

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from processes import wire
from processes.clock import FastClock

from copbot.domain.heard import Happening, Interaction
from copbot.domain.message import Form, Message, Reply
from copbot.domain.place import Person, Place, Posted, Profile
from copbot.errors import TryLater, Unclear
from copbot.ports.platform import Finding, Inbox, Threads
from copbot_room.model import ROOM
from copbot_room.platform import LIMITS

PATIENCE = timedelta(seconds=12)
"""How long a request may take: less than half a lease (3-architecture 6)."""


class Requests:
    """One connection on which the bot asks. A lost answer is Unclear; a room that cannot be reached, TryLater."""

    def __init__(self, path: str, clock: FastClock) -> None:
        self._path = path
        self._clock = clock
        self._numbers = count()
        self._open: dict[int, asyncio.Future[Any]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._connecting = asyncio.Lock()

    async def ask(self, verb: str, *values: object, **names: object) -> Any:
        """What the room gives. Raises the errors of the port."""
        writer = await self._connected()
        number = next(self._numbers)
        given: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._open[number] = given
        wire.write(writer, wire.Ask(number, os.getpid(), verb, values, names))
        try:
            return await self._clock.within(PATIENCE, given)
        except (TimeoutError, ConnectionError):
            raise Unclear(ROOM, "the answer got lost") from None
        finally:
            del self._open[number]

    async def _connected(self) -> asyncio.StreamWriter:
        async with self._connecting:
            if self._writer is None:
                try:
                    reader, self._writer = await asyncio.open_unix_connection(self._path)
                except OSError:
                    raise TryLater(ROOM, "the room cannot be reached", timedelta(seconds=5)) from None
                self._reading = asyncio.create_task(self._read(reader))
            return self._writer

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                self._settle(await wire.read(reader))
        except (EOFError, ConnectionError):
            self._writer = None
            for given in self._open.values():
                if not given.done():
                    given.set_exception(ConnectionResetError())

    def _settle(self, answer: wire.Given) -> None:
        given = self._open.get(answer.number)
        if given is None or given.done():
            return
        if answer.trouble is not None:
            kind, inside = answer.trouble
            given.set_exception(kind(**inside))
        else:
            given.set_result(answer.value)


class FarRoom:
    """The port over a socket. All facets are there, as in the room itself."""

    name = ROOM
    threads = Threads.REPLIES
    limits = LIMITS
    http = None

    def __init__(self, path: str, clock: FastClock) -> None:
        self._path = path
        self._requests = Requests(path, clock)
        self.home = None
        self.forms = self.direct = self.calendar = self.history = self.pins = _Facets(self._requests)

    async def run(self, inbox: Inbox) -> None:
        """Hear until cancelled or until the room is gone. What ``inbox`` raises ends the connection, unacknowledged."""
        reader, writer = await asyncio.open_unix_connection(self._path)
        try:
            wire.write(writer, wire.Listen(os.getpid()))
            async with asyncio.TaskGroup() as group:
                while True:
                    event: wire.Event = await wire.read(reader)
                    group.create_task(_hand_over(writer, inbox, event))
        finally:
            writer.close()

    async def post(self, place: Place, message: Message, *, key: str) -> Posted:
        return _posted(await self._requests.ask("post", place, message, key=key))

    async def open_thread(self, place: Place, title: str, message: Message, *, key: str) -> Posted:
        return _posted(await self._requests.ask("open_thread", place, title, message, key=key))

    async def edit(self, posted: Posted, message: Message) -> None:
        await self._requests.ask("edit", posted, message)

    async def remove(self, posted: Posted) -> None:
        await self._requests.ask("remove", posted)

    async def react(self, posted: Posted, emoji: str) -> None:
        await self._requests.ask("react", posted, emoji)

    async def find(self, place: Place, *, key: str) -> Posted | None:
        found: Posted | None = await self._requests.ask("find", place, key=key)
        return found

    async def tell(self, interaction: Interaction, reply: Reply) -> None:
        await self._requests.ask("tell", interaction, reply)

    async def profile(self, person: Person) -> Profile:
        found: Profile = await self._requests.ask("profile", person)
        return found

    async def check(self, place: Place) -> Sequence[Finding]:
        found: Sequence[Finding] = await self._requests.ask("check", place)
        return found


class _Facets:
    """All optional facets at once."""

    tells_removals = True

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    async def open(self, interaction: Interaction, form: Form) -> None:
        await self._requests.ask("forms.open", interaction, form)

    async def place(self, person: Person) -> Place:
        found: Place = await self._requests.ask("direct.place", person)
        return found

    async def schedule(self, place: Place, title: str, starts: datetime, ends: datetime, *, key: str, about: str = "") -> None:
        await self._requests.ask("calendar.schedule", place, title, starts, ends, key=key, about=about)

    async def cancel(self, place: Place, *, key: str) -> None:
        await self._requests.ask("calendar.cancel", place, key=key)

    async def since(self, place: Place, moment: datetime) -> Sequence[Happening]:
        found: Sequence[Happening] = await self._requests.ask("history.since", place, moment)
        return found

    async def pin(self, posted: Posted) -> None:
        await self._requests.ask("pins.pin", posted)


async def _hand_over(writer: asyncio.StreamWriter, inbox: Inbox, event: wire.Event) -> None:
    await inbox(event.heard)
    wire.write(writer, wire.Taken(event.number))


def _posted(value: object) -> Posted:
    assert isinstance(value, Posted)
    return value
