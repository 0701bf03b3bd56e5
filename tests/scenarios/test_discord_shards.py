"""A shard that changes hands in the middle of a chat: the chat goes on, and is the same as without that."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from chat_stage import RoomStage
from databases import ONLY_ON_POSTGRESQL, Postgres
from discord_guild import config_on_discord, populate
from discord_house import DiscordHouse, Trouble
from discord_loopback.server import Loopback
from discord_pair import SHARDS, Pair
from playhouse import Open, london
from resnetslt_chat import Evening, left_of

from copbot.content import Content
from copbot.resources import data_dir
from copbot.store.readings import SqlReadings
from copbot.store.store import SqlStore
from copbot.testing.clock import SteppingClock


@pytest.fixture
def store() -> Iterator[SqlStore]:
    """The room's."""
    opened = SqlStore.in_memory()
    yield opened
    opened.close()


@pytest.fixture
async def discord() -> AsyncIterator[Loopback]:
    """Fails the test in the end for every request that Discord would refuse."""
    async with Loopback() as discord:
        populate(discord)
        yield discord
    assert not discord.faults, "\n".join(discord.faults)


@pytest.fixture(params=ONLY_ON_POSTGRESQL)
async def pair(discord: Loopback, postgres: Postgres, tmp_path: Path) -> AsyncIterator[Pair]:
    """Four weeks before the chat, nothing scheduled."""
    content = Content.load(config_on_discord(tmp_path), data_dir("prompts"))
    with postgres.migrated() as url:
        pair = Pair(discord, url, content, SteppingClock(london("2018-01-02 12:00")))
        await pair.start()
        yield pair
        await pair.aclose()


async def kept(pair: Pair) -> list[object]:
    """What people said, as far as a process has kept it."""
    return [row["text"] for row in await SqlReadings(pair.store).log(list)]


async def test_another_process_goes_on_where_one_stands_still_and_the_first_one_after_it(pair: Pair, open_house: Open) -> None:
    first, second = pair.copies

    async def first_stands_still(_: DiscordHouse) -> None:
        await pair.stand_still(first)

    async def second_takes_over(_: DiscordHouse) -> None:
        before = await kept(pair)
        await pair.take_over(second)
        assert len(await kept(pair)) == len(before) + 2, "what was said while nobody heard"

    async def first_goes_on(_: DiscordHouse) -> None:
        assert second.adapter.acted, "it was told what hosts pressed"
        assert first.adapter.busy, "it was told everything, too, and has it in hand"
        await pair.go_on(first)

    async def back_again(_: DiscordHouse) -> None:
        await pair.stand_still(second)
        await pair.take_over(first)
        await pair.go_on(second)

    pair.troubles += [
        Trouble("2018-01-31 19:50:20", first_stands_still),
        Trouble("2018-01-31 19:51:50", second_takes_over),
        Trouble("2018-01-31 20:07:30", first_goes_on),
        Trouble("2018-01-31 20:12:20", back_again),
    ]
    await Evening(pair).play()
    assert pair.troubles == []
    stage = RoomStage(await open_house(), replies=True)
    await Evening(stage).play()
    assert await left_of(pair) == await left_of(stage)
    assert pair.asked() == ["Q1", "Extra", "Q2", "Q3", "Q4", "Take-away"]
    assert [text for text, times in Counter(pair.posts()).items() if times > 1] == []
    assert sorted(session.shard for session in pair.discord.gateway.sessions.values()) == list(range(SHARDS))
