"""Forums: questions are posts, which carry no nonce; everything else stands in the lobby."""

import asyncio
from contextlib import suppress

import pytest
from discord_bots import ADA, FORUM, Bots, lobby_of
from discord_loopback import talking
from discord_loopback.model import REQUIRE_TAG, Body, Channel
from discord_loopback.permissions import bits
from discord_loopback.rest import POST
from discord_loopback.server import Loopback
from discord_loopback.world import BOT_ROLE, BOT_USER
from slack_loopback.faults import Kind

from copbot.domain.message import Message
from copbot.domain.place import Place, Posted
from copbot.errors import Gone, Refused, Unclear
from copbot_discord.wording import LOBBY_NAME

PLACE = Place("discord", FORUM)
SETTLED = 20.1


@pytest.fixture
def bots(discord: Loopback) -> Bots:
    return Bots(discord)


@pytest.fixture
def forum(bots: Bots) -> Channel:
    return bots.discord.world.channel(FORUM)


def titles(bots: Bots) -> list[str]:
    """What stands in the forum, oldest first."""
    return [thread.name for thread in reversed(bots.discord.world.threads_of(bots.discord.world.channel(FORUM)))]


def lobby(bots: Bots) -> Channel:
    found = lobby_of(bots.discord)
    assert found is not None
    return found


def tag(id: str, name: str, *, moderated: bool = False) -> Body:
    return {"id": id, "name": name, "moderated": moderated, "emoji_id": None, "emoji_name": None}


async def ask(bots: Bots, words: str = "Why?", key: str = "7:q1", title: str = "Question 1") -> Posted:
    return await bots.start().open_thread(PLACE, title, Message(words), key=key)


class TestQuestions:
    @pytest.mark.parametrize("archived", [False, True])
    async def test_a_post_whose_answer_got_lost_is_found(self, bots: Bots, archived: bool) -> None:
        bots.discord.rest.faults.once(POST, Kind.LOST)
        with pytest.raises(Unclear):
            await ask(bots)
        [thread] = bots.discord.world.threads_of(bots.discord.world.channel(FORUM))
        talking.archive(bots.discord.world, thread, on=archived)
        found = await bots.start().find(PLACE, key="7:q1")
        assert found == Posted(Place("discord", FORUM, thread.id), thread.id)
        assert await ask(bots) == found
        assert titles(bots) == ["Question 1"]

    async def test_what_was_not_done_is_done_once_it_cannot_arrive_any_more(self, bots: Bots) -> None:
        bots.discord.rest.faults.once(POST, Kind.CUT)
        for _ in range(2):
            with pytest.raises(Unclear):
                await ask(bots)
        with pytest.raises(Unclear):
            await bots.start().find(PLACE, key="7:q1")
        bots.clock.forward(SETTLED)
        assert await bots.start().find(PLACE, key="7:q1") is None
        await ask(bots)
        assert titles(bots) == ["Question 1"]

    async def test_nothing_is_posted_twice_by_the_library(self, bots: Bots) -> None:
        bots.discord.rest.faults.once(POST, Kind.INTERNAL_DONE)
        with pytest.raises(Unclear):
            await ask(bots)
        assert titles(bots) == ["Question 1"]

    async def test_killed_while_the_request_is_on_its_way(self, bots: Bots) -> None:
        hold = bots.discord.rest.faults.hold(POST)
        task = asyncio.create_task(ask(bots))
        await hold.reached.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        with pytest.raises(Unclear):
            await ask(bots)
        hold.release.set()
        await bots.discord.until(lambda: not bots.discord.rest.flying)
        bots.clock.forward(SETTLED)
        await ask(bots)
        assert titles(bots) == ["Question 1"]

    async def test_the_same_title_with_other_words_is_another_question(self, bots: Bots) -> None:
        first = await ask(bots, "Why?")
        bots.discord.rest.faults.once(POST, Kind.CUT)
        with pytest.raises(Unclear):
            await ask(bots, "Why?", key="8:q1")
        talking.forum_post(bots.discord.world, bots.discord.world.channel(FORUM), "Question 1", BOT_USER, "Something else")
        bots.clock.forward(SETTLED)
        assert await bots.start().find(PLACE, key="8:q1") is None
        assert await ask(bots, "Why?", key="8:q1") != first
        assert titles(bots) == ["Question 1"] * 3

    async def test_a_post_that_somebody_emptied_is_not_posted_again(self, bots: Bots) -> None:
        bots.discord.rest.faults.once(POST, Kind.LOST)
        with pytest.raises(Unclear):
            await ask(bots)
        [thread] = bots.discord.world.threads_of(bots.discord.world.channel(FORUM))
        talking.delete(bots.discord.world, thread, thread.messages[thread.id])
        assert (await ask(bots)).message == thread.id

    async def test_peoples_posts_are_not_taken_for_copbots(self, bots: Bots, forum: Channel) -> None:
        talking.forum_post(bots.discord.world, forum, "Question 1", ADA, "Why?")
        bots.discord.rest.faults.once(POST, Kind.CUT)
        with pytest.raises(Unclear):
            await ask(bots)
        bots.clock.forward(SETTLED)
        assert await bots.start().find(PLACE, key="7:q1") is None


