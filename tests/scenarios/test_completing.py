"""While somebody types an option of a command they see what it could be; nothing of that changes anything or is kept."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import TypeVar

import pytest
from playhouse import CHANNEL, SEED_2, House, Open, london
from typing_extensions import override

from copbot.content import Content
from copbot.domain.heard import Completing, Interaction
from copbot.domain.message import Choices, Option, Reply
from copbot.domain.place import Person, Place
from copbot.ports.store import UnitOfWork
from copbot.runtime.bot import Bot
from copbot.services import completing
from copbot.services.commands import COMMANDS, RARE, SPECS
from copbot.services.desk import Desk
from copbot.store.store import SqlStore
from copbot.testing.clock import SteppingClock
from copbot_room import Room
from copbot_room.server import RoomServer
from copbot_room.settings import read_settings

T = TypeVar("T")


def typing(house: House, verb: str, option: str, typed: str = "", who: str = "sally", channel: str = CHANNEL, **others: str) -> Completing:
    person = Person("room", who)
    return Completing("i1", house.clock.now(), Place("room", channel), person, verb, option, typed, others, who.capitalize())


async def offered(house: House, verb: str, option: str, typed: str = "", **others: str) -> list[tuple[str, str]]:
    heard = typing(house, verb, option, typed, **others)
    found = await house.store.read(lambda uow: completing.choices(Desk(uow, house.clock.now(), house.content, Random(1)), heard))
    return [(one.value, one.label) for one in found.options]


async def values(house: House, verb: str, option: str, typed: str = "", **others: str) -> list[str]:
    return [value for value, _ in await offered(house, verb, option, typed, **others)]


async def test_question_sets_by_their_title_or_id(house: House) -> None:
    everything = await values(house, "schedule", "set")
    assert SEED_2 in everything
    assert set(everything) == {one.id for one in house.content.question_sets("ResNetSLT")}
    assert (SEED_2, "Thinking together") in [(id, title[:17]) for id, title in await offered(house, "schedule", "set", "thinking")]
    assert await values(house, "schedule", "set", "2018-01") == [SEED_2]
    assert await values(house, "schedule", "set", "nothing like it") == []


async def test_chats_that_are_ahead_by_number_and_title(house: House) -> None:
    await house.schedule()
    chat = await house.chat()
    label = f"{chat.id}: {chat.title}, Wed 31 Jan 2018, 19:30"
    assert await offered(house, "next", "chat") == [(str(chat.id), label)]
    assert await offered(house, "next", "chat", "wed") == [(str(chat.id), label)]
    assert await values(house, "next", "chat", "reading") == []


async def test_a_draft_is_nobody_elses_business(house: House) -> None:
    await house.cop("sally", f"schedule set={SEED_2} date=2018-01-31 time=19:30")
    assert await values(house, "next", "chat") == []


async def test_a_chat_that_is_over_is_offered_for_its_transcript_only(live: House) -> None:
    id = str((await live.chat()).id)
    await live.until("2018-02-20 12:00")
    assert await values(live, "transcript", "chat") == [id]
    assert await values(live, "next", "chat") == []


async def test_dates_begin_with_the_question_sets_own(house: House) -> None:
    dates = await offered(house, "schedule", "date", set=SEED_2)
    assert dates[:3] == [
        ("2018-01-31", "Wednesday 31 January 2018"),
        ("2018-01-02", "Tuesday 2 January 2018"),
        ("2018-01-03", "Wednesday 3 January 2018"),
    ]
    wednesdays = await values(house, "schedule", "date", "wed")
    assert wednesdays[:2] == ["2018-01-03", "2018-01-10"]
    assert len(wednesdays) == completing.MOST
    assert (await values(house, "schedule", "date", "2018-03"))[0] == "2018-03-01"
    assert (await values(house, "schedule", "date", "14 feb"))[0] == "2018-02-14"


@pytest.mark.parametrize(
    ("typed", "first", "among"),
    [
        ("", "19:30", "08:00"),
        ("20", "20:00", "20:30"),
        ("7", "19:30", "07:00"),
        ("7.30pm", "19:30", "19:30"),
        ("7am", "07:00", "07:30"),
        ("12am", "00:00", "00:30"),
        ("12pm", "12:00", "12:30"),
        ("1", "19:30", "01:00"),
        ("09:", "09:00", "09:30"),
    ],
)
async def test_times(house: House, typed: str, first: str, among: str) -> None:
    found = await values(house, "schedule", "time", typed)
    assert found[0] == first
    assert among in found


async def test_what_is_no_time_is_not_completed(house: House) -> None:
    assert await values(house, "schedule", "time", "after tea") == []
    assert await values(house, "schedule", "time", "25") == []


async def test_zones_begin_with_those_at_hand(house: House) -> None:
    assert await values(house, "schedule", "zone") == ["Europe/London"]
    assert (await values(house, "schedule", "zone", "new york"))[0] == "America/New_York"
    assert len(await values(house, "schedule", "zone", "a")) == completing.MOST


async def test_people_one_after_the_other(house: House) -> None:
    assert await values(house, "schedule", "with", "lu") == ["Lucy"]
    assert await values(house, "schedule", "with", "Lucy, ja") == ["Lucy, Jane"]
    assert "Lucy, Lucy" not in await values(house, "schedule", "with", "Lucy, ")
    assert await values(house, "cohost", "name", "@mar") == ["Maria"]


async def test_who_shares_a_name_is_named_by_account(open_house: Open) -> None:
    house = await open_house(names={"lucy": "Alex", "jane": "Alex"})
    assert await offered(house, "schedule", "with", "al") == [
        ("@jane", "Alex (@jane)"),
        ("@lucy", "Alex (@lucy)"),
        ("Sally", "Sally"),
    ]


async def test_channels_of_the_community(house: House) -> None:
    assert await offered(house, "schedule", "in") == [("resnetslt", "#resnetslt")]


async def test_channels_by_what_they_are_called_where_nobody_sees_their_ids(house: House) -> None:
    heard = replace(typing(house, "schedule", "in", "#thur"), channels={CHANNEL: "the-thursday-thing", "C2": "thursdays-elsewhere"})
    found = await house.store.read(lambda uow: completing.choices(Desk(uow, house.clock.now(), house.content, Random(1)), heard))
    assert found == Choices((Option(CHANNEL, "#the-thursday-thing"),))


async def test_a_stranger_elsewhere_learns_nothing(house: House) -> None:
    assert await values(house, "schedule", "set", who="nobody", channel="elsewhere") == []
    assert await values(house, "schedule", "no-such-option") == []


async def test_whoever_is_known_can_type_in_private(house: House) -> None:
    assert SEED_2 in await values(house, "schedule", "set", channel="@sally")


async def test_every_option_that_asks_is_answered() -> None:
    asking = {option.name for spec in SPECS for option in spec.options if option.completed}
    assert asking == set(completing.OFFERS)


async def test_the_verbs_that_matter_come_first() -> None:
    """Discord's menu has room for 24 of those that are typed."""
    verbs = [spec.verb for spec in SPECS]
    assert sorted(verbs) == sorted(COMMANDS)
    assert verbs.index("help") < 24
    assert verbs[-len(RARE) :] == list(RARE)


