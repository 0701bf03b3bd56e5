"""One event that cannot be stored does not take its neighbours along."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TypeVar

import pytest
from playhouse import CHANNEL, House, Open
from typing_extensions import override

from copbot.domain.heard import Said
from copbot.domain.place import Person, Place, Profile
from copbot.ports.store import UnitOfWork
from copbot.runtime import receiver
from copbot.runtime.bot import Bot
from copbot.runtime.receiver import BATCH
from copbot.store.store import SqlStore

T = TypeVar("T")
SECRET = "nobody may read this in a log"


class Stumbling(SqlStore):
    """A real store that fails on the writes of the numbers given."""

    fails: frozenset[int] = frozenset()
    writes = 0

    @override
    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        self.writes += 1
        if self.writes in self.fails:
            raise ValueError(f"trouble near: {SECRET}")
        return await super().write(work)


@pytest.fixture
def store() -> Stumbling:
    return Stumbling.in_memory()


@pytest.fixture
async def answering(open_house: Open) -> House:
    """A house while the first question is answered."""
    house: House = await open_house("2018-01-28 12:00")
    await house.schedule()
    await house.until("2018-01-31 19:36")
    return house


def lines(house: House, count: int) -> list[Said]:
    """Of as many people, in the first question's thread."""
    place, now = Place("room", CHANNEL, house.thread("Q1")), house.clock.now()
    people = [Person("room", id) for id in ("maria", "tom", "ben")]
    return [Said(now + timedelta(seconds=n), place, people[n % 3], f"x{n}", f"{SECRET} {n}", name=people[n % 3].id) for n in range(count)]


async def kept(house: House) -> list[str]:
    return [response.message.message for response in await house.responses() if response.message]


@pytest.mark.parametrize("together", [True, False], ids=["in one go", "one by one"])
async def test_a_poison_event_is_parked_by_its_address_only(
    answering: House, store: Stumbling, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], *, together: bool
) -> None:
    said = lines(answering, 3)
    store.fails = frozenset({store.writes + 1, store.writes + 3})
    await (answering.bot.hear(*said) if together else asyncio.gather(*(answering.bot.hear(one) for one in said)))
    assert await kept(answering) == ["x0", "x2"]
    parked = await store.read(lambda uow: uow.facts.get(f"parked:room:{CHANNEL}:{said[1].place.thread}:x1"))
    assert parked == "Said ValueError"
    assert SECRET not in caplog.text + "".join(capsys.readouterr())


async def test_what_could_not_even_be_parked_comes_again_and_its_neighbours_are_kept(answering: House, store: Stumbling) -> None:
    said = lines(answering, 3)
    store.fails = frozenset({store.writes + 1, store.writes + 3, store.writes + 4})
    with pytest.raises(ValueError, match="trouble"):
        await answering.bot.hear(*said)
    assert await kept(answering) == ["x0", "x2"]
    await answering.bot.hear(*said)
    assert sorted(await kept(answering)) == ["x0", "x1", "x2"]


async def test_what_comes_together_is_committed_together_up_to_a_batch(answering: House, store: Stumbling) -> None:
    writes = store.writes
    await answering.bot.hear(*lines(answering, BATCH + 1))
    assert len(await kept(answering)) == BATCH + 1
    assert store.writes == writes + 2


async def test_in_a_storm_what_comes_meanwhile_shares_a_commit(answering: House, store: Stumbling, monkeypatch: pytest.MonkeyPatch) -> None:
    over, sleep = asyncio.Event(), asyncio.sleep

    async def breath(_seconds: float) -> None:
        await over.wait()

    monkeypatch.setattr(asyncio, "sleep", breath)
    first, second, *others = lines(answering, 9)
    await answering.bot.hear(first, second)
    writes, storm = store.writes, []
    for one in others:
        storm.append(asyncio.create_task(answering.bot.hear(one)))
        await sleep(0)
    assert store.writes == writes
    over.set()
    await asyncio.gather(*storm)
    assert store.writes == writes + 1
    assert len(await kept(answering)) == 9


async def test_who_speaks_alone_waits_for_nobody(answering: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "BREATH", 600)
    for one in lines(answering, 3):
        await asyncio.wait_for(answering.bot.hear(one), 60)
    assert len(await kept(answering)) == 3


async def test_a_step_that_fails_stops_nobody_elses_chat(open_house: Open, store: Stumbling) -> None:
    house: House = await open_house("2018-01-28 12:00")
    await house.schedule()
    await house.until("2018-01-31 19:34")
    due = await house.bot.turn()
    assert due is not None
    house.clock.set(due)
    store.fails = frozenset({store.writes + 1})
    await house.bot.turn()
    assert house.asked() == ["Q1"]


async def test_stopping_waits_for_nothing_and_loses_nothing(open_house: Open, store: Stumbling) -> None:
    house: House = await open_house("2018-01-28 12:00")
    await house.schedule()
    await house.until("2018-01-31 19:36")
    await house.bot.stop()
    other = Bot(store, house.content, [house.room], house.clock, house.clock, random=Random(3), owner="third")
    await house.room.people.say("maria", CHANNEL, "while nobody listens", house.thread("Q1"))
    await other.start()
    await other.turn()
    await other.stop()
    kept = await house.responses()
    assert [response.text for response in kept] == ["while nobody listens"]


async def test_who_writes_without_a_name_is_asked_for(open_house: Open) -> None:
    """Slack's messages carry an account and no name."""
    house: House = await open_house("2018-01-28 12:00")
    await house.schedule()
    await house.until("2018-01-31 19:36")
    maria = Person("room", "maria")

    asked = asyncio.Event()
    profile = house.room.profile

    async def noticed(person: Person) -> Profile:
        asked.set()
        return await profile(person)

    def forget(uow: UnitOfWork) -> None:
        uow.members.save(uow.members.by_person("ResNetSLT", [maria])[maria]._replace(name="U0MARIA"))

    await house.store.write(forget)
    house.room.profile = noticed  # type: ignore[method-assign]
    await house.bot.hear(Said(house.clock.now(), Place("room", CHANNEL, house.thread("Q1")), maria, "x1", "Yes, I am one"))
    await asyncio.wait_for(asked.wait(), 10)
    known = await house.store.read(lambda uow: uow.members.by_person("ResNetSLT", [maria]))
    assert known[maria].name == "Maria"
