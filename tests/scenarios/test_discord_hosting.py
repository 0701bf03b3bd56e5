"""A host plans a chat on Discord with what is typed, chosen and filled in there; members come, look at what is kept, and leave."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from discord_evening import guild
from discord_guild import ACCOUNTS, CHANNELS
from discord_house import DiscordHouse
from discord_loopback.model import FORUM, TEXT, Body
from discord_loopback.world import GUILD
from playhouse import BACKSTAGE, SEED_2
from resnetslt_chat import Evening
from slack_loopback.faults import Kind

from copbot.domain.chat import State
from copbot.store.readings import SqlReadings

CREATE_EVENT = "create_guild_scheduled_event"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DiscordHouse]:
    async with guild(tmp_path) as house:
        yield house


@pytest.fixture(params=["text", "forum"])
async def planned(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DiscordHouse]:
    """Scheduled and announced."""
    async with guild(tmp_path, FORUM if request.param == "forum" else TEXT) as house:
        await Evening(house).schedule_by("sally")
        await house.until("2018-01-03 12:45")
        yield house


def events(house: DiscordHouse) -> list[Body]:
    return [event.body for event in house.world.scheduled.values()]


async def offered(house: DiscordHouse, verb: str, option: str, typed: str = "", **others: str) -> list[str]:
    """What Sally is shown while she types."""
    asked = house.people.complete(ACCOUNTS["sally"], CHANNELS[BACKSTAGE], verb, option, typed, **others)
    await house.discord.until(lambda: asked.answered is not None)
    assert not [one for one in asked.choices or [] if "7000000" in one["name"]]
    return [str(one["value"]) for one in asked.choices or []]


async def states(house: DiscordHouse) -> list[State]:
    return [chat.state for chat in await house.store.read(lambda uow: uow.chats.in_states(list(State)))]


async def test_a_chat_is_scheduled_by_typing_with_everything_offered(house: DiscordHouse) -> None:
    await house.command("lucy", "help")
    [set_] = await offered(house, "schedule", "set", "thinking")
    assert set_ == SEED_2
    dates = await offered(house, "schedule", "date", "", set=set_)
    assert "2018-01-31" in dates
    assert "Europe/London" in await offered(house, "schedule", "zone", "lond")
    assert await offered(house, "schedule", "with", "lu") == ["Lucy"]
    [channel] = await offered(house, "schedule", "in")
    assert await offered(house, "schedule", "in", "#ResNet") == [channel]
    assert await offered(house, "schedule", "in", "kitchen") == []
    await house.command("sally", f"schedule set={set_} date=2018-01-31 time=19:30 zone=Europe/London with=Lucy in={channel}")
    if house.people.front(ACCOUNTS["sally"]) is not None:
        await house.submit("sally", {})
    assert any(one.startswith("Draft: Thinking together") and "Hosts: @Sally, @Lucy." in one for one in house.told("sally"))
    await house.press("sally", "Confirm")
    assert await states(house) == [State.PLANNED]
    assert await offered(house, "preview", "chat", "") == ["1"]
    await house.command("sally", "preview chat=1")
    assert "19:48 Q2" in house.told("sally")[-1]


async def test_the_event_comes_with_confirm_moves_with_the_chat_and_goes_with_it(planned: DiscordHouse) -> None:
    [event] = events(planned)
    assert (event["name"], event["scheduled_start_time"]) == (
        "Thinking together: what makes Communities of Practice work?",
        "2018-01-31T19:30:00+00:00",
    )
    await planned.command("sally", "reschedule chat=1 date=2018-02-07 time=19:00")
    await planned.press("sally", "Move it")
    [event] = events(planned)
    assert event["scheduled_start_time"] == "2018-02-07T19:00:00+00:00"
    assert any("has moved" in one for one in planned.posts())
    await planned.command("sally", "cancel chat=1")
    assert len(events(planned)) == 1
    await planned.press("sally", "Cancel the chat")
    assert events(planned) == []
    assert any("is cancelled" in one for one in planned.posts())


async def test_nothing_is_an_event_before_confirm_nor_after_discard(house: DiscordHouse) -> None:
    await house.command("sally", "schedule")
    await house.submit("sally", {"set": SEED_2, "date": "2018-01-31", "time": "19:30", "with": "lucy"})
    assert events(house) == []
    await house.press("sally", "Discard")
    await house.until("2018-01-04 12:00")
    assert events(house) == []


async def test_a_bot_killed_between_call_and_mark_makes_no_second_event(house: DiscordHouse) -> None:
    """Discord has it, and nobody has marked so: another bot takes over."""
    house.discord.rest.faults.once(CREATE_EVENT, Kind.LOST)
    await Evening(house).schedule_by("sally")
    await house.kill()
    assert len(events(house)) == 1
    await house.restart()
    await house.until("2018-01-04 12:00")
    assert len(events(house)) == 1
    await house.command("sally", "reschedule chat=1 date=2018-02-07 time=19:00")
    await house.press("sally", "Move it")
    assert [one["scheduled_start_time"] for one in events(house)] == ["2018-02-07T19:00:00+00:00"]


async def test_an_event_that_may_not_be_made_is_no_hindrance(house: DiscordHouse) -> None:
    house.discord.rest.faults.deny(CREATE_EVENT, "403 50013 Missing Permissions")
    await Evening(house).schedule_by("sally")
    await house.until("2018-01-31 19:36")
    assert house.asked() == ["Q1"]
    assert events(house) == []


async def test_coming_gives_a_calendar_file_even_to_who_takes_no_private_messages(planned: DiscordHouse) -> None:
    planned.world.users[ACCOUNTS["maria"]].shut = True
    await planned.press("maria", "I'll be there")
    assert b"DTSTART:20180131T193000Z" in planned.files("maria")["chat.ics"]
    await planned.until("2018-01-31 19:36")
    await planned.say("maria", "Not sure!", "Q1")
    await planned.until("2018-01-31 20:40")
    assert planned.asked() == ["Q1", "Q2", "Q3", "Q4", "Take-away"]
    assert [str(row["text"]) for row in await SqlReadings(planned.store).log(list)] == ["Not sure!"]
    assert not [one for one in planned.posts(BACKSTAGE) if "Maria" in one and "private" in one]


async def test_the_menu_of_a_message(planned: DiscordHouse) -> None:
    await planned.until("2018-01-31 19:36")
    first = await planned.say("tom", "Three of us at the bus stop", "Q1")
    second = await planned.say("ben", "Was it ours, or was it hers?", "Q1")
    third = await planned.say("ben", "My manager Jo Bloggs would not let me", "Q1")
    await planned.shortcut("lucy", first, "pin")
    assert planned.told("lucy")[-1] == "Pinned for the summary."
    assert planned.world.message(planned.world.channel(planned.thread("Q1")), first).pinned
    await planned.shortcut("tom", third, "report")
    if planned.people.front(ACCOUNTS["tom"]) is not None:
        await planned.submit("tom", {})
    assert f"https://discord.com/channels/{GUILD}/{planned.thread('Q1')}/{third}" in planned.everything(BACKSTAGE)[-1].content
    assert "Tom" not in planned.posts(BACKSTAGE)[-1]
    await planned.shortcut("ben", third, "off-record")
    assert any("erased" in one for one in planned.told("ben"))
    await planned.shortcut("sally", second, "ask")
    await planned.submit("sally", {})
    assert "Extra" in planned.asked()
    assert sorted(str(row["text"]) for row in await SqlReadings(planned.store).log(list)) == [
        "Three of us at the bus stop",
        "Was it ours, or was it hers?",
    ]


async def test_what_is_reported_where_everybody_talks_is_found_there(planned: DiscordHouse) -> None:
    """In a forum that is the bot's own post."""
    said = await planned.say("ben", "My manager Jo Bloggs would not let me")
    await planned.shortcut("tom", said, "report")
    await planned.submit("tom", {"reason": "a name"})
    assert f"https://discord.com/channels/{GUILD}/{planned.here()}/{said}" in planned.everything(BACKSTAGE)[-1].content