async def test_a_co_host_is_named_by_an_option_as_by_words(house: House) -> None:
    await house.schedule()
    assert "Ben" in await house.cop("sally", "cohost name=person:room:ben")
    assert "I have not met anybody called" in await house.cop("sally", "cohost name=person:slack:U1")
    assert "Jane" in await house.cop("sally", "cohost name=Jane")
    assert "Tom" in await house.cop("sally", 'cohost name="Tom" as=guest')


class Telling(Room):
    """A room that remembers what was told."""

    def __init__(self, clock: SteppingClock) -> None:
        super().__init__(RoomServer(read_settings({"channels": [{"id": CHANNEL, "title": CHANNEL}], "live": False}), clock), ())
        self.told: list[tuple[Interaction, Reply]] = []

    @override
    async def tell(self, interaction: Interaction, reply: Reply) -> None:
        self.told.append((interaction, reply))


class Failing(SqlStore):
    """A store that cannot read when told so."""

    fails = False

    @override
    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        if self.fails:
            raise ValueError("trouble")
        return await super().read(work)


async def test_the_bot_tells_what_it_could_be_and_keeps_nothing(house: House, shipped: Content) -> None:
    platform, heard = Telling(house.clock), typing(house, "schedule", "set", "thinking", who="stranger")
    bot = Bot(house.store, shipped, [platform], house.clock, house.clock, random=Random(1), owner="telling")
    await bot.hear(heard)
    await bot.hear(heard)
    [(to, reply), again] = platform.told
    assert to == heard
    assert again == (heard, reply), "asked again, it is answered again"
    assert isinstance(reply, Choices)
    assert [one.value for one in reply.options] == [SEED_2]
    known = await house.store.read(lambda uow: uow.members.by_person("ResNetSLT", [heard.person]))
    assert known == {}
    assert await house.store.write(lambda uow: uow.interactions.new([heard.id], heard.at)) == {heard.id}


async def test_who_gets_no_help_can_still_type(shipped: Content) -> None:
    store = Failing.in_memory()
    clock = SteppingClock(london("2018-01-02 12:00"))
    platform = Telling(clock)
    bot = Bot(store, shipped, [platform], clock, clock, random=Random(1), owner="failing")
    store.fails = True
    place = Place("room", CHANNEL)
    await bot.hear(Completing("i1", clock.now(), place, Person("room", "sally"), "schedule", "set", "t"))
    assert [reply for _, reply in platform.told] == [Choices()]
    store.close()
