"""Faults of copbot's own, of an adapter, of the disk: the bot goes on hearing, and nothing is doubled."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from playhouse import BACKSTAGE, CHANNEL, House, Open, london
from typing_extensions import override

from copbot.domain.heard import Commanded, Happening, Said
from copbot.domain.message import Message
from copbot.domain.place import Person, Place, Posted
from copbot.domain.step import Fate, StepState
from copbot.errors import NotPermitted, TryLater, Unclear
from copbot.ports.clock import Clock
from copbot.ports.platform import History
from copbot.ports.store import UnitOfWork
from copbot.store.store import SqlStore
from copbot_room import Room

T = TypeVar("T")


class FullDisk(SqlStore):
    """A real store on a disk that can be full for a while; it knows how often it was scrubbed."""

    full = False
    refuses = 0
    """So many more writes."""
    scrubbed = 0

    @override
    async def scrub(self) -> bool:
        self.scrubbed += 1
        return await super().scrub()

    @override
    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        if self.full or self.refuses:
            self.refuses = max(self.refuses - 1, 0)
            raise OSError("no space left on device")
        return await super().write(work)


@pytest.fixture
def store() -> FullDisk:
    return FullDisk.in_memory()


async def row(house: House, key: str) -> Fate:
    found = await house.store.read(lambda uow: uow.outbox.get(key))
    assert found is not None
    return found.fate


async def test_a_full_disk_stops_nobody_from_being_heard_afterwards(open_house: Open, store: FullDisk) -> None:
    house: House = await open_house("2018-01-28 12:00")
    await house.schedule()
    await house.until("2018-01-31 19:36")
    place = Place("room", CHANNEL, house.thread("Q1"))
    store.full = True
    lost = asyncio.create_task(house.bot.hear(Said(house.clock.now(), place, Person("room", "maria"), "x1", "first")))
    with pytest.raises(OSError, match="no space"):
        await asyncio.wait_for(lost, 10)
    store.full = False
    await asyncio.wait_for(house.bot.hear(Said(house.clock.now(), place, Person("room", "maria"), "x1", "first")), 10)
    kept = await store.read(lambda uow: uow.responses.of_chat(1))
    assert [response.text for response in kept] == ["first"]


async def test_a_disk_that_is_full_for_a_moment_ends_no_step(open_house: Open, store: FullDisk) -> None:
    house: House = await open_house("2018-01-28 12:00")
    await house.schedule()
    await house.until("2018-01-31 19:47")
    house.clock.set(london("2018-01-31 19:48"))
    store.refuses = 2
    await house.bot.turn()
    assert store.refuses == 0
    assert (await house.steps())["ask:2"].state is StepState.DUE
    await house.bot.turn()
    assert house.asked() == ["Q1", "Q2"]


async def test_what_a_bot_erased_that_died_before_scrubbing_is_scrubbed_by_the_next(live: House, store: FullDisk) -> None:
    await live.until("2018-01-31 19:36")
    before = store.scrubbed
    await live.restart()
    await live.bot.turn()
    assert store.scrubbed == before + 1


async def test_one_interaction_in_two_deliveries_is_done_once(live: House) -> None:
    await live.until("2018-01-31 19:42")
    twice = [Commanded("dup-1", live.clock.now(), Place("room", CHANNEL), Person("room", "sally"), "next", name="Sally") for _ in range(2)]
    await asyncio.gather(*(live.bot.hear(one) for one in twice))
    await live.bot.turn()
    assert live.asked() == ["Q1", "Q2"]


async def test_a_question_whose_answer_got_lost_was_asked_when_it_was_posted(live: House) -> None:
    await live.until("2018-01-31 19:47")
    live.room.server.lose_next_answer()
    await live.until("2018-01-31 19:52")
    asked = await live.store.read(lambda uow: uow.questions.of([1]))
    stood = [entry.at for entry in live.room.people.shown(CHANNEL) if entry.opens_thread]
    assert [one.asked_at for one in asked] == stood


async def test_an_unclear_post_stays_unclear_until_it_was_looked_for(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await live.until("2018-01-31 19:47")
    live.room.server.lose_next_answer()
    looked = Looking(live.room)
    monkeypatch.setattr(live.room, "find", looked.find)
    await live.until("2018-01-31 19:52")
    assert looked.times >= 2
    assert live.asked() == ["Q1", "Q2"]


async def test_what_was_said_to_a_question_before_it_was_known_to_stand_there_is_read_after_a_crash(
    live: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live.until("2018-01-31 19:47")
    live.room.server.lose_next_answer()
    await live.until("2018-01-31 19:48")
    await live.room.people.say("maria", CHANNEL, "Here already", live.thread("Q2"))
    monkeypatch.setattr(live.room, "history", None)  # the bot ends between the mark and its reading of the thread
    await live.until("2018-01-31 19:50")
    assert await row(live, "1:ask:2") is Fate.SENT
    monkeypatch.undo()
    await live.restart()
    assert [response.text for response in await live.responses()] == ["Here already"]


async def test_what_can_never_be_looked_for_ends_and_the_hosts_look_themselves(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await live.until("2018-01-31 19:47")
    live.room.server.lose_next_answer()
    monkeypatch.setattr(live.room, "find", Blind(live.room).find)
    await live.until("2018-01-31 20:31")
    assert await row(live, "1:ask:2") is Fate.FAILED
    assert any("Look in the channel before you paste it" in text for text in live.texts(BACKSTAGE))
    assert live.asked()[-1] == "Take-away"


async def test_hosts_look_themselves_if_what_may_stand_there_is_refused_later(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await live.until("2018-01-31 19:47")
    live.room.server.lose_next_answer()
    monkeypatch.setattr(live.room, "find", Shut(live.clock, live.clock.now()).find)
    await live.until("2018-01-31 19:52")
    assert await row(live, "1:ask:2") is Fate.FAILED
    assert any("it may stand there" in text and "Look in the channel before you paste it" in text for text in live.texts(BACKSTAGE))


async def test_patience_without_a_time_is_no_endless_loop(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await live.until("2018-01-31 19:47")
    busy = Busy(live.room)
    monkeypatch.setattr(live.room, "open_thread", busy.open_thread)
    await live.until("2018-01-31 19:48")
    assert busy.times <= 3


async def test_an_adapter_that_breaks_ends_nothing_but_its_own_post(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await live.until("2018-01-31 19:47")
    broken = Broken(live.room)
    monkeypatch.setattr(live.room, "open_thread", broken.open_thread)
    await live.until("2018-01-31 19:50")
    assert live.asked() == ["Q1", "Q2"]


async def test_a_connection_that_ends_comes_again(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await live.until("2018-01-31 19:36")
    monkeypatch.setattr("copbot.runtime.bot.RECONNECT", 0.01)
    await live.bot.stop()
    monkeypatch.setattr(live.room.server.line, "run", Falling(live.room).run)
    await live.bot.start()
    await live.room.people.say("maria", CHANNEL, "Still heard", live.thread("Q1"))
    async with asyncio.timeout(10):
        while not await live.store.read(lambda uow: uow.responses.of_chat(1)):  # noqa: ASYNC110 - another task reconnects
            await asyncio.sleep(0.01)
    kept = await live.store.read(lambda uow: uow.responses.of_chat(1))
    assert [response.text for response in kept] == ["Still heard"]


async def test_a_history_that_breaks_ends_neither_the_bot_nor_the_reading_of_other_places(
    live: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live.until("2018-01-31 19:36")
    await live.bot.stop()
    await live.room.people.say("maria", CHANNEL, "Said meanwhile", live.thread("Q1"))
    monkeypatch.setattr(live.room, "history", Torn(live.room.history))
    await live.restart()
    assert [response.text for response in await live.responses()] == ["Said meanwhile"]


@pytest.mark.parametrize("refused_from", ["20:07", "20:17"], ids=["before the second half is due", "while that waits for it"])
async def test_hosts_get_the_second_half_of_a_question_whose_thread_cannot_be_opened(
    live: House, monkeypatch: pytest.MonkeyPatch, refused_from: str
) -> None:
    await live.until("2018-01-31 20:07")
    monkeypatch.setattr(live.room, "open_thread", Shut(live.clock, london(f"2018-01-31 {refused_from}")).open_thread)
    await live.until("2018-01-31 20:25")
    told = [text for text in live.texts(BACKSTAGE) if "Ready to paste" in text and "how could we overcome those barriers" in text]
    assert len(told) == 1


async def test_hosts_whose_channel_takes_no_words_get_them_in_private(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await live.until("2018-01-31 19:47")
    monkeypatch.setattr(live.room, "open_thread", Shut(live.clock, live.clock.now()).open_thread)
    monkeypatch.setattr(live.room, "post", NoBackstage(live.room).post)
    await live.until("2018-01-31 19:50")
    for host in ("sally", "lucy"):
        assert any("Ready to paste" in note.text for note in live.everything(f"@{host}"))


class Looking:
    """A look-up that is refused once for being too frequent."""

    def __init__(self, room: Room) -> None:
        self._find = room.find
        self.times = 0

    async def find(self, place: Place, *, key: str) -> Posted | None:
        self.times += 1
        if self.times == 1:
            raise TryLater("room", "too many look-ups", timedelta(seconds=5))
        return await self._find(place, key=key)


class Blind:
    """A look-up that never comes to an answer."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def find(self, place: Place, *, key: str) -> Posted | None:
        raise Unclear("room", "no answer")


