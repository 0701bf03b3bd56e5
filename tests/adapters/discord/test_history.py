"""What was said while nobody listened, page by page; what cannot be had is a gap."""

import pytest
from discord_bots import ADA, CHANNEL, FORUM, SLT, Bots
from discord_loopback.server import Loopback

from copbot.domain.heard import Edited, Said
from copbot.domain.message import Message
from copbot.domain.place import Place
from copbot.errors import Gone, TryLater


@pytest.fixture
def bots(discord: Loopback) -> Bots:
    return Bots(discord)


async def test_it_is_read_page_by_page_oldest_first(bots: Bots) -> None:
    since = bots.clock.now()
    bots.discord.world.largest_page = 100
    for number in range(250):
        bots.discord.people.say(ADA, SLT, f"{number}")
    heard = await bots.start().history.since(CHANNEL, since)
    assert [one.text for one in heard if isinstance(one, Said)] == [f"{number}" for number in range(250)]
    assert bots.calls("list_messages") == 3


async def test_more_than_can_be_read_is_a_gap(bots: Bots) -> None:
    since = bots.clock.now()
    for number in range(2000):
        bots.discord.people.say(ADA, SLT, f"{number}")
    with pytest.raises(TryLater, match="more was said"):
        await bots.start().history.since(CHANNEL, since)


async def test_what_was_changed_is_told_as_it_is_now(bots: Bots) -> None:
    since = bots.clock.now()
    id = bots.discord.people.say(ADA, SLT, "A menotr")
    bots.discord.people.edit(ADA, SLT, id, "A mentor")
    [edited] = await bots.start().history.since(CHANNEL, since)
    assert isinstance(edited, Edited)
    assert (edited.text, edited.said_at <= edited.at) == ("A mentor", True)


async def test_threads_and_lobbies_have_their_own(bots: Bots) -> None:
    since, bot, forum = bots.clock.now(), bots.start(), Place("discord", FORUM)
    posted = await bot.open_thread(CHANNEL, "Question 1", Message("Why?"), key="7:q1")
    bots.discord.people.say(ADA, posted.message, "Because")
    bots.discord.people.say(ADA, SLT, "Hello")
    await bot.post(forum, Message("Welcome"), key="7:welcome")
    bots.discord.people.say(ADA, next(one.id for one in bots.discord.world.threads_of(bots.discord.world.channel(FORUM))), "Hi")
    for place, said in ((posted.place, "Because"), (CHANNEL, "Hello"), (forum, "Hi")):
        [one] = await bots.start().history.since(place, since)
        assert isinstance(one, Said)
        assert (one.text, one.place) == (said, place)


async def test_a_channel_that_is_gone(bots: Bots) -> None:
    with pytest.raises(Gone):
        await bots.start().history.since(Place("discord", "404"), bots.clock.now())
