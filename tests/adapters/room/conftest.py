"""The room as a rig for the platform contract: its server's file outlives the adapter."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from copbot.domain.place import Person, Place
from copbot.errors import TryLater
from copbot.kit.markdown import plain
from copbot.ports.platform import Setup
from copbot.testing.rig import Ears, Fault, Seen, SeenForm
from copbot_room import Room, make
from copbot_room.model import ROOM, Entry


class TickingClock:
    """Every look at it is a second later than the last."""

    def __init__(self) -> None:
        self._now = datetime(2018, 1, 31, 19, 0, tzinfo=UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


class NothingKept:
    """The room keeps nothing of its own in copbot's database."""

    async def get(self, key: str) -> bytes | None:
        return None

    async def put(self, key: str, value: bytes) -> None: ...

    async def forget(self, key: str) -> None: ...


def room_of(**settings: Any) -> Room:
    """A room with Ada, Ben and Sally, who is a host."""
    people = [{"id": "ada", "name": "Ada"}, {"id": "ben", "name": "Ben"}, {"id": "sally", "name": "Sally", "host": True}]
    channels = [{"id": "slt", "title": "slt", "purpose": "Speech and language therapy"}, {"id": "hosts", "title": "hosts", "hosts": True}]
    return make(Setup((), TickingClock(), NothingKept(), {"personas": people, "channels": channels, **settings}))


class RoomRig:
    """The room, played by the contract."""

    channel = Place(ROOM, "slt")
    nowhere = Place(ROOM, "no-such-channel")
    ada = Person(ROOM, "ada")
    ben = Person(ROOM, "ben")

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._task: asyncio.Task[None] | None = None
        self.platform = room_of(path=str(path) if path else None)
        self.ears = Ears()

    async def connect(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self.platform.run(self.ears))
            await self.settle()

    async def kill(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await self._task
            self._task = None

    async def restart(self) -> None:
        await self.kill()
        if self._path is not None:
            self.platform.server.state.close()
            self.platform = room_of(path=str(self._path))
        await self.connect()

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def break_next(self, fault: Fault, *, after: int = 0) -> None:
        if fault is Fault.LOST:
            self.platform.server.lose_next_answer(after=after)
        else:
            self.platform.server.fail_next(TryLater(ROOM, "busy", timedelta(seconds=1)), after=after)

    async def say(self, person: Person, place: Place, text: str) -> str:
        return await self.platform.people.say(person.id, place.channel, text, place.thread)

    async def edit(self, person: Person, place: Place, message: str, text: str) -> None:
        await self.platform.people.edit(person.id, message, text)

    async def remove(self, person: Person, place: Place, message: str) -> None:
        await self.platform.people.remove(person.id, message)

    async def react(self, person: Person, place: Place, message: str, emoji: str, *, on: bool) -> None:
        await self.platform.people.react(person.id, message, emoji, on=on)

    async def press(self, person: Person, place: Place, message: str, label: str) -> None:
        [button] = [button for button in self.platform.server.entry(message).buttons if button.label == label]
        await self.platform.people.press(person.id, message, button.action)

    async def command(self, person: Person, place: Place, text: str) -> None:
        await self.platform.people.command(person.id, place.channel, f"/cop {text}", place.thread)

    async def fill(self, person: Person, fields: Mapping[str, str]) -> None:
        await self.platform.people.submit(person.id, fields)

    async def shown(self, place: Place, to: Person) -> list[Seen]:
        return [seen(entry) for entry in self.platform.people.shown(place.channel, place.thread, to.id)]

    async def told(self, person: Person) -> list[str]:
        return [plain(note.text) for note in self.platform.people.told(person.id)]

    async def form(self, person: Person) -> SeenForm | None:
        form = self.platform.people.form_of(person.id)
        if form is None:
            return None
        return SeenForm(form.form.title, {one.name: form.values.get(one.name, one.value) for one in form.form.fields}, form.errors)


def seen(entry: Entry) -> Seen:
    """A message as its reader sees it."""
    return Seen(
        entry.id,
        f"{entry.title}\n{plain(entry.text)}".strip(),
        entry.by_bot,
        tuple(button.label for button in entry.buttons),
        tuple(file.name for file in entry.files),
        {reaction.emoji: len(reaction.by) for reaction in entry.reactions},
        entry.pinned,
    )


@pytest.fixture(params=["file", "memory"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RoomRig]:
    """Once with a file that a new server reads again, once in memory with the server living on."""
    rig = RoomRig(tmp_path / "room.sqlite3" if request.param == "file" else None)
    yield rig
    await rig.kill()
    rig.platform.server.state.close()


@pytest.fixture
def room(rig: RoomRig) -> Room:
    """The rig's room, without a bot."""
    return rig.platform
