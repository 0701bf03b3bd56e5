"""Chats where copbot may not read what people write: a button under each question, and a form behind it."""

from collections.abc import AsyncIterator

import pytest
from discord_bots import ADA, BEN, FORUM, SLT
from discord_listener import Listener, bot_posts, until
from discord_loopback import talking
from discord_loopback.server import Loopback
from discord_loopback.world import BOT_USER

from copbot.domain.heard import Edited, Said
from copbot.domain.message import Message
from copbot.domain.place import Person, Place, Posted
from copbot.errors import NotPermitted, Unclear
from copbot_discord.hearing import from_history
from copbot_discord.names import DISCORD, instant
from copbot_discord.wording import with_answer

QUESTION = with_answer(Message("What would you do first?"), 10)


@pytest.fixture
async def bot(discord: Loopback) -> AsyncIterator[Listener]:
    """Ears and mouth of a copbot without the intent to read what people write."""
    discord.world.granted.discard("MESSAGE_CONTENT")
    bot = Listener(discord)
    await bot.start()
    yield bot
    await bot.stop()


def question(discord: Loopback) -> str:
    """A question in a text channel, with its thread."""
    root = bot_posts(discord.world, SLT, QUESTION)
    channel = discord.world.channel(SLT)
    talking.thread_from(discord.world, channel, discord.world.message(channel, root), "Question 1", BOT_USER)
    return root


async def write(discord: Loopback, channel: str, message: str, text: str, person: str = ADA) -> None:
    """Press the button, and submit this."""
    discord.people.press(person, channel, message, "Answer")
    await until(lambda: discord.people.front(person) is not None)
    discord.people.submit(person, {"text": text})


def said(bot: Listener) -> list[Said]:
    """What the inbox heard."""
    return [heard for heard in bot.heard if isinstance(heard, Said)]


async def test_an_answer_is_posted_into_the_thread_and_heard(discord: Loopback, bot: Listener) -> None:
    root = question(discord)
    await write(discord, SLT, root, "I would *listen*, @everyone")
    await until(lambda: bool(said(bot)))
    [heard], [posted] = said(bot), discord.people.shown(root)
    assert (discord.people.read(posted), "@everyone" in posted.content) == ("Ada: I would *listen*, @everyone", False)
    assert heard == Said(
        instant(posted.id), Place(DISCORD, SLT, root), Person(DISCORD, ADA), posted.id, "I would *listen*, @everyone", name="Ada"
    )
    assert (discord.people.notices(ADA), discord.people.buttons(posted)) == ([], ["Answer"])


async def test_the_next_answer_can_be_given_below_the_last(discord: Loopback, bot: Listener) -> None:
    root = question(discord)
    await write(discord, SLT, root, "First.")
    await until(lambda: len(said(bot)) == 1)
    await write(discord, root, discord.people.shown(root)[0].id, "Second.", BEN)
    await until(lambda: len(said(bot)) == 2)
    assert [(one.person.id, one.place.thread, one.text) for one in said(bot)] == [(ADA, root, "First."), (BEN, root, "Second.")]


async def test_a_forums_post_is_its_thread(discord: Loopback, bot: Listener) -> None:
    forum = discord.world.channel(FORUM)
    post = talking.forum_post(discord.world, forum, "Question 1", BOT_USER, "What now?", applied=[])
    again = bot_posts(discord.world, post.id, QUESTION)
    await write(discord, post.id, again, "Ask.")
    await until(lambda: bool(said(bot)))
    assert said(bot)[0].place == Place(DISCORD, FORUM, post.id)


async def test_the_history_knows_whose_it_is(discord: Loopback, bot: Listener) -> None:
    root = question(discord)
    await write(discord, SLT, root, "Twice: 2 * 3 _is_ 6, @here")
    await until(lambda: bool(said(bot)))
    [heard], me = said(bot), (await bot.account.known()).me
    shown = {"id": heard.message, "channel_id": root, "author": {"id": BOT_USER, "bot": True}, "type": 0}
    posted = discord.people.shown(root)[0]
    past = from_history({**shown, "content": posted.content, "components": posted.components}, heard.place, me, bot.where)
    assert isinstance(past, Said)
    assert (past.person, past.message, past.text) == (heard.person, heard.message, heard.text)


async def test_what_a_moderator_deletes_of_it_is_heard(discord: Loopback, bot: Listener) -> None:
    root = question(discord)
    await write(discord, SLT, root, "Never mind.")
    await until(lambda: bool(said(bot)))
    discord.people.clear(root, said(bot)[0].message)
    await until(lambda: len(bot.heard) == 2)
    assert getattr(bot.heard[-1], "message", "") == said(bot)[0].message


async def test_nothing_is_heard_of_what_may_not_be_read(discord: Loopback, bot: Listener) -> None:
    message = discord.people.say(ADA, SLT, "just among us")
    discord.people.edit(ADA, SLT, message, "just among us two")
    discord.people.say(ADA, SLT, "@copbot I would ask.")
    await until(lambda: bool(bot.heard))
    assert [one.text for one in bot.heard if isinstance(one, Said | Edited)] == ["I would ask."]


class TestBadLuck:
    async def test_what_is_unclear_is_posted_under_its_key_until_it_is_clear(self, discord: Loopback, bot: Listener) -> None:
        keys: list[str] = []
        stand = bot.post_to

        async def post(place: Place, message: Message, key: str) -> Posted:
            keys.append(key)
            if len(keys) < 3:
                raise Unclear(DISCORD, "the answer got lost")
            return await stand(place, message, key)

        bot.post_to = post
        await write(discord, SLT, question(discord), "I would listen.")
        await until(lambda: bool(said(bot)))
        assert (len(keys), len(set(keys))) == (3, 1)

    async def test_who_wrote_it_is_told_where_it_cannot_be_posted(self, discord: Loopback, bot: Listener) -> None:
        async def post(place: Place, message: Message, key: str) -> Posted:
            raise NotPermitted(DISCORD, "the thread is locked", "Ask a host to unlock it.")

        bot.post_to = post
        await write(discord, SLT, question(discord), "I would listen.")
        await until(lambda: bool(discord.people.notices(ADA)))
        told = [discord.people.read(notice) for notice in discord.people.notices(ADA)]
        assert told == ["Your answer is not posted: the thread is locked. Ask a host to unlock it.\n\nI would listen."]
        assert said(bot) == []
