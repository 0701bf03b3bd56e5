"""From the gateway's events to the inbox: in order, nothing lost without a word, nothing of copbot's own."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from discord_bots import ADA, BEN, FORUM, SLT
from discord_listener import Listener, bot_posts, nothing, place, until
from discord_loopback import talking
from discord_loopback.server import Loopback
from discord_loopback.shapes import guild_shape
from discord_loopback.world import BOT_USER, GUILD
from slack_loopback.faults import Kind

from copbot.domain.heard import Commanded, Edited, Heard, Joined, Left, Reacted, Removed, Said
from copbot.domain.message import Message, Private
from copbot.domain.place import Person
from copbot_discord.wording import LOBBY_NAME


@pytest.fixture
async def bot(discord: Loopback) -> AsyncIterator[Listener]:
    """Ears, connected."""
    bot = Listener(discord)
    await bot.start()
    yield bot
    await bot.stop()


async def refuse(_: Heard) -> None:
    """What a core does whose database is not there."""
    raise ConnectionError("deaf")


def texts(bot: Listener) -> list[str]:
    """What people said, as the inbox took it."""
    return [heard.text for heard in bot.heard if isinstance(heard, Said)]


class TestWhatPeopleDo:
    async def test_edits_removals_and_reactions(self, discord: Loopback, bot: Listener) -> None:
        message = discord.people.say(ADA, SLT, "Helo")
        discord.people.edit(ADA, SLT, message, "Hello")
        discord.people.preview(SLT, message)
        discord.people.react(BEN, SLT, message, "👍")
        discord.people.react(BEN, SLT, message, "👍", on=False)
        discord.people.clear_reactions(SLT, message)
        discord.people.delete(ADA, SLT, message)
        await until(lambda: len(bot.heard) >= 6)
        assert [type(heard) for heard in bot.heard] == [Said, Edited, Edited, Reacted, Reacted, Removed]
        assert len({heard.version for heard in bot.heard if isinstance(heard, Edited)}) == 1

    async def test_what_a_moderator_takes_away_at_once(self, discord: Loopback, bot: Listener) -> None:
        messages = [discord.people.say(ADA, SLT, text) for text in ("one", "two")]
        discord.people.clear(SLT, *messages)
        await until(lambda: len(bot.heard) == 4)
        assert [heard.message for heard in bot.heard if isinstance(heard, Removed)] == messages

    async def test_nobody_else_is_heard(self, discord: Loopback, bot: Listener) -> None:
        own = bot_posts(discord.world, SLT, Message("Welcome"))
        discord.people.webhook_says(SLT, "Rain")
        discord.people.bot_says(SLT, "Sun")
        discord.people.clear(SLT, own)
        discord.people.say(ADA, SLT, "Hello")
        await until(lambda: bool(bot.heard))
        assert texts(bot) == ["Hello"]
        assert len(bot.heard) == 1

    async def test_who_comes_and_goes_does_so_where_copbot_is_at_work(self, discord: Loopback, bot: Listener) -> None:
        discord.world.add_user("900000000000000007", "Zoe", member=False)
        discord.people.join("900000000000000007")
        bot_posts(discord.world, SLT, Message("Welcome"))
        discord.people.leave("900000000000000007")
        discord.people.join("900000000000000007")
        await until(lambda: len(bot.heard) == 2)
        zoe = Person("discord", "900000000000000007")
        assert [(type(heard), getattr(heard, "person", None), getattr(heard, "place", None)) for heard in bot.heard] == [
            (Left, zoe, place(SLT)),
            (Joined, zoe, place(SLT)),
        ]


class TestWhere:
    async def test_threads_that_begin_are_known(self, discord: Loopback, bot: Listener) -> None:
        root = bot_posts(discord.world, SLT, Message("What now?"))
        channel = discord.world.channel(SLT)
        talking.thread_from(discord.world, channel, discord.world.message(channel, root), "Question 1", BOT_USER)
        discord.people.say(ADA, root, "Ask.")
        await until(lambda: bool(bot.heard))
        assert [heard.place for heard in bot.heard if isinstance(heard, Said)] == [place(SLT, root)]

    async def test_what_happens_in_an_unknown_thread_waits_in_order(self, discord: Loopback, bot: Listener) -> None:
        channel = discord.world.channel(SLT)
        root = discord.people.say(ADA, SLT, "root")
        thread = discord.people.open_thread(ADA, SLT, root, "a thread")
        await until(lambda: bool(bot.heard))
        bot.where.forget(thread)
        hold = discord.rest.faults.hold("get_channel")
        message = discord.people.say(ADA, thread, "one")
        discord.people.say(BEN, thread, "two")
        discord.people.delete(ADA, thread, message)
        discord.people.say(BEN, SLT, "elsewhere")
        await hold.reached.wait()
        await until(lambda: "elsewhere" in texts(bot))
        bot.where.learn({"id": thread, "type": 11, "parent_id": channel.id, "name": "a thread"})
        discord.people.say(ADA, thread, "three")
        assert texts(bot) == ["root", "elsewhere"]
        hold.release.set()
        await until(lambda: len(bot.heard) == 6)
        assert texts(bot) == ["root", "elsewhere", "one", "two", "three"]
        assert {heard.place for heard in bot.heard[2:] if isinstance(heard, Said | Removed)} == {place(SLT, thread)}

    async def test_what_is_gone_is_not_waited_for(self, discord: Loopback, bot: Listener) -> None:
        bot.where.forget(SLT)
        discord.rest.faults.deny("get_channel", "404 10003 Unknown Channel")
        discord.people.say(ADA, SLT, "one")
        await discord.until(lambda: any(call.code == 10003 for call in discord.rest.calls))
        discord.rest.faults.allow("get_channel")
        discord.people.say(ADA, SLT, "two")
        await until(lambda: bool(bot.heard))
        assert texts(bot) == ["two"]
        assert not bot.run.done()

    async def test_what_cannot_be_asked_for_is_read_in_the_history(self, discord: Loopback, bot: Listener) -> None:
        bot.where.forget(SLT)
        for _ in range(10):
            discord.rest.faults.once("get_channel", Kind.LATER)
        discord.people.say(ADA, SLT, "one")
        async with asyncio.timeout(5):
            await bot.run
        assert texts(bot) == []

    async def test_a_lobby_that_stood_already_is_its_forum(self, discord: Loopback) -> None:
        forum = discord.world.channel(FORUM)
        lobby = talking.forum_post(discord.world, forum, LOBBY_NAME, BOT_USER, "Here copbot tells ...", applied=[])
        bot = Listener(discord)
        bot.lobbies[FORUM] = lobby.id
        await bot.start()
        post = discord.people.open_post(BEN, FORUM, "Of my own", "What do you think?")
        discord.people.say(ADA, lobby.id, "Hello")
        discord.people.slash(ADA, lobby.id, "help")
        await until(lambda: len(bot.heard) == 3)
        assert {getattr(heard, "place", None) for heard in bot.heard} == {place(FORUM), place(FORUM, post)}
        await bot.stop()


class TestBadLuck:
    async def test_what_is_not_taken_is_offered_until_it_is_and_the_history_is_to_be_read(self, discord: Loopback, bot: Listener) -> None:
        bot.then = refuse
        discord.people.say(ADA, SLT, "one")
        await until(lambda: texts(bot) == ["one"])
        discord.people.say(ADA, SLT, "two")
        await until(lambda: texts(bot).count("one") > 2)
        assert (texts(bot).count("two"), bot.run.done()) == (1, False)
        bot.then = nothing
        async with asyncio.timeout(5):
            await bot.run
        assert discord.gateway.identified == 1

    async def test_more_than_is_committed_is_read_in_the_history(self, discord: Loopback) -> None:
        bot, go_on = Listener(discord), asyncio.Event()
        bot.most_at_once = 3

        async def commit(_: Heard) -> None:
            await go_on.wait()

        bot.then = commit
        await bot.start()
        for number in range(6):
            discord.people.say(ADA, SLT, f"line {number}")
        await discord.gateway.flush()
        assert len(bot.heard) == 3
        go_on.set()
        async with asyncio.timeout(5):
            await bot.run

    async def test_it_is_offered_again_also_where_there_was_too_much(self, discord: Loopback) -> None:
        bot, go_on = Listener(discord), asyncio.Event()
        bot.most_at_once = 1

        async def fail(_: Heard) -> None:
            await go_on.wait()
            raise ConnectionError("deaf")

        bot.then = fail
        await bot.start()
        for number in range(3):
            discord.people.say(ADA, SLT, f"line {number}")
        await discord.gateway.flush()
        go_on.set()
        await until(lambda: len(bot.heard) > 2)
        bot.then = nothing
        async with asyncio.timeout(5):
            await bot.run
        assert set(texts(bot)) == {"line 0"}

    async def test_who_waits_for_an_answer_gets_it_though_the_run_ends(self, discord: Loopback, bot: Listener) -> None:
        go_on = asyncio.Event()

        async def tell(heard: Heard) -> None:
            await go_on.wait()
            assert isinstance(heard, Commanded)
            await bot.answers.tell(heard, Private(Message("At last.")))

        bot.then = tell
        discord.people.slash(ADA, SLT, "help")
        await until(lambda: bool(bot.heard))
        await discord.gateway.invalidate()
        async with asyncio.timeout(5):
            await bot.run
        go_on.set()
        await until(lambda: bool(discord.people.notices(ADA)))
        assert [discord.people.read(notice) for notice in discord.people.notices(ADA)] == ["At last."]

    async def test_a_server_that_was_away_is_read_in_the_history(self, discord: Loopback, bot: Listener) -> None:
        discord.world.events("GUILD_DELETE", {"id": GUILD, "unavailable": True}, None)
        discord.people.say(ADA, SLT, "one")
        await until(lambda: bool(bot.heard))
        assert not bot.run.done()
        discord.world.events("GUILD_CREATE", guild_shape(discord.world), None)
        async with asyncio.timeout(5):
            await bot.run

    async def test_a_server_without_copbot_is_no_loss(self, discord: Loopback, bot: Listener) -> None:
        discord.world.events("GUILD_DELETE", {"id": GUILD}, None)
        await discord.gateway.flush()
        assert not bot.run.done()

    async def test_a_deleted_channel_is_forgotten(self, discord: Loopback, bot: Listener) -> None:
        root = discord.people.say(ADA, SLT, "root")
        thread = discord.people.open_thread(ADA, SLT, root, "a thread")
        await until(lambda: bot.where.place(thread) is not None)
        discord.people.delete_channel(thread)
        await until(lambda: bot.where.place(thread) is None)
        assert bot.where.place(SLT) is not None
