"""The ResNetSLT chat on Discord, over real sockets, in a text channel and in a forum, is the same as in the room."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from chat_stage import RoomStage
from databases import ON_POSTGRESQL, store_on
from discord_guild import config_on_discord, populate
from discord_house import DiscordHouse, Trouble
from discord_loopback.model import FORUM, TEXT
from discord_loopback.rest import POST
from discord_loopback.server import Loopback
from playhouse import BACKSTAGE, CHANNEL, PEOPLE, Open, london
from resnetslt_chat import Evening, Left, left_of
from slack_loopback.faults import Kind

from copbot.content import Content
from copbot.domain.chat import State
from copbot.resources import data_dir
from copbot.store.store import SqlStore
from copbot.testing.clock import SteppingClock


@pytest.fixture
def store() -> Iterator[SqlStore]:
    """The room's."""
    opened = SqlStore.in_memory()
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", *ON_POSTGRESQL])
def discord_store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    with store_on(request.param, request) as opened:
        yield opened


@pytest.fixture(params=["text", "forum"])
async def discord(request: pytest.FixtureRequest) -> AsyncIterator[Loopback]:
    """Fails the test in the end for every request that Discord would refuse."""
    async with Loopback() as discord:
        populate(discord, FORUM if request.param == "forum" else TEXT)
        yield discord
    assert not discord.faults, "\n".join(discord.faults)


@pytest.fixture
async def house(discord: Loopback, discord_store: SqlStore, tmp_path: Path) -> AsyncIterator[DiscordHouse]:
    """Four weeks before the chat, nothing scheduled."""
    content = Content.load(config_on_discord(tmp_path), data_dir("prompts"))
    house = DiscordHouse(discord, discord_store, content, SteppingClock(london("2018-01-02 12:00")))
    await house.start()
    yield house
    await house.bot.stop()


async def in_the_room(open_house: Open) -> Left:
    """With replies, which Discord records as exactly as the room does."""
    stage = RoomStage(await open_house(), replies=True)
    await Evening(stage).play()
    return await left_of(stage)


async def test_the_same_chat_leaves_the_same_log_and_transcript(house: DiscordHouse, open_house: Open) -> None:
    await Evening(house).play()
    on_discord = await left_of(house)
    assert on_discord == await in_the_room(open_house)
    assert house.asked() == ["Q1", "Extra", "Q2", "Q3", "Q4", "Take-away"]
    assert strange_words(house) == []
    assert house.world.unanswered() == []


def strange_words(house: DiscordHouse) -> list[str]:
    """What nobody should have to read: accounts and channels by their ids, marks of Markdown, addresses of the bot's own making."""
    shown = [*house.posts(CHANNEL), *house.posts(BACKSTAGE), *(text for who in PEOPLE for text in house.told(who))]
    return [found[0] for text in shown for found in re.finditer(r"(?<![\d/])\d{17,}|\b(?:person|place|time):\S+|<[@#!]", text)]


async def die_posting_the_first_question(house: DiscordHouse) -> None:
    """It stands there, and nobody has marked it."""
    await house.die_posting("2018-01-31 19:35:00")


async def lose_an_answer(house: DiscordHouse) -> None:
    """The next post stands there, and the bot does not hear so."""
    house.discord.rest.faults.once(POST, Kind.LOST)


async def lose_a_questions_answer(house: DiscordHouse) -> None:
    """The post after the next, which is the private answer to the host who asked for the question."""
    house.discord.rest.faults.once(POST, Kind.LOST, after=1)


async def garble(house: DiscordHouse) -> None:
    """The gateway brings something that nobody can read."""
    await house.discord.gateway.garble()


TROUBLES = (
    Trouble("2018-01-31 19:34:50", die_posting_the_first_question),
    Trouble("2018-01-31 19:46:05", lose_a_questions_answer),
    Trouble("2018-01-31 19:51:30", DiscordHouse.cut),
    Trouble("2018-01-31 19:52:20", DiscordHouse.lose_session),
    Trouble("2018-01-31 20:01:05", lose_an_answer),
    Trouble("2018-01-31 20:02:00", garble),
    Trouble("2018-01-31 20:12:20", DiscordHouse.kill),
    Trouble("2018-01-31 20:13:00", DiscordHouse.restart),
)


async def test_kills_cuts_and_lost_answers_change_nothing(house: DiscordHouse, open_house: Open) -> None:
    house.troubles += TROUBLES
    await Evening(house).play()
    assert house.troubles == []
    assert await tried_twice(house) == ["ask:1", "ask:2", "ask:3"]
    assert await left_of(house) == await in_the_room(open_house)
    assert house.asked() == ["Q1", "Extra", "Q2", "Q3", "Q4", "Take-away"]
    assert [text for text, times in Counter(house.posts()).items() if times > 1] == []


async def tried_twice(house: DiscordHouse) -> list[str]:
    """What the bot had to look for before it knew that it stands there."""
    rows = await house.store.read(lambda uow: uow.outbox.of(uow.chats.in_states(list(State))[0].id))
    return sorted(row.key.partition(":")[2] for row in rows if row.attempts > 1)