class Busy:
    """A platform that asks for patience and says of no length."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.times = 0

    async def open_thread(self, *_: object, key: str) -> Posted:
        self.times += 1
        raise TryLater("room", "busy", timedelta())


class Shut:
    """A channel in which no thread can be opened (later perhaps, from a moment on never) and nothing can be looked up."""

    def __init__(self, clock: Clock, refused_from: datetime) -> None:
        self._clock = clock
        self._refused_from = refused_from

    async def open_thread(self, *_: object, key: str) -> Posted:
        if self._clock.now() < self._refused_from:
            raise TryLater("room", "busy", timedelta(seconds=30))
        raise NotPermitted("room", "I may not open threads", "Let me.")

    async def find(self, place: Place, *, key: str) -> Posted | None:
        raise NotPermitted("room", "I may not read there", "Let me.")


class NoBackstage:
    """A room in which the bot may not write backstage."""

    def __init__(self, room: Room) -> None:
        self._post = room.post

    async def post(self, place: Place, message: Message, *, key: str) -> Posted:
        if place.channel == BACKSTAGE:
            raise NotPermitted("room", "I may not write there", "Let me in.")
        return await self._post(place, message, key=key)


class Broken:
    """An adapter with a bug, once: the post stands there, and then it raises what no adapter may raise."""

    def __init__(self, room: Room) -> None:
        self._open = room.open_thread
        self._done = False

    async def open_thread(self, place: Place, title: str, message: object, *, key: str) -> Posted:
        posted = await self._open(place, title, message, key=key)  # type: ignore[arg-type]
        if not self._done:
            self._done = True
            raise ConnectionResetError("the adapter forgot to map this")
        return posted


class Torn(History):
    """A history whose reading breaks, for the channel itself, in a way that no adapter may."""

    def __init__(self, history: History) -> None:
        self._history = history

    @override
    async def since(self, place: Place, moment: datetime) -> Sequence[Happening]:
        if place.thread is None:
            raise ConnectionResetError("the adapter forgot to map this")
        return await self._history.since(place, moment)


class Falling:
    """A connection that falls once."""

    def __init__(self, room: Room) -> None:
        self._run = room.server.line.run
        self._fell = False

    async def run(self, inbox: Callable[..., object]) -> None:
        if not self._fell:
            self._fell = True
            raise ConnectionResetError("gone")
        await self._run(inbox)  # type: ignore[arg-type]