class TestTags:
    @pytest.mark.parametrize(
        ("required", "tags", "applied"),
        [
            (True, [tag("11", "Hosts", moderated=True), tag("12", "Talk")], ["12"]),
            (True, [tag("12", "Talk"), tag("13", "Question")], ["13"]),
            (False, [tag("12", "Talk"), tag("13", "questions")], ["13"]),
            (False, [tag("12", "Talk")], []),
        ],
    )
    async def test_posts_have_the_tag_they_need(
        self, bots: Bots, forum: Channel, required: bool, tags: list[Body], applied: list[str]
    ) -> None:
        forum.tags, forum.flags = tags, REQUIRE_TAG if required else 0
        posted = await ask(bots)
        assert bots.discord.world.channel(posted.message).applied == applied

    async def test_tags_that_changed_meanwhile_are_asked_for_again(self, bots: Bots, forum: Channel) -> None:
        bot = bots.start()
        await bot.open_thread(PLACE, "Question 1", Message("Why?"), key="7:q1")
        forum.tags, forum.flags = [tag("12", "Talk")], REQUIRE_TAG
        posted = await bot.open_thread(PLACE, "Question 2", Message("How?"), key="7:q2")
        assert bots.discord.world.channel(posted.message).applied == ["12"]

    async def test_a_tag_that_only_moderators_give_is_refused_with_what_to_do(self, bots: Bots, forum: Channel) -> None:
        forum.tags, forum.flags = [tag("11", "Hosts", moderated=True)], REQUIRE_TAG
        with pytest.raises(Refused) as refused:
            await ask(bots)
        assert "tag" in refused.value.remedy


class TestLobby:
    async def test_what_is_no_question_stands_in_one_post(self, bots: Bots) -> None:
        for number in range(2):
            posted = await bots.start().post(PLACE, Message(f"Welcome {number}"), key=f"7:{number}")
            assert posted.place == PLACE
        assert titles(bots) == [LOBBY_NAME]
        assert bots.texts(PLACE)[1:] == ["Welcome 0", "Welcome 1"]

    async def test_one_that_is_not_remembered_is_found(self, bots: Bots) -> None:
        await bots.start().post(PLACE, Message("Welcome"), key="7:welcome")
        bots.kept.values.clear()
        await bots.start().post(PLACE, Message("Thanks"), key="7:thanks")
        assert titles(bots) == [LOBBY_NAME]

    async def test_one_whose_answer_got_lost_is_found(self, bots: Bots) -> None:
        bots.discord.rest.faults.once(POST, Kind.LOST)
        with pytest.raises(Unclear):
            await bots.start().post(PLACE, Message("Welcome"), key="7:welcome")
        await bots.start().post(PLACE, Message("Welcome"), key="7:welcome")
        assert titles(bots) == [LOBBY_NAME]
        assert bots.texts(PLACE)[1:] == ["Welcome"]

    async def test_one_that_was_deleted_is_made_anew(self, bots: Bots) -> None:
        bot, world = bots.start(), bots.discord.world
        first = await bot.post(PLACE, Message("Welcome"), key="7:welcome")
        talking.delete_channel(world, lobby(bots))
        with pytest.raises(Gone):
            await bot.edit(first, Message("Hello"))
        await bot.post(PLACE, Message("Thanks"), key="7:thanks")
        assert bots.texts(PLACE)[1:] == ["Thanks"]
        assert await bot.find(PLACE, key="7:welcome") == first

    async def test_a_deleted_forum_is_gone(self, bots: Bots, forum: Channel) -> None:
        bot = bots.start()
        await bot.post(PLACE, Message("Welcome"), key="7:welcome")
        talking.delete_channel(bots.discord.world, forum)
        with pytest.raises(Gone):
            await bot.post(PLACE, Message("Thanks"), key="7:thanks")

    async def test_what_stands_in_it_is_changed_there(self, bots: Bots) -> None:
        bot = bots.start()
        posted = await bot.post(PLACE, Message("Welcome"), key="7:welcome")
        await bot.edit(posted, Message("Hello"))
        await bot.react(posted, "👍")
        await bot.pins.pin(posted)
        there = lobby(bots).messages[posted.message]
        assert (there.content, there.reactions, bool(there.pinned)) == ("Hello", {"👍": [BOT_USER]}, True)

    async def test_it_is_pinned_where_copbot_may(self, bots: Bots) -> None:
        bots.discord.world.roles[BOT_ROLE].permissions |= bits("MANAGE_THREADS")
        bots.discord.rest.faults.deny("update_channel", "403 50013 Missing Permissions")
        await bots.start().post(PLACE, Message("Welcome"), key="7:welcome")
        assert not lobby(bots).flags
        talking.delete_channel(bots.discord.world, lobby(bots))
        bots.discord.rest.faults.allow("update_channel")
        await bots.start().post(PLACE, Message("Thanks"), key="7:thanks")
        assert lobby(bots).flags

    async def test_a_forum_without_one_has_no_history(self, bots: Bots) -> None:
        assert await bots.start().history.since(PLACE, bots.clock.now()) == []
        assert titles(bots) == []
