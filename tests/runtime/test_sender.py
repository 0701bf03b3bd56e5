"""The sender: posts side by side, where one that hangs keeps nothing back but its own lane."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TypeVar

import pytest
from background import Background
from typing_extensions import override
from walls import Wall

from copbot.content import Content
from copbot.domain.place import Place
from copbot.domain.step import Fate, Outgoing
from copbot.ports.store import Store, UnitOfWork
from copbot.runtime.sender import Sender
from copbot.runtime.supervising import supervised
from copbot.runtime.wrapped import WrappedStore
from copbot.store.store import SqlStore
from copbot.testing.clock import SteppingClock
from copbot.testing.values import START, an_outgoing

T = TypeVar("T")
MINUTE = timedelta(minutes=1)


@dataclass
class Works:
    """A sender between a store and two platforms, and what it said was marked as sent."""

    store: SqlStore
    content: Content
    clock: SteppingClock
    first: Wall
    second: Wall
    sent: list[str] = field(default_factory=list)
    rounds: int = 0
    _something: asyncio.Event = field(default_factory=asyncio.Event)

    def sender(
        self, *, in_flight: int = 200, lease: timedelta = timedelta(seconds=30), owner: str = "me", store: Store | None = None
    ) -> Sender:
        walls = {wall.name: wall for wall in (self.first, self.second)}
        return Sender(
            store or self.store, self.content, walls, self.clock, Random(1), owner, marked=self._marked, lease=lease, in_flight=in_flight
        )

    def _marked(self, rows: Sequence[Outgoing]) -> None:
        self.sent += [row.key for row in rows]
        self.rounds += 1
        self._something.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                await self._something.wait()
                self._something.clear()

    async def put(self, rows: Iterable[Outgoing]) -> None:
        await self.store.write(lambda uow: uow.outbox.add(rows))

    async def fates(self, *keys: str) -> list[Fate]:
        found = await self.store.read(lambda uow: uow.outbox.by_keys(keys))
        return [found[key].fate for key in keys]


@pytest.fixture
async def works(store: SqlStore, shipped: Content) -> AsyncIterator[Works]:
    clock = SteppingClock(START)
    made = Works(store, shipped, clock, Wall("first", clock), Wall("second", clock))
    yield made
    for wall in (made.first, made.second):
        wall.go.set()


def to(platform: str, channel: str, key: str) -> Outgoing:
    return an_outgoing(key, lane=f"{platform}:{channel}", target=Place(platform, channel))


async def test_a_platform_that_hangs_leaves_room_for_one_that_does_not(works: Works, background: Background) -> None:
    works.first.slow = {str(n) for n in range(6)}
    hanging = [to("first", str(n), f"h{n}") for n in range(6)]
    healthy = [to("second", str(n % 3), f"k{n}") for n in range(9)]
    await works.put([*hanging, *healthy])
    background.run(supervised("sender", works.sender(in_flight=4).run))
    await works.until(lambda: len(works.sent) == 9)
    assert sorted(works.sent) == sorted(row.key for row in healthy)
    assert len(works.first.stands) == 2
    works.first.go.set()
    await works.until(lambda: len(works.sent) == 15)
    assert set(await works.fates(*(row.key for row in hanging))) == {Fate.SENT}


async def test_a_slow_lane_waits_alone_and_keeps_its_order(works: Works, background: Background) -> None:
    works.first.slow = {"slow"}
    rows = [to("first", "slow", "s1"), to("first", "slow", "s2"), *(to("first", f"c{n % 2}", f"q{n}") for n in range(8))]
    await works.put(rows)
    background.run(supervised("sender", works.sender().run))
    await works.until(lambda: len(works.sent) == 8)
    assert [key for key in works.sent if key in {"q0", "q2", "q4", "q6"}] == ["q0", "q2", "q4", "q6"]
    assert await works.fates("s1", "s2") == [Fate.LEASED, Fate.PENDING]
    works.first.go.set()
    await works.until(lambda: len(works.sent) == 10)
    assert [key for key in works.first.stands if key.startswith("s")] == ["s1", "s2"]


async def test_what_is_rung_for_goes_out_while_something_hangs(works: Works, background: Background) -> None:
    works.first.slow = {"slow"}
    sender = works.sender()
    await works.put([to("first", "slow", "s1"), to("first", "quick", "q1")])
    background.run(supervised("sender", sender.run))
    await works.until(lambda: works.sent == ["q1"])
    await works.put([to("first", "quick", "q2")])
    sender.ring()
    await works.until(lambda: works.sent == ["q1", "q2"])
    assert await works.fates("s1", "q1", "q2") == [Fate.LEASED, Fate.SENT, Fate.SENT]


async def test_a_post_that_takes_too_long_is_unclear_and_looked_for(works: Works, background: Background) -> None:
    works.first.slow = {"slow"}
    await works.put([to("first", "slow", "s1")])
    sender = works.sender(lease=timedelta(milliseconds=50))
    background.run(supervised("sender", sender.run))
    await works.until(lambda: works.rounds == 1)
    assert await works.fates("s1") == [Fate.UNCLEAR]
    works.clock.step(MINUTE)
    sender.ring()
    await works.until(lambda: works.sent == ["s1"])
    assert works.first.stands == ["s1"]


async def test_a_post_that_outlives_its_lease_is_not_joined_by_another(works: Works, background: Background) -> None:
    """As after a pause of the whole process: the time limit has not ended the post yet, but the lease is over."""
    works.first.slow = {"slow"}
    sender = works.sender()
    await works.put([to("first", "slow", "s1"), to("first", "quick", "q1")])
    background.run(supervised("sender", sender.run))
    await works.until(lambda: works.sent == ["q1"])
    works.clock.step(MINUTE)
    await works.put([to("first", "quick", "q2")])
    sender.ring()
    await works.until(lambda: works.sent == ["q1", "q2"])
    assert sorted(works.first.stands) == ["q1", "q2", "s1"]
    works.first.go.set()
    await works.until(lambda: works.rounds == 3)
    assert await works.fates("s1") == [Fate.LEASED]
    works.clock.step(MINUTE)
    sender.ring()
    await works.until(lambda: works.rounds == 4)
    assert await works.fates("s1") == [Fate.SENT]
    assert works.first.stands.count("s1") == 1


class StoppedAfterClaiming(WrappedStore):
    """The process stands still for so long, once, between its first claim and what it does with it; meanwhile somebody else is at work."""

    def __init__(self, works: Works, pause: timedelta, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__(works.store)
        self._works, self._pause, self._meanwhile = works, pause, meanwhile

    @override
    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        return await self._works.store.read(work)

    @override
    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        done = await self._works.store.write(work)
        if pause := self._pause:
            self._pause = timedelta()
            self._works.clock.step(pause)
            await self._meanwhile()
        return done


async def test_what_was_claimed_before_a_pause_is_not_handed_over_late_in_its_lease(works: Works) -> None:
    """It could be on its way still when somebody else looks for it. It certainly was not sent: nobody has to wait or look for it."""

    async def nobody() -> None:
        assert await works.fates("k") == [Fate.LEASED]

    await works.put([to("first", "slt", "k")])
    stopped = works.sender(store=StoppedAfterClaiming(works, timedelta(seconds=16), nobody))
    await stopped.drain()
    assert works.first.stands == []
    assert await works.fates("k") == [Fate.PENDING]
    works.clock.step(timedelta(seconds=1))
    assert [row.key for row in await stopped.drain()] == ["k"]


async def test_what_somebody_else_sent_during_a_pause_is_theirs(works: Works) -> None:
    await works.put([to("first", "slt", "k")])
    other = works.sender(owner="other")
    stopped = works.sender(store=StoppedAfterClaiming(works, timedelta(seconds=45), other.drain))
    assert await stopped.drain() == []
    assert works.first.stands == ["k"]
    assert await works.fates("k") == [Fate.SENT]


async def one_in_flight(works: Works, background: Background) -> Sender:
    """A sender with a slow post on its way, one that waits behind it, and a quick one that is sent."""
    works.first.slow = {"slow"}
    sender = works.sender()
    await works.put([to("first", "slow", "s1"), to("first", "slow", "s2"), to("first", "quick", "q1")])
    background.run(supervised("sender", sender.run))
    await works.until(lambda: works.sent == ["q1"])
    return sender


async def test_a_stop_finishes_what_is_in_flight_and_begins_nothing(works: Works, background: Background) -> None:
    sender = await one_in_flight(works, background)
    sender.stop()
    works.first.go.set()
    await background.ended()
    assert await works.fates("s1", "s2") == [Fate.SENT, Fate.PENDING]


async def test_what_a_stop_cuts_off_is_unclear(works: Works, background: Background) -> None:
    sender = await one_in_flight(works, background)
    sender.stop()
    sender.cut()
    await background.ended()
    assert await works.fates("s1", "s2") == [Fate.UNCLEAR, Fate.PENDING]


async def test_rows_for_a_platform_that_is_not_there_end(works: Works, background: Background) -> None:
    await works.put([to("nowhere", "slt", "n1")])
    background.run(supervised("sender", works.sender().run))
    await works.until(lambda: works.rounds == 1)
    assert await works.fates("n1") == [Fate.FAILED]


class Stumbling(SqlStore):
    """A real store that fails on its next writes."""

    failing = 0

    @override
    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        if self.failing:
            self.failing -= 1
            raise OSError("disk trouble")
        return await super().write(work)


async def test_a_fault_of_the_sender_does_not_end_it(shipped: Content, background: Background, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copbot.runtime.supervising.AGAIN", 0.0)
    clock, store = SteppingClock(START), Stumbling.in_memory()
    works = Works(store, shipped, clock, Wall("first", clock), Wall("second", clock))
    await works.put([to("first", "slt", "a1"), to("first", "slt", "a2")])
    store.failing = 2
    sender = works.sender()
    background.run(supervised("sender", sender.run))
    await works.until(lambda: works.sent == ["a1", "a2"])
    assert await works.fates("a1", "a2") == [Fate.SENT, Fate.SENT]
    sender.stop()
    store.close()
