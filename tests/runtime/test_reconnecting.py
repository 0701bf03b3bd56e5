"""A platform's connection that ended and began again: what was said in between is read in its history."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import pytest
from background import Background
from playhouse import CHANNEL, House
from typing_extensions import override

from copbot.domain.heard import Happening, Heard
from copbot.domain.place import Place
from copbot.domain.transcript import Gap
from copbot.errors import TryLater
from copbot.ports.platform import History, Inbox
from copbot.runtime.rereading import Rereading
from copbot.runtime.supervising import supervised
from copbot.services import gaps
from copbot.services.desk import Desk


class Forgetful:
    """A connection that stands until told to fall, once; what happened meanwhile it never brings."""

    def __init__(self) -> None:
        self.fall = asyncio.Event()
        self._fell = False

    async def run(self, _: Inbox) -> None:
        await self.fall.wait()
        if self._fell:
            await asyncio.get_running_loop().create_future()
        self._fell = True
        raise ConnectionResetError("gone")


class Counted(History):
    """A history that knows which places were read, and says when the thread has been."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.read: list[Place] = []
        self.is_away = False
        self.thread = asyncio.Event()

    @override
    async def since(self, place: Place, moment: datetime) -> Sequence[Happening]:
        self.read.append(place)
        if self.is_away:
            raise TryLater("room", "there is no history just now", timedelta(minutes=1))
        found = await self._history.since(place, moment)
        if place.thread is not None:
            self.thread.set()
        return found

    async def after_thread(self) -> None:
        """Until a thread has been read."""
        await asyncio.wait_for(self.thread.wait(), 20)
        self.thread.clear()

    def forget(self) -> None:
        """Count from now on."""
        self.read.clear()
        self.thread.clear()


@pytest.fixture
def history(live: House, monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted(live.room.history)
    monkeypatch.setattr(live.room, "history", counted)
    return counted


async def test_what_was_said_until_it_began_again_is_read_once(
    live: House, history: Counted, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live.until("2018-01-31 19:36")
    await live.bot.stop()
    history.forget()
    line = Forgetful()
    monkeypatch.setattr(live.room.server.line, "run", line.run)
    monkeypatch.setattr("copbot.runtime.bot.RECONNECT", 0)
    monkeypatch.setattr("copbot.runtime.bot.SETTLED", 0)
    background.run(live.bot.run())
    await history.after_thread()
    history.forget()
    await live.room.people.say("maria", CHANNEL, "Said meanwhile", live.thread("Q1"))
    line.fall.set()
    async with asyncio.timeout(20):
        while not await live.responses():  # noqa: ASYNC110 - another task reads
            await asyncio.sleep(0.01)
    assert [response.text for response in await live.responses()] == ["Said meanwhile"]
    assert len(history.read) == len(set(history.read)) == 2


async def test_connections_that_keep_ending_are_read_after_once(live: House, history: Counted, background: Background) -> None:
    await live.until("2018-01-31 19:36")
    heard: list[Heard] = []

    async def hear(*those: Heard) -> None:
        heard.extend(those)

    history.forget()
    rereading = Rereading(live.store, live.content, {"room": live.room}, live.clock, Random(1), hear)
    for _ in range(5):
        rereading.after_gap("room")
    background.run(supervised("history", rereading.tasks()["room"]))
    await history.after_thread()
    rereading.after_gap("room")
    await history.after_thread()
    assert [place.thread is None for place in history.read] == [True, False] * 2


async def test_what_could_not_be_read_is_missing_until_it_is_read(live: House, history: Counted) -> None:
    await live.until("2018-01-31 19:36")
    chat = await live.chat()

    async def missing() -> tuple[Gap, ...]:
        return await live.store.read(lambda uow: gaps.of(Desk(uow, live.clock.now(), live.content, Random(1)), chat))

    history.is_away = True
    await live.bot.reconcile()
    assert [(gap.since, gap.until) for gap in await missing()] == [(chat.opened_at, live.clock.now())]
    history.is_away = False
    await live.bot.reconcile()
    assert await missing() == ()
