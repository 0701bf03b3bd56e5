"""The ResNetSLT chat on Slack, over real sockets, is the same as in the room: who took part, how, and the words that are kept."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator
from operator import methodcaller
from pathlib import Path

import pytest
from chat_stage import RoomStage
from databases import ON_POSTGRESQL, store_on
from playhouse import BACKSTAGE, CHANNEL, PEOPLE, Open
from resnetslt_chat import Evening, Left, Row, left_of
from slack_house import CHANNELS, SlackHouse, Trouble, account, config_on_slack, populate
from slack_http_house import HttpHouse
from slack_loopback.faults import Kind
from slack_loopback.server import Loopback

from copbot.content import Content
from copbot.domain.chat import State
from copbot.resources import data_dir
from copbot.store.store import SqlStore


@pytest.fixture
def store() -> Iterator[SqlStore]:
    """The room's."""
    opened = SqlStore.in_memory()
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", *ON_POSTGRESQL])
def slack_store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    with store_on(request.param, request) as opened:
        yield opened


@pytest.fixture
async def slack() -> AsyncIterator[Loopback]:
    """Fails the test in the end for every request that Slack would refuse."""
    async with Loopback() as slack:
        populate(slack)
        yield slack
    assert slack.faults == []
    assert slack.failures == []


@pytest.fixture
def kind() -> type[SlackHouse]:
    """Of the house: in Socket Mode, unless a test says otherwise."""
    return SlackHouse


IN_EITHER_MODE = pytest.mark.parametrize("kind", [SlackHouse, HttpHouse], ids=["sockets", "http"])


@pytest.fixture
async def house(kind: type[SlackHouse], slack: Loopback, slack_store: SqlStore, tmp_path: Path) -> AsyncIterator[SlackHouse]:
    """Four weeks before the chat, nothing scheduled."""
    content = Content.load(config_on_slack(tmp_path), data_dir("prompts"))
    house = kind(slack, slack_store, content, "2018-01-02 12:00")
    await house.start()
    yield house
    await house.kill()


async def in_the_room(open_house: Open, *, replies: bool = False) -> Left:
    stage = RoomStage(await open_house(), replies=replies)
    await Evening(stage).play()
    return await left_of(stage)


@IN_EITHER_MODE
async def test_the_same_chat_leaves_the_same_log_and_transcript(house: SlackHouse, open_house: Open) -> None:
    await Evening(house).play()
    on_slack = await left_of(house)
    assert on_slack == await in_the_room(open_house)
    said = {str(one["text"]) for one in on_slack.log}
    assert "Late, and still thinking: @Chloe the word 'protected' did it." in said
    assert not {"I meant four, ignore that", "I'm a student, so I don't know whether I am a member or only visiting."} & said
    assert house.asked() == ["Q1", "Extra", "Q2", "Q3", "Q4", "Take-away"]
    assert strange_words(house) == []


def strange_words(house: SlackHouse) -> list[str]:
    """What nobody should have to read: accounts and channels by their ids, marks of Markdown, addresses of the bot's own making."""
    shown = [*house.posts(CHANNEL), *house.posts(BACKSTAGE), *(text for who in PEOPLE for text in house.told(who))]
    return [found[0] for text in shown for found in re.finditer(r"\b[CDGU]0[A-Z0-9]+|\*\*|\b(?:person|place|time):\S+|<!", text)]


async def die_posting_the_first_question(house: SlackHouse) -> None:
    """It stands there, and nobody has marked it."""
    await house.die_posting("2018-01-31 19:35:00")


async def lose_an_answer(house: SlackHouse) -> None:
    """The next post stands there, and the bot does not hear so."""
    house.slack.api.faults.once("chat.postMessage", Kind.LOST)


async def deliver_twice(house: SlackHouse) -> None:
    house.slack.deliveries.double(6)


async def hold_back(house: SlackHouse) -> None:
    house.slack.deliveries.hold()


async def deliver_late(house: SlackHouse) -> None:
    """What was held back comes in the wrong order."""
    house.slack.deliveries.release(lambda held: held[::-1])
    await house.settled()


TROUBLES = (
    Trouble("2018-01-31 19:34:50", die_posting_the_first_question),
    Trouble("2018-01-31 19:46:05", lose_an_answer),
    Trouble("2018-01-31 19:51:30", methodcaller("cut")),
    Trouble("2018-01-31 19:52:20", methodcaller("connected")),
    Trouble("2018-01-31 20:01:05", lose_an_answer),
    Trouble("2018-01-31 20:01:30", deliver_twice),
    Trouble("2018-01-31 20:02:00", hold_back),
    Trouble("2018-01-31 20:03:00", deliver_late),
    Trouble("2018-01-31 20:04:20", hold_back),
    Trouble("2018-01-31 20:04:50", deliver_late),
    Trouble("2018-01-31 20:12:20", methodcaller("kill")),
    Trouble("2018-01-31 20:13:00", methodcaller("restart")),
    Trouble("2018-01-31 20:15:30", deliver_twice),
)


