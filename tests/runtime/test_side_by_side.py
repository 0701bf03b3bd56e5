"""The bot at work: ticking, sending and hearing side by side, none of them held up or ended by another's trouble."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from background import Background
from playhouse import BACKSTAGE, House, london

from copbot.domain.heard import Happening
from copbot.domain.message import Message
from copbot.domain.place import Place, Posted
from copbot.domain.step import Fate, StepState
from copbot_room import Room


class SlowThreads:
    """Opens threads, but the answer to it waits for ``go``. ``begun`` is set with the first."""

    def __init__(self, room: Room) -> None:
        self._open = room.open_thread
        self.go = asyncio.Event()
        self.begun = asyncio.Event()

    async def open_thread(self, place: Place, title: str, message: Message, *, key: str) -> Posted:
        posted = await self._open(place, title, message, key=key)
        self.begun.set()
        await self.go.wait()
        return posted


class Watched:
    """Posts, and says when something was told backstage."""

    def __init__(self, room: Room) -> None:
        self._post = room.post
        self.told = asyncio.Event()

    async def post(self, place: Place, message: Message, *, key: str) -> Posted:
        posted = await self._post(place, message, key=key)
        if place.channel == BACKSTAGE:
            self.told.set()
        return posted


@pytest.fixture
async def slow(live: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlowThreads]:
    """A minute before the second question; opening threads is slow from now on."""
    await live.until("2018-01-31 19:47")
    await live.bot.stop()
    threads = SlowThreads(live.room)
    monkeypatch.setattr(live.room, "open_thread", threads.open_thread)
    yield threads
    threads.go.set()


async def fate(house: House, key: str) -> Fate:
    row = await house.store.read(lambda uow: uow.outbox.get(key))
    assert row is not None
    return row.fate


async def key_of_q2(house: House) -> str:
    return f"{(await house.chat()).id}:ask:2"


async def test_a_post_that_hangs_holds_up_neither_steps_nor_other_lanes(
    live: House, slow: SlowThreads, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(live.room)
    monkeypatch.setattr(live.room, "post", watched.post)
    background.run(live.bot.run())
    live.clock.set(london("2018-01-31 19:48"))
    await asyncio.wait_for(slow.begun.wait(), 20)
    checklist = (await live.steps())["hosts_check"]
    in_time = live.clock.now() + timedelta(seconds=10)
    await live.store.write(lambda uow: uow.steps.save([replace(checklist, key="once_more", state=StepState.DUE, due_at=in_time)]))
    live.clock.set(in_time)
    live.clock.ring()
    await asyncio.wait_for(watched.told.wait(), 20)
    assert (await live.steps())["once_more"].state is StepState.DONE
    assert await fate(live, await key_of_q2(live)) is Fate.LEASED
    slow.go.set()


async def test_a_stop_finishes_a_slow_post(live: House, slow: SlowThreads, background: Background) -> None:
    background.run(live.bot.run())
    live.clock.set(london("2018-01-31 19:48"))
    await asyncio.wait_for(slow.begun.wait(), 20)
    asyncio.get_running_loop().call_soon(slow.go.set)
    await background.stopped()
    assert await fate(live, await key_of_q2(live)) is Fate.SENT


async def test_a_stop_cuts_off_a_post_that_hangs_and_the_next_start_looks_for_it(
    live: House, slow: SlowThreads, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copbot.runtime.bot.LONGEST_STOP", timedelta())
    background.run(live.bot.run())
    live.clock.set(london("2018-01-31 19:48"))
    await asyncio.wait_for(slow.begun.wait(), 20)
    await background.stopped()
    assert await fate(live, await key_of_q2(live)) is Fate.UNCLEAR
    slow.go.set()
    await live.restart()
    await live.until("2018-01-31 19:50")
    assert await fate(live, await key_of_q2(live)) is Fate.SENT
    assert live.asked() == ["Q1", "Q2"]


async def test_a_chore_that_fails_does_not_end_the_ticking(
    live: House, slow: SlowThreads, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copbot.runtime.supervising.AGAIN", 0.0)
    monkeypatch.setattr("copbot.services.retaining.let_go", broken)
    await live.restart()
    await live.bot.stop()
    background.run(live.bot.run())
    live.clock.set(london("2018-01-31 19:48"))
    await asyncio.wait_for(slow.begun.wait(), 20)
    slow.go.set()
    assert live.asked() == ["Q1", "Q2"]


class Attentive:
    """A history that takes its time, and notes how the plan stands meanwhile; if it ``hangs``, for ever."""

    tells_removals = True

    def __init__(self, house: House, *, hangs: bool = False) -> None:
        self._house = house
        self._history = house.room.history
        self._hangs = hangs
        self.meanwhile: list[StepState] = []

    async def since(self, place: Place, moment: datetime) -> Sequence[Happening]:
        if self._hangs:
            await asyncio.Event().wait()
        for _ in range(20):
            self.meanwhile.append((await self._house.steps())["close"].state)
        return await self._history.since(place, moment)


@pytest.mark.parametrize("hangs", [False, True])
async def test_what_was_said_meanwhile_is_read_before_a_chat_is_closed(
    live: House, background: Background, monkeypatch: pytest.MonkeyPatch, *, hangs: bool
) -> None:
    await live.until("2018-01-31 19:40")
    await live.bot.stop()
    history, watched = Attentive(live, hangs=hangs), Watched(live.room)
    monkeypatch.setattr(live.room, "history", history)
    monkeypatch.setattr(live.room, "post", watched.post)
    monkeypatch.setattr("copbot.runtime.bot.LONGEST_CATCHING_UP", timedelta(seconds=0 if hangs else 60))
    live.clock.set(london("2018-01-31 20:29"))
    background.run(live.bot.run())
    await asyncio.wait_for(watched.told.wait(), 20)
    assert set(history.meanwhile) == (set() if hangs else {StepState.DUE})


def broken(_: object) -> int:
    raise OSError("disk trouble")


class Waiting:
    """An alarm that shows until when it was told to wait."""

    def __init__(self, house: House) -> None:
        self._wait = house.clock.wait_until
        self.until: asyncio.Queue[datetime | None] = asyncio.Queue()

    async def wait_until(self, when: datetime | None) -> None:
        self.until.put_nowait(when)
        await self._wait(when)


async def test_a_step_that_nothing_helps_is_tried_again_but_not_at_once(
    live: House, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read-only database, say."""
    await live.until("2018-01-31 19:47")
    await live.bot.stop()
    waiting = Waiting(live)
    monkeypatch.setattr(live.clock, "wait_until", waiting.wait_until)
    monkeypatch.setattr("copbot.services.performing.perform_due", lambda _: 0)
    live.clock.set(london("2018-01-31 19:48"))
    background.run(live.bot.run())
    until = await asyncio.wait_for(waiting.until.get(), 20)
    assert until is not None
    assert until > live.clock.now()
