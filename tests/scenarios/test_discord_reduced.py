"""A chat on a server where copbot may not read what people write: members answer with a button or by mention, and everybody is told so."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from discord_evening import answer, backstage, guild, in_thread
from discord_house import DiscordHouse
from discord_loopback.model import FORUM, TEXT
from playhouse import CHANNEL, PEOPLE
from resnetslt_chat import Evening

from copbot.domain.chat import State
from copbot.operating import doctor_chats
from copbot.store.readings import SqlReadings


@pytest.fixture(params=["text", "forum"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DiscordHouse]:
    """In the middle of the first question."""
    async with guild(tmp_path, FORUM if request.param == "forum" else TEXT, reads=False) as house:
        await Evening(house).schedule_by("sally")
        await house.until("2018-01-31 19:36")
        yield house


async def logged(house: DiscordHouse) -> list[str]:
    rows = await SqlReadings(house.store).log(list)
    return sorted(str(row["text"]) for row in rows)


async def test_the_button_and_a_mention_are_heard_as_the_person_s(house: DiscordHouse) -> None:
    posted = await answer(house, "maria", "Q1", "Not *sure*! Ask @everyone. Is a mailing list a CoP?")
    assert (house.people.read(posted), "@everyone" in posted.content) == (
        "Maria: Not *sure*! Ask @everyone. Is a mailing list a CoP?",
        False,
    )
    await house.say("tom", "@copbot A list isn't, until two people work something out on it.", "Q1")
    await house.say("ben", "Nobody reads this", "Q1")
    assert await logged(house) == [
        "A list isn't, until two people work something out on it.",
        "Not *sure*! Ask @everyone. Is a mailing list a CoP?",
    ]
    await house.until("2018-01-31 21:30")
    await house.command("sally", "transcript")
    [transcript] = house.files("sally").values()
    text = transcript.decode()
    assert "Is a mailing list a CoP?" in text
    assert "until two people work something out on it" in text
    assert "Nobody reads this" not in text


async def test_the_answer_is_its_authors_to_take_back(house: DiscordHouse) -> None:
    """Who wrote it cannot delete what copbot posted; they can have it erased from what is kept."""
    posted = await answer(house, "maria", "Q1", "My manager Jo Bloggs would not let me")
    await house.shortcut("maria", posted.id, "off-record")
    assert any("erased" in one for one in house.told("maria"))
    assert "My manager Jo Bloggs would not let me" not in await logged(house)


async def test_questions_say_how_to_answer_and_nobody_is_asked_to_write_in_vain(house: DiscordHouse) -> None:
    [question] = [one for one in house.posts() if one.startswith("Q1 ")]
    assert question.endswith("Please press Answer. On this server I can read nothing else, but for messages that begin with my name (@).")


async def test_hosts_are_told_before_the_chat_and_the_doctor_says_so(house: DiscordHouse) -> None:
    told = backstage(house)
    assert told.count("copbot may not read what people write on this server") == 1
    assert "Switch on Message Content Intent at discord.com/developers/applications" in told
    found = await doctor_chats.communities(house.content, {"discord": house.adapter})
    assert [one.found for one in found if "may not read" in one.found] == [
        "copbot may not read what people write on this server: they answer with the button under each question, or by mentioning it"
    ]


async def test_a_bot_that_comes_after_a_crash_knows_what_was_answered(house: DiscordHouse) -> None:
    await answer(house, "maria", "Q1", "Not sure!")
    await house.kill()
    await house.say("tom", "@copbot I would say so.", "Q1")
    await house.restart()
    assert await logged(house) == ["I would say so.", "Not sure!"]


async def test_welcomes_and_the_rest_of_the_chat_are_as_anywhere(house: DiscordHouse) -> None:
    await answer(house, "aisha", "Q1", "I'm a student")
    assert any("Just between us" in one for one in house.told("aisha"))
    await house.until("2018-01-31 20:40")
    assert house.asked() == ["Q1", "Q2", "Q3", "Q4", "Take-away"]
    [chat] = await house.store.read(lambda uow: uow.chats.in_states(list(State)))
    assert chat.state is State.CLOSING
    assert all("Answer" in house.people.buttons(one) for one in house.everything(CHANNEL) if house.people.read(one).startswith("Q2 "))
    assert in_thread(house, "Q1")
    assert not [one for who in PEOPLE for one in house.told(who) if "place:" in one]


async def test_an_answer_can_be_asked_about_in_its_own_words(house: DiscordHouse) -> None:
    posted = await answer(house, "maria", "Q1", "Is a mailing *list* a CoP?")
    await house.shortcut("sally", posted.id, "ask")
    await house.submit("sally", {})
    await house.until("2018-01-31 19:37")
    [question] = [one for one in house.posts() if one.startswith("Extra question ")]
    assert question.startswith("Extra question Is a mailing *list* a CoP?")
