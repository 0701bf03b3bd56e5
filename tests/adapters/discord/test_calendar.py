"""Chats among a server's scheduled events: one each, moved and cancelled with the chat."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from discord_bots import ADA, CHANNEL, SLT, Bots
from discord_loopback.model import Body
from discord_loopback.permissions import bits
from discord_loopback.server import Loopback
from discord_loopback.world import BOT_ROLE, GUILD
from slack_loopback.faults import Kind

from copbot.domain.place import Person
from copbot.errors import NotPermitted, Refused, Unclear
from copbot_discord import Discord
from copbot_discord.calendar import changes, event_of, mark_of

KEY = "chat:7"
HOUR = timedelta(hours=1)
SETTLED = 20.1


@pytest.fixture
def bots(discord: Loopback) -> Bots:
    return Bots(discord)


@pytest.fixture
def starts(bots: Bots) -> datetime:
    return bots.clock.now().replace(microsecond=0) + timedelta(days=1)


async def schedule(bot: Discord, starts: datetime, title: str = "Mentoring", about: str = "") -> None:
    await bot.calendar.schedule(CHANNEL, title, starts, starts + HOUR, key=KEY, about=about)


def events(bots: Bots) -> list[Body]:
    return [event.body for event in bots.discord.world.scheduled.values()]


async def test_an_event_is_where_the_channel_is(bots: Bots, starts: datetime) -> None:
    await schedule(bots.start(), starts, about="How do we *listen*?")
    [event] = events(bots)
    assert (event["name"], event["entity_type"], event["privacy_level"]) == ("Mentoring", 3, 2)
    assert event["entity_metadata"] == {"location": f"https://discord.com/channels/{GUILD}/{SLT}"}
    assert event["description"] == f"How do we listen?\n\n{mark_of(KEY)}"
    assert datetime.fromisoformat(event["scheduled_end_time"]) == starts + HOUR


async def test_it_moves_with_the_chat(bots: Bots, starts: datetime) -> None:
    await schedule(bots.start(), starts)
    for _ in range(2):
        await schedule(bots.start(), starts + HOUR, "Mentoring, later")
    [event] = events(bots)
    assert (event["name"], datetime.fromisoformat(event["scheduled_start_time"])) == ("Mentoring, later", starts + HOUR)
    assert bots.calls("update_guild_scheduled_event") == 1


async def test_it_goes_with_the_chat(bots: Bots, starts: datetime) -> None:
    bot = bots.start()
    await bot.calendar.schedule(CHANNEL, "Another", starts, starts + HOUR, key="chat:8")
    await schedule(bot, starts)
    for _ in range(2):
        await bot.calendar.cancel(CHANNEL, key=KEY)
    assert [event["name"] for event in events(bots)] == ["Another"]
    await schedule(bot, starts)
    assert len(events(bots)) == 2


async def test_one_that_a_host_deleted_is_made_again_when_the_chat_moves(bots: Bots, starts: datetime) -> None:
    bot = bots.start()
    await schedule(bot, starts)
    bots.discord.world.scheduled.clear()
    await schedule(bot, starts + HOUR)
    assert len(events(bots)) == 1


async def test_a_lost_answer_makes_no_second_one(bots: Bots, starts: datetime) -> None:
    bots.discord.rest.faults.once("create_guild_scheduled_event", Kind.LOST)
    with pytest.raises(Unclear):
        await schedule(bots.start(), starts)
    await schedule(bots.start(), starts + HOUR)
    [event] = events(bots)
    assert datetime.fromisoformat(event["scheduled_start_time"]) == starts + HOUR


async def test_one_that_may_still_arrive_is_waited_for(bots: Bots, starts: datetime) -> None:
    hold = bots.discord.rest.faults.hold("create_guild_scheduled_event")
    task = asyncio.create_task(schedule(bots.start(), starts))
    await hold.reached.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    with pytest.raises(Unclear):
        await schedule(bots.start(), starts)
    hold.release.set()
    await bots.discord.until(lambda: not bots.discord.rest.flying)
    await schedule(bots.start(), starts)
    assert len(events(bots)) == 1


async def test_what_has_begun_gets_no_event_and_keeps_its_start(bots: Bots, starts: datetime) -> None:
    bot = bots.start()
    await schedule(bot, bots.clock.now() - HOUR / 2)
    assert events(bots) == []
    await schedule(bot, starts)
    bots.clock.forward(timedelta(days=1, minutes=10).total_seconds())
    await bot.calendar.schedule(CHANNEL, "Mentoring", starts + HOUR / 12, starts + 2 * HOUR, key=KEY)
    [event] = events(bots)
    assert datetime.fromisoformat(event["scheduled_start_time"]) == starts
    assert datetime.fromisoformat(event["scheduled_end_time"]) == starts + 2 * HOUR


async def test_without_the_permission_it_says_where_to_grant_it(bots: Bots, starts: datetime) -> None:
    bots.discord.world.roles[BOT_ROLE].permissions &= ~bits("CREATE_EVENTS")
    with pytest.raises(NotPermitted) as refused:
        await schedule(bots.start(), starts)
    assert refused.value.remedy == "In Server settings > Roles > copbot, allow Create Events."


async def test_private_messages_have_none(bots: Bots, starts: datetime) -> None:
    bot = bots.start()
    place = await bot.direct.place(Person("discord", ADA))
    with pytest.raises(Refused):
        await bot.calendar.schedule(place, "Mentoring", starts, starts + HOUR, key=KEY)


async def test_a_server_full_of_events(bots: Bots, starts: datetime) -> None:
    bots.discord.rest.faults.deny("create_guild_scheduled_event", "400 30038 Maximum number of events reached")
    with pytest.raises(Refused, match="as many events as Discord allows"):
        await schedule(bots.start(), starts)


class TestWhatIsAsked:
    NOON = datetime(2018, 1, 31, 12, tzinfo=UTC)

    def test_long_words_are_cut_and_the_mark_stays(self) -> None:
        event = event_of(CHANNEL, GUILD, "Mentoring " * 20, self.NOON, self.NOON + HOUR, key=KEY, about="word " * 400)
        assert len(event["name"]) == 100
        assert len(event["description"]) <= 1000
        assert event["description"].endswith(f"\n\n{mark_of(KEY)}")

    def test_the_same_in_discords_writing_is_no_change(self) -> None:
        event = event_of(CHANNEL, GUILD, "Mentoring", self.NOON, self.NOON + HOUR, key=KEY, about="")
        shown = {**event, "scheduled_start_time": "2018-01-31T12:00:00Z", "entity_metadata": {**event["entity_metadata"], "more": None}}
        assert changes(shown, event, begun=False) == {}
        assert changes({**shown, "name": "Other"}, event, begun=False) == {"name": "Mentoring"}

    def test_one_that_is_on_keeps_its_start(self) -> None:
        event = event_of(CHANNEL, GUILD, "Mentoring", self.NOON, self.NOON + HOUR, key=KEY, about="")
        moved = event_of(CHANNEL, GUILD, "Mentoring", self.NOON + HOUR, self.NOON + 2 * HOUR, key=KEY, about="")
        assert changes({**event, "status": 2}, moved, begun=False).keys() == {"scheduled_end_time"}
