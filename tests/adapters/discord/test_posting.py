"""Posting once in text channels: answers get lost, processes die, Discord forgets nonces, and still all stands there exactly once."""

import asyncio
from contextlib import suppress

import pytest
from discord_bots import ADA, CHANNEL, SLT, Bots, bot_on
from discord_loopback import talking
from discord_loopback.permissions import bits
from discord_loopback.rest import POST
from discord_loopback.server import Loopback
from discord_loopback.world import BOT_ROLE, NONCE_SECONDS
from slack_bots import Kept
from slack_loopback.faults import Kind
from typing_extensions import override

from copbot.domain.message import Button, File, Message
from copbot.domain.place import Person, Place, Posted
from copbot.errors import Gone, NotAuthenticated, NotPermitted, TryLater, Unclear

HOSTED = Message("Q1", (Button("Next", "next", "7:q2"),))
LONG = Message("\n\n".join(f"{name} " + "word " * 300 + name for name in ("alpha", "beta", "gamma")))
INVITATION = File("chat.ics", "text/calendar", b"BEGIN:VCALENDAR")
FORGOTTEN = NONCE_SECONDS + 1


@pytest.fixture
def bots(discord: Loopback) -> Bots:
    return Bots(discord)


def forget_nonces(bots: Bots) -> None:
    """Let Discord's "past few minutes" be over."""
    bots.clock.forward(FORGOTTEN)
    bots.discord.world.time.forward(FORGOTTEN)


async def lost(bots: Bots, message: Message, key: str, kind: Kind = Kind.LOST) -> None:
    bots.discord.rest.faults.once(POST, kind)
    with pytest.raises(Unclear):
        await bots.start().post(CHANNEL, message, key=key)


