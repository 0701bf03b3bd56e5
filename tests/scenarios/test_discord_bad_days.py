"""What goes wrong in Discord in the middle of a chat: what stands there all the same, and what the hosts read of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from discord_evening import backstage, forbid, guild
from discord_guild import ACCOUNTS, CHANNELS
from discord_house import DiscordHouse
from discord_loopback.model import FORUM, TEXT
from playhouse import BACKSTAGE, CHANNEL
from resnetslt_chat import Evening

from copbot.domain.chat import State
from copbot.store.readings import SqlReadings

IN_FORUM = pytest.mark.parametrize("house", ["forum"], indirect=True)
NO_ROOM = "400 160006 Maximum number of active threads reached"
AWAY = "503 0 Service Unavailable"
POSTS = ("create_message", "create_thread", "create_thread_from_message")
LABELS = ["Q1", "Q2", "Q3", "Q4", "Take-away"]
PART_B = "Q4b And how could we overcome those barriers?"
Q2 = "Q2 Name some examples of organised CoPs you have been involved in?"
NOT_POSTED = "I could not post this in Thinking together: what makes Communities of Practice work?: "
THANKS = "Thank you all, and thank you to our hosts."


@pytest.fixture(params=["text", "forum"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DiscordHouse]:
    """In the middle of the first question."""
    async with guild(tmp_path, FORUM if request.param == "forum" else TEXT) as house:
        await Evening(house).schedule_by("sally")
        await house.until("2018-01-31 19:40")
        yield house


def notes(house: DiscordHouse, words: str) -> list[str]:
    """What the hosts were told could not be posted, with these words in it."""
    return [one for one in house.posts(BACKSTAGE) if one.startswith(NOT_POSTED) and words in one]


def to_paste(house: DiscordHouse, words: str) -> str:
    """What stands above the words that are ready to be pasted."""
    [note] = notes(house, words)
    reason, _, ready = note.partition("Ready to paste:\n\n")
    assert ready.startswith(words)
    return reason.removeprefix(NOT_POSTED).strip()


async def state(house: DiscordHouse) -> State:
    [chat] = await house.store.read(lambda uow: uow.chats.in_states(list(State)))
    return chat.state


async def test_a_permission_for_threads_lost_and_given_back(house: DiscordHouse) -> None:
    """Questions go on; what was for a thread is told with the channel in which the permission is granted, for threads have no settings."""
    forbid(house, "SEND_MESSAGES_IN_THREADS")
    await house.until("2018-01-31 20:18")
    assert to_paste(house, PART_B) == (
        "copbot lacks a permission in #resnetslt: Send Messages in Threads. "
        "In #resnetslt: Channel settings > Permissions > add copbot, and allow Send Messages in Threads."
    )
    house.world.channels[CHANNELS[CHANNEL]].overwrites.clear()
    await house.until("2018-01-31 20:40")
    assert house.asked() == LABELS
    assert any("3 minutes left for Q4" in one for one in house.posts())
    assert notes(house, "3 minutes left") == []
    assert any(THANKS in one for one in house.posts())


@IN_FORUM
async def test_the_lobby_is_a_thread_as_well(house: DiscordHouse) -> None:
    forbid(house, "SEND_MESSAGES_IN_THREADS")
    await house.until("2018-01-31 20:40")
    assert to_paste(house, THANKS).endswith("add copbot, and allow Send Messages in Threads.")


async def test_a_deleted_thread_takes_with_it_what_was_for_it_and_no_more(house: DiscordHouse) -> None:
    await house.until("2018-01-31 20:10")
    house.people.delete_channel(house.thread("Q4"))
    await house.until("2018-01-31 20:40")
    assert to_paste(house, PART_B) == (
        "there is no such channel or thread any more. If it was a thread, ask again with /cop ask. "
        "If it was the channel, name another in the community file and schedule the chat there."
    )
    assert house.asked() == ["Q1", "Q2", "Q3", "Take-away"]
    assert any(THANKS in one for one in house.posts())


async def test_a_deleted_channel_leaves_the_hosts_with_the_words_of_every_question(house: DiscordHouse) -> None:
    house.people.delete_channel(CHANNELS[CHANNEL])
    await house.until("2018-01-31 20:40")
    told = backstage(house)
    assert to_paste(house, Q2).startswith("there is no such channel or thread any more.")
    assert [label for label in LABELS if f"Ready to paste:\n\n{label} " in told] == LABELS[1:]
    assert notes(house, THANKS)
    assert await state(house) is State.CLOSING
    await house.kill()
    await house.restart()
    assert backstage(house) == told


async def test_a_server_full_of_threads_gets_no_half_questions_and_the_next_one_when_there_is_room(house: DiscordHouse) -> None:
    for one in POSTS[1:]:
        house.discord.rest.faults.deny(one, NO_ROOM)
    await house.until("2018-01-31 19:50")
    assert to_paste(house, Q2) == "the server has as many open threads as Discord allows. Close (archive) threads that are over."
    assert not [one for one in house.posts() if one.startswith("Q2")]
    for one in POSTS[1:]:
        house.discord.rest.faults.allow(one)
    await house.until("2018-01-31 20:40")
    assert house.asked() == ["Q1", "Q3", "Q4", "Take-away"]


@IN_FORUM
async def test_a_lobby_that_was_deleted_is_there_again_with_what_comes_next(house: DiscordHouse) -> None:
    first = house.here()
    house.people.delete_channel(first)
    await house.until("2018-01-31 20:40")
    assert house.here() not in ("", first)
    assert [house.people.read(one).split(".")[0] for one in house.people.shown(house.here())] == [
        "Here copbot tells what concerns the whole forum: which chats are coming, when one opens and when it closes",
        "Thank you all, and thank you to our hosts",
    ]
    assert NOT_POSTED not in backstage(house)
    await house.say("maria", "A4 Time, as ever.")
    assert "A4 Time, as ever." in [str(row["text"]) for row in await SqlReadings(house.store).log(list)]


@IN_FORUM
async def test_a_locked_lobby_is_for_the_hosts_to_unlock(house: DiscordHouse) -> None:
    house.people.archive(house.here(), locked=True)
    forbid(house, "MANAGE_THREADS")
    await house.until("2018-01-31 20:40")
    assert house.asked() == LABELS
    assert to_paste(house, THANKS) == "the thread is locked. Unlock it (thread menu > Unlock thread), or post it yourself."


async def test_ten_minutes_without_discord(house: DiscordHouse) -> None:
    """Nothing is heard and nothing can be posted; afterwards everything stands once, and what people said meanwhile is known."""
    house.discord.gateway.silent = True
    for one in POSTS:
        house.discord.rest.faults.deny(one, AWAY)
    await house.until("2018-01-31 19:45")
    house.people.say(ACCOUNTS["maria"], house.thread("Q1"), "Said while nobody listened")
    await house.until("2018-01-31 19:50")
    assert house.asked() == ["Q1"]
    for one in POSTS:
        house.discord.rest.faults.allow(one)
    house.discord.gateway.silent = False
    await house.lose_session()
    await house.until("2018-01-31 20:40")
    assert house.asked() == LABELS
    assert len(house.posts()) == len(set(house.posts()))
    assert [str(row["text"]) for row in await SqlReadings(house.store).log(list)] == ["Said while nobody listened"]
    assert NOT_POSTED not in backstage(house)