async def test_what_is_kept_is_shown_given_and_forgotten_in_private(planned: DiscordHouse) -> None:
    await planned.until("2018-01-31 19:36")
    await planned.say("chloe", "We just kept asking one another.", "Q1")
    public = planned.posts()
    await planned.command("chloe", "privacy text=off")
    assert any("What I had kept of your words is erased." in one for one in planned.told("chloe"))
    await planned.command("chloe", "export-me")
    [kept] = [json.loads(content) for name, content in planned.files("chloe").items() if name.endswith(".json")]
    assert "We just kept asking one another." not in json.dumps(kept)
    await planned.command("chloe", "forget-me")
    await planned.press("chloe", "Forget me ...")
    await planned.press("chloe", "Yes, forget me now")
    assert [row["member"] for row in await SqlReadings(planned.store).log(list) if row["text"]] == []
    assert planned.posts() == public
    assert not [one for who in ("sally", "maria") for one in planned.told(who) if "Chloe" in one]


async def test_a_form_whose_answer_got_lost_is_offered_again(house: DiscordHouse) -> None:
    """The bot does not know whether Sally sees anything; she does it again, and there is one chat."""
    await house.command("sally", "schedule")
    house.discord.rest.faults.once("create_interaction_response", Kind.CUT)
    acted = house.adapter.acted
    house.people.submit(ACCOUNTS["sally"], {"set": SEED_2, "date": "2018-01-31", "time": "19:30", "with": ACCOUNTS["lucy"]})
    await house.discord.until(lambda: house.adapter.acted > acted)
    await house.until("2018-01-02 12:05")
    assert not [one for one in house.told("sally") if one.startswith("Draft")]
    await Evening(house).schedule_by("sally")
    await house.until("2018-01-03 12:45")
    assert (await states(house)).count(State.PLANNED) == 1
    assert len([one for one in house.posts() if "Hosted by Sally and Lucy." in one]) == 1