async def killed(task: asyncio.Task[Posted]) -> None:
    """End a post as a crash would."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


class TestLostAnswers:
    @pytest.mark.parametrize("message", [Message("Q1"), HOSTED], ids=["by its words", "by its mark"])
    async def test_long_after_the_nonce_it_is_found(self, bots: Bots, message: Message) -> None:
        await lost(bots, message, "7:q1")
        forget_nonces(bots)
        found = await bots.start().find(CHANNEL, key="7:q1")
        assert found == await bots.start().post(CHANNEL, message, key="7:q1")
        assert bots.texts() == ["Q1"]

    @pytest.mark.parametrize("shown", [True, False])
    async def test_the_same_words_under_another_key_are_another_message(self, bots: Bots, shown: bool) -> None:
        bots.discord.world.nonces_in_history = shown
        bot = bots.start()
        first = await bot.post(CHANNEL, Message("Thank you!"), key="6:thanks")
        await lost(bots, Message("Thank you!"), "7:thanks", Kind.CUT)
        forget_nonces(bots)
        assert await bot.find(CHANNEL, key="7:thanks") is None
        assert await bot.post(CHANNEL, Message("Thank you!"), key="7:thanks") != first
        assert bots.texts() == ["Thank you!"] * 2

    async def test_what_was_not_done_is_done_at_once(self, bots: Bots) -> None:
        await lost(bots, Message("Q1"), "7:q1", Kind.CUT)
        assert await bots.start().find(CHANNEL, key="7:q1") is None
        await bots.start().post(CHANNEL, Message("Q1"), key="7:q1")
        assert bots.texts() == ["Q1"]

    @pytest.mark.parametrize("kind", [Kind.INTERNAL, Kind.INTERNAL_DONE, Kind.BROKEN, Kind.BROKEN_DONE])
    async def test_what_discord_had_an_error_with_stands_once(self, bots: Bots, kind: Kind) -> None:
        impatient = bot_on(bots.discord, bots.kept, bots.clock, timeout_seconds=0.5)
        bots.discord.rest.faults.once(POST, kind)
        with pytest.raises(Unclear):
            await impatient.post(CHANNEL, Message("Q1"), key="7:q1")
        await bots.start().post(CHANNEL, Message("Q1"), key="7:q1")
        assert bots.texts() == ["Q1"]

    async def test_what_was_certainly_not_done_may_be_done_at_once(self, bots: Bots) -> None:
        bot = bots.start()
        bots.discord.rest.faults.once(POST, Kind.LATER)
        with pytest.raises(TryLater) as later:
            await bot.post(CHANNEL, Message("Q1"), key="7:q1")
        assert later.value.after.total_seconds() == bots.discord.rest.patience
        assert await bot.find(CHANNEL, key="7:q1") is None

    async def test_posted_and_removed_by_somebody_before_it_was_known(self, bots: Bots) -> None:
        await lost(bots, Message("Q1"), "7:q1")
        channel = bots.discord.world.channel(SLT)
        talking.delete(bots.discord.world, channel, next(iter(channel.messages.values())))
        posted = await bots.start().post(CHANNEL, Message("Q1"), key="7:q1")
        assert bots.texts() == []
        with pytest.raises(Gone):
            await bots.start().edit(posted, Message("Q2"))

    async def test_too_much_was_said_since_to_be_sure(self, bots: Bots) -> None:
        await lost(bots, Message("Q1"), "7:q1", Kind.CUT)
        bots.discord.world.largest_page = 100
        for number in range(1000):
            bots.discord.people.say(ADA, SLT, f"{number}")
        with pytest.raises(Unclear, match="too much was said"):
            await bots.start().find(CHANNEL, key="7:q1")


class TestThreads:
    async def test_a_thread_whose_answer_got_lost_is_found_with_its_place(self, bots: Bots) -> None:
        bots.discord.rest.faults.once("create_thread_from_message", Kind.LOST)
        with pytest.raises(TryLater):
            await bots.start().open_thread(CHANNEL, "Question 1", Message("Why?"), key="7:q1")
        found = await bots.start().find(CHANNEL, key="7:q1")
        assert found is not None
        assert found.place == Place("discord", SLT, found.message)
        assert [thread.name for thread in bots.discord.world.threads_of(bots.discord.world.channel(SLT))] == ["Question 1"]

    async def test_killed_between_the_message_and_its_thread(self, bots: Bots) -> None:
        hold = bots.discord.rest.faults.hold("create_thread_from_message")
        task = asyncio.create_task(bots.start().open_thread(CHANNEL, "Question 1", Message("Why?"), key="7:q1"))
        await hold.reached.wait()
        await killed(task)
        posted = await bots.start().open_thread(CHANNEL, "Question 1", Message("Why?"), key="7:q1")
        hold.release.set()
        await bots.discord.until(lambda: not bots.discord.rest.flying)
        assert posted.place.thread == posted.message
        assert bots.texts() == ["Why?"]

    async def test_where_threads_are_not_allowed_no_question_is_left_behind(self, bots: Bots) -> None:
        bots.discord.rest.faults.deny("create_thread_from_message", "403 50013 Missing Permissions")
        with pytest.raises(NotPermitted) as refused:
            await bots.start().open_thread(CHANNEL, "Question 1", Message("Why?"), key="7:q1")
        assert "Create Public Threads" in refused.value.remedy
        assert bots.texts() == []
        bots.discord.rest.faults.allow("create_thread_from_message")
        await bots.start().open_thread(CHANNEL, "Question 1", Message("Why?"), key="7:q1:again")
        assert bots.texts() == ["Why?"]

    async def test_an_archived_thread_is_opened_again(self, bots: Bots) -> None:
        bot, world = bots.start(), bots.discord.world
        posted = await bot.open_thread(CHANNEL, "Question 1", Message("Why?"), key="7:q1")
        probe = await bot.post(posted.place, Message("Say more"), key="7:probe")
        thread = world.channel(posted.message)
        talking.archive(world, thread, on=True)
        await bot.edit(probe, Message("Say more, please"))
        assert not thread.archived
        talking.archive(world, thread, on=True)
        await bot.post(posted.place, Message("Thanks"), key="7:thanks")
        assert bots.texts(posted.place)[-2:] == ["Say more, please", "Thanks"]

    async def test_a_locked_thread_is_refused_with_what_to_do(self, bots: Bots) -> None:
        bot, world = bots.start(), bots.discord.world
        world.roles[BOT_ROLE].permissions &= ~bits("MANAGE_THREADS")
        posted = await bot.open_thread(CHANNEL, "Question 1", Message("Why?"), key="7:q1")
        talking.archive(world, world.channel(posted.message), on=True, locked=True)
        with pytest.raises(NotPermitted, match="locked") as refused:
            await bot.post(posted.place, Message("Say more"), key="7:probe")
        assert "Unlock" in refused.value.remedy

    async def test_a_deleted_thread_is_gone(self, bots: Bots) -> None:
        bot, world = bots.start(), bots.discord.world
        posted = await bot.open_thread(CHANNEL, "Question 1", Message("Why?"), key="7:q1")
        talking.delete_channel(world, world.channel(posted.message))
        with pytest.raises(Gone):
            await bot.post(posted.place, Message("Say more"), key="7:probe")

    async def test_where_copbot_may_not_read_there_is_a_button_to_answer(self, bots: Bots) -> None:
        bots.discord.world.granted.discard("MESSAGE_CONTENT")
        bot = bots.start()
        posted = await bot.open_thread(CHANNEL, "Question 1", Message("Why?"), key="7:q1")
        for _ in range(2):
            [root] = bots.discord.people.shown(SLT)
            assert bots.discord.people.buttons(root) == ["Answer"]
            await bot.edit(posted, Message("Why not?"))
        plain = await bot.post(CHANNEL, Message("Hello"), key="hello")
        assert bots.discord.people.buttons(bots.discord.world.channel(SLT).messages[plain.message]) == []


class TestDyingProcesses:
    async def test_killed_after_discord_has_done_it(self, bots: Bots) -> None:
        hold = bots.discord.rest.faults.hold(POST, done=True)
        task = asyncio.create_task(bots.start().post(CHANNEL, Message("Q1"), key="7:q1"))
        await hold.reached.wait()
        await killed(task)
        hold.release.set()
        assert await bots.start().find(CHANNEL, key="7:q1") is not None
        assert bots.texts() == ["Q1"]

    async def test_killed_while_the_request_is_on_its_way(self, bots: Bots) -> None:
        hold = bots.discord.rest.faults.hold(POST)
        task = asyncio.create_task(bots.start().post(CHANNEL, Message("Q1"), key="7:q1"))
        await hold.reached.wait()
        await killed(task)
        posted = await bots.start().post(CHANNEL, Message("Q1"), key="7:q1")
        hold.release.set()
        await bots.discord.until(lambda: not bots.discord.rest.flying)
        assert bots.texts() == ["Q1"]
        assert await bots.start().find(CHANNEL, key="7:q1") == posted

    async def test_killed_between_two_parts(self, bots: Bots) -> None:
        bots.discord.rest.faults.hold(POST).release.set()
        second = bots.discord.rest.faults.hold(POST, done=True)
        second.release.set()
        third = bots.discord.rest.faults.hold(POST, done=True)
        task = asyncio.create_task(bots.start().post(CHANNEL, LONG, key="long"))
        await third.reached.wait()
        await killed(task)
        third.release.set()
        heir = bots.start()
        assert await heir.find(CHANNEL, key="long") is None
        posted = await heir.post(CHANNEL, LONG, key="long")
        assert [text.split()[0] for text in bots.texts()] == ["alpha", "beta", "gamma"]
        await heir.remove(posted)
        assert bots.texts() == []

    async def test_one_that_slept_before_it_asked_asks_no_more(self, bots: Bots) -> None:
        class Sleeping(Kept):
            """The process stands still as soon as it has kept what it begins."""

            @override
            async def put(self, key: str, value: bytes) -> None:
                await bots.kept.put(key, value)
                forget_nonces(bots)

            @override
            async def get(self, key: str) -> bytes | None:
                return await bots.kept.get(key)

        with pytest.raises(Unclear):
            await bot_on(bots.discord, Sleeping(), bots.clock).post(CHANNEL, Message("Q1"), key="7:q1")
        assert bots.texts() == []
        await bots.start().post(CHANNEL, Message("Q1"), key="7:q1")
        assert bots.texts() == ["Q1"]

    async def test_twice_at_once_is_once(self, bots: Bots) -> None:
        bot = bots.start()
        first, second = await asyncio.gather(*(bot.post(CHANNEL, Message("Q1"), key="7:q1") for _ in range(2)))
        assert first == second
        assert bots.texts() == ["Q1"]

    async def test_two_processes_at_once_post_once(self, bots: Bots) -> None:
        first, second = await asyncio.gather(*(bots.start().post(CHANNEL, Message("Q1"), key="7:q1") for _ in range(2)))
        assert first == second
        assert bots.texts() == ["Q1"]


class TestWhatIsForgotten:
    @pytest.mark.parametrize("message", [HOSTED, Message("Q1")], ids=["by its mark", "by its nonce"])
    async def test_without_the_ring_what_carries_its_key_is_found(self, bots: Bots, message: Message) -> None:
        bots.discord.world.nonces_in_history = True
        posted = await bots.start().post(CHANNEL, message, key="7:q1")
        bots.kept.values.clear()
        forget_nonces(bots)
        bot = bots.start()
        assert await bot.find(CHANNEL, key="7:q1") is None, "how many parts it has, nobody knows"
        assert await bot.post(CHANNEL, message, key="7:q1") == posted
        assert bots.texts() == ["Q1"]


class TestRefusals:
    async def test_a_wrong_token(self, bots: Bots) -> None:
        with pytest.raises(NotAuthenticated):
            await bot_on(bots.discord, token="a.wrong.token").post(CHANNEL, Message("Q1"), key="7:q1")

    async def test_somebody_who_takes_no_private_messages(self, bots: Bots) -> None:
        bots.discord.world.users[ADA].shut = True
        bot = bots.start()
        with pytest.raises(NotPermitted, match="no private messages"):
            await bot.post(await bot.direct.place(Person("discord", ADA)), Message("Thank you"), key="7:thanks")

    async def test_a_missing_permission_is_named_with_where_to_grant_it(self, bots: Bots) -> None:
        bots.discord.rest.faults.deny("create_message", "403 50013 Missing Permissions")
        with pytest.raises(NotPermitted) as refused:
            await bots.start().post(CHANNEL, Message("Q1", files=(INVITATION,)), key="7:q1")
        assert "Send Messages, Attach Files" in refused.value.reason
        assert refused.value.remedy.startswith(f"In [that channel](place:discord:{SLT}): Channel settings > Permissions > add copbot")
        bots.discord.rest.faults.allow("create_message")
        await bots.start().post(CHANNEL, Message("Q1", files=(INVITATION,)), key="7:q1")
        assert bots.texts() == ["Q1"]