@IN_EITHER_MODE
async def test_kills_cuts_lost_answers_and_events_twice_late_and_in_disorder_change_nothing(house: SlackHouse, open_house: Open) -> None:
    house.troubles += TROUBLES
    await Evening(house).play()
    assert house.troubles == []
    assert await tried_twice(house) == ["ask:1", "ask:2", "ask:3"]
    assert any(delivery.attempts > 1 for delivery in house.slack.deliveries.done)
    assert await left_of(house) == await in_the_room(open_house)
    assert house.asked() == ["Q1", "Extra", "Q2", "Q3", "Q4", "Take-away"]
    assert [text for text, times in Counter(house.posts()).items() if times > 1] == []


async def tried_twice(house: SlackHouse) -> list[str]:
    """What the bot had to look for before it knew that it stands there."""
    rows = await house.store.read(lambda uow: uow.outbox.of(uow.chats.in_states(list(State))[0].id))
    return sorted(row.key.partition(":")[2] for row in rows if row.attempts > 1)


async def test_what_only_the_room_records_is_who_answers_whom_without_a_name(house: SlackHouse, open_house: Open) -> None:
    """On Slack a member is answered who is mentioned; in the room there is a way to answer one certain message as well."""
    await Evening(house).play()
    on_slack, in_room = (await left_of(house)).log, (await in_the_room(open_house, replies=True)).log
    assert [one for one in on_slack if one["replies_to"]] == [one for one in in_room if one["replies_to"] and "@" in str(one["text"])]
    pointed = {"replies_to", "kind"}
    assert [_without(one, pointed) for one in on_slack] == [_without(one, pointed) for one in in_room]


def _without(row: Row, names: Collection[str]) -> Row:
    return {name: value for name, value in row.items() if name not in names}


async def test_somebody_named_by_a_mention_is_called_by_name_in_public(house: SlackHouse) -> None:
    """Slack tells who is mentioned by account only."""
    await Evening(house).schedule_by("sally")
    await house.say("sally", "@copbot cohost @Jane")
    await house.until("2018-01-03 12:45")
    assert "Hosted by Sally, Lucy and Jane." in house.posts()[0]


async def test_what_was_deleted_while_nobody_was_told_is_gone_after_the_next_reading(house: SlackHouse) -> None:
    """Slack gives up telling of a deletion after some minutes, and its history does not show one."""
    await Evening(house).schedule_by("sally")
    await house.until("2018-01-31 19:36")
    kept = await house.say("maria", "Yes, for years now", "Q1")
    taken_back = await house.say("tom", "My manager Jo Bloggs would not let me", "Q1")
    await house.until("2018-01-31 19:40")
    house.slack.deliveries.hold()
    house.people.delete(account("tom"), CHANNELS[CHANNEL], taken_back)
    house.slack.deliveries.release(lambda held: [])
    newest = await house.say("maria", "Or at least I think so", "Q1")
    assert await _stored(house) == {kept, taken_back, newest}
    await house.bot.reconcile()
    assert await _stored(house) == {kept, newest}


async def test_a_history_that_cannot_be_read_takes_nothing_away(house: SlackHouse) -> None:
    await Evening(house).schedule_by("sally")
    await house.until("2018-01-31 19:36")
    kept = await house.say("maria", "Yes, for years now", "Q1")
    await house.until("2018-01-31 19:40")
    house.slack.api.faults.deny("conversations.replies", "missing_scope")
    house.slack.api.faults.deny("conversations.history", "missing_scope")
    await house.bot.reconcile()
    assert await _stored(house) == {kept}


async def _stored(house: SlackHouse) -> set[str]:
    id = (await house.store.read(lambda uow: uow.chats.in_states(list(State))))[0].id
    rows = await house.store.read(lambda uow: uow.responses.of_chat(id))
    return {row.message.message for row in rows if row.message is not None}


async def test_a_profile_that_could_not_be_read_is_asked_for_again(house: SlackHouse) -> None:
    house.slack.api.faults.once("users.info", Kind.INTERNAL)
    await house.command("sally", "help")
    await Evening(house).schedule_by("sally")
    await house.until("2018-01-03 12:45")
    assert "Hosted by Sally and Lucy." in house.posts()[0]


@pytest.mark.parametrize("method", ["chat.postMessage", "upload", "files.completeUploadExternal"])
async def test_a_file_reaches_its_person_once_though_an_answer_got_lost(house: SlackHouse, method: str) -> None:
    await Evening(house).schedule_by("sally")
    await house.until("2018-01-03 12:45")
    house.slack.api.faults.once(method, Kind.LOST)
    await house.press("maria", "I'll be there")
    private = house.everything(house.slack.workspace.direct(account("maria")).id)
    assert [house.people.read(one) for one in private if not one.files] == ["Here is chat.ics."]
    assert [file.name for one in private for file in one.files] == ["chat.ics"]
