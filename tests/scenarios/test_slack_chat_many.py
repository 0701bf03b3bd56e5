"""The ResNetSLT chat in one of many workspaces is the same as in the room."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from chat_stage import RoomStage
from playhouse import BACKSTAGE, CHANNEL, PEOPLE, Open
from resnetslt_chat import Evening, left_of
from slack_house import Trouble, populate
from slack_loopback.server import Loopback
from slack_loopback.workspace import TEAM
from slack_many_house import ManyHouse, config_of_many

from copbot.content import Content
from copbot.resources import data_dir
from copbot.store.store import SqlStore


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[ManyHouse]:
    """Four weeks before the chat, nothing scheduled. Fails the test in the end for every request that Slack would refuse."""
    store = SqlStore.in_memory()
    async with Loopback() as slack:
        populate(slack)
        house = ManyHouse(slack, store, Content.load(config_of_many(tmp_path), data_dir("prompts")), "2018-01-02 12:00")
        await house.start()
        yield house
        await house.cut()
        await house.bot.stop()
    store.close()
    assert slack.faults == []
    assert slack.failures == []


async def test_the_same_chat_leaves_the_same_log_and_transcript(house: ManyHouse, open_house: Open) -> None:
    house.troubles += [Trouble("2018-01-31 20:12:20", ManyHouse.kill), Trouble("2018-01-31 20:13:00", ManyHouse.restart)]
    await Evening(house).play()
    stage = RoomStage(await open_house(), replies=False)
    await Evening(stage).play()
    assert await left_of(house) == await left_of(stage)
    assert house.asked() == ["Q1", "Extra", "Q2", "Q3", "Q4", "Take-away"]
    shown = [*house.posts(CHANNEL), *house.posts(BACKSTAGE), *(text for who in PEOPLE for text in house.told(who))]
    assert [text for text in shown if TEAM in text] == []


async def test_somebody_named_by_a_mention_is_called_by_name_in_public(house: ManyHouse) -> None:
    await Evening(house).schedule_by("sally")
    await house.say("sally", "@copbot cohost @Jane")
    await house.until("2018-01-03 12:45")
    assert "Hosted by Sally, Lucy and Jane." in house.posts()[0]
