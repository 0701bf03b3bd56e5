"""Posting once: answers get lost, processes die and overtake each other, and still everything stands there exactly once."""

import asyncio
from contextlib import suppress

import pytest
from slack_bots import Bots, Kept, bot_on
from slack_loopback.faults import Kind
from slack_loopback.server import Loopback
from typing_extensions import override

from copbot.domain.message import Button, File, Message
from copbot.domain.place import Place, Posted
from copbot.errors import Gone, NotAuthenticated, NotPermitted, TryLater, Unclear

ADA, SLT = "U0ADA", Place("slack", "C0SLT")
LONG = Message("\n\n".join(f"{name} " + "word " * 400 + name for name in ("alpha", "beta", "gamma")))
INVITATION = File("chat.ics", "text/calendar", b"BEGIN:VCALENDAR")
POST = "chat.postMessage"
SETTLED = 20.1


@pytest.fixture
def bots(slack: Loopback) -> Bots:
    return Bots(slack)


async def killed(task: asyncio.Task[Posted]) -> None:
    """End a post as a crash would."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


class TestLostAnswers:
    @pytest.mark.parametrize("kind", [Kind.LOST, Kind.INTERNAL_DONE, Kind.BROKEN_DONE])
    async def test_what_was_done_is_found_and_not_done_again(self, bots: Bots, kind: Kind) -> None:
        bot = bots.start()
        bots.slack.api.faults.once(POST, kind)
        with pytest.raises(Unclear):
            await bot.post(SLT, Message("Q1"), key="7:q1")
        found = await bot.find(SLT, key="7:q1")
        assert found == await bots.start().post(SLT, Message("Q1"), key="7:q1")
        assert bots.texts() == ["Q1"]

    @pytest.mark.parametrize("kind", [Kind.CUT, Kind.INTERNAL, Kind.BROKEN])
    async def test_what_was_not_done_is_done_once_it_cannot_arrive_any_more(self, bots: Bots, kind: Kind) -> None:
        bot = bots.start()
        bots.slack.api.faults.once(POST, kind)
        for again in (bot.post(SLT, Message("Q1"), key="7:q1"), bot.post(SLT, Message("Q1"), key="7:q1"), bot.find(SLT, key="7:q1")):
            with pytest.raises(Unclear):
                await again
        assert bots.texts() == []
        bots.clock.forward(SETTLED)
        assert await bot.find(SLT, key="7:q1") is None
        await bot.post(SLT, Message("Q1"), key="7:q1")
        assert bots.texts() == ["Q1"]

    async def test_without_being_asked_whether_it_is_there_it_looks_all_the_same(self, bots: Bots) -> None:
        bots.slack.api.faults.once(POST, Kind.LOST)
        with pytest.raises(Unclear):
            await bots.start().post(SLT, Message("Q1"), key="7:q1")
        bots.clock.forward(SETTLED)
        posted = await bots.start().post(SLT, Message("Q1"), key="7:q1")
        assert [shown.ts for shown in bots.slack.people.shown("C0SLT")] == [posted.message]

    async def test_what_was_certainly_not_done_may_be_done_at_once(self, bots: Bots) -> None:
        bot = bots.start()
        bots.slack.api.faults.once(POST, Kind.LATER)
        with pytest.raises(TryLater) as later:
            await bot.post(SLT, Message("Q1"), key="7:q1")
        assert later.value.after.total_seconds() == 1
        assert await bot.find(SLT, key="7:q1") is None
        await bot.post(SLT, Message("Q1"), key="7:q1")
        assert bots.texts() == ["Q1"]

    async def test_a_thread_whose_answer_got_lost_is_found_with_its_place(self, bots: Bots) -> None:
        bot = bots.start()
        bots.slack.api.faults.once(POST, Kind.LOST)
        with pytest.raises(Unclear):
            await bot.open_thread(SLT, "Question 1", Message("What surprised you?"), key="7:q1")
        found = await bot.find(SLT, key="7:q1")
        assert found is not None
        assert found.place == Place("slack", "C0SLT", found.message)
        await bot.edit(found, Message("What surprised you most?"))
        assert bots.texts(found.place) == ["Question 1\nWhat surprised you most?"]

    async def test_in_a_thread_the_replies_are_looked_through(self, bots: Bots) -> None:
        bot = bots.start()
        thread = (await bot.open_thread(SLT, "Question 1", Message("Why?"), key="7:q1")).place
        bots.slack.people.say(ADA, "C0SLT", "Because", thread.thread)
        bots.slack.api.faults.once(POST, Kind.LOST)
        with pytest.raises(Unclear):
            await bot.post(thread, Message("Say more"), key="7:probe")
        assert await bot.find(SLT, key="7:probe") is None
        found = await bot.find(thread, key="7:probe")
        assert found is not None
        assert found.place == thread

    async def test_nothing_is_posted_twice_by_the_library(self, bots: Bots) -> None:
        bots.slack.api.faults.once(POST, Kind.LOST)
        with pytest.raises(Unclear):
            await bots.start().post(SLT, Message("Q1"), key="7:q1")
        assert bots.calls(POST) == 1


class TestDyingProcesses:
    async def test_killed_after_slack_has_done_it(self, bots: Bots) -> None:
        hold = bots.slack.api.faults.hold(POST, done=True)
        task = asyncio.create_task(bots.start().post(SLT, Message("Q1"), key="7:q1"))
        await hold.reached.wait()
        await killed(task)
        hold.release.set()
        found = await bots.start().find(SLT, key="7:q1")
        assert found is not None
        assert bots.texts() == ["Q1"]

    async def test_killed_while_the_request_is_on_its_way(self, bots: Bots) -> None:
        hold = bots.slack.api.faults.hold(POST)
        task = asyncio.create_task(bots.start().post(SLT, Message("Q1"), key="7:q1"))
        await hold.reached.wait()
        await killed(task)
        heir = bots.start()
        with pytest.raises(Unclear):
            await heir.find(SLT, key="7:q1")
        hold.release.set()
        await bots.start().post(Place("slack", "G0HOSTS"), Message("While it arrives"), key="meanwhile")
        assert await heir.find(SLT, key="7:q1") is not None
        await heir.post(SLT, Message("Q1"), key="7:q1")
        assert bots.texts() == ["Q1"]

    async def test_killed_between_two_parts(self, bots: Bots) -> None:
        hold = bots.slack.api.faults.hold(POST)
        hold.release.set()
        second = bots.slack.api.faults.hold(POST, done=True)
        task = asyncio.create_task(bots.start().post(SLT, LONG, key="long"))
        await second.reached.wait()
        await killed(task)
        second.release.set()
        heir = bots.start()
        assert await heir.find(SLT, key="long") is None
        posted = await heir.post(SLT, LONG, key="long")
        assert [text.split()[0] for text in bots.texts()] == ["alpha", "beta", "gamma"]
        await heir.remove(posted)
        assert bots.texts() == []

    async def test_one_that_slept_before_it_asked_asks_no_more(self, bots: Bots) -> None:
        class Sleeping(Kept):
            """The process stands still as soon as it has kept what it begins."""

            @override
            async def put(self, key: str, value: bytes) -> None:
                await bots.kept.put(key, value)
                bots.clock.forward(60)

            @override
            async def get(self, key: str) -> bytes | None:
                return await bots.kept.get(key)

        sleeper = bot_on(bots.slack, Sleeping(), bots.clock)
        with pytest.raises(Unclear):
            await sleeper.post(SLT, Message("Q1"), key="7:q1")
        assert bots.texts() == []
        await bots.start().post(SLT, Message("Q1"), key="7:q1")
        assert bots.texts() == ["Q1"]

    async def test_one_that_was_overtaken_as_it_kept_what_it_begins_asks_no_more(self, bots: Bots) -> None:
        class Overtaken(Kept):
            """The process has read what is kept, and stands still until another one has posted."""

            @override
            async def get(self, key: str) -> bytes | None:
                return await bots.kept.get(key)

            @override
            async def put(self, key: str, value: bytes) -> None:
                if not bots.texts():
                    await bots.start().post(SLT, Message("Q1"), key="7:q1")
                    bots.clock.forward(60)
                await bots.kept.put(key, value)

        with pytest.raises(Unclear):
            await bot_on(bots.slack, Overtaken(), bots.clock).post(SLT, Message("Q1"), key="7:q1")
        assert await bots.start().find(SLT, key="7:q1") is not None
        assert bots.texts() == ["Q1"]

    async def test_what_another_process_posted_meanwhile_is_not_posted(self, bots: Bots) -> None:
        late, other = bots.start(), bots.start()
        await late.post(SLT, Message("Hello"), key="hello")
        theirs = await other.post(SLT, Message("Q1"), key="7:q1")
        assert await late.post(SLT, Message("Q1"), key="7:q1") == theirs
        assert bots.texts() == ["Hello", "Q1"]

    async def test_twice_at_once_is_once(self, bots: Bots) -> None:
        bot = bots.start()
        first, second = await asyncio.gather(*(bot.post(SLT, Message("Q1"), key="7:q1") for _ in range(2)))
        assert first == second
        assert bots.texts() == ["Q1"]


class TestWhatIsForgotten:
    """A database put back from a backup knows less than Slack does."""

    async def test_a_post_is_found_by_its_metadata(self, bots: Bots) -> None:
        posted = await bots.start().post(SLT, Message("Q1"), key="7:q1")
        bots.kept.values.clear()
        assert await bots.start().find(SLT, key="7:q1") == posted
        assert await bots.start().find(SLT, key="7:q2") is None

    async def test_a_thread_is_found_with_all_its_parts(self, bots: Bots) -> None:
        opened = await bots.start().open_thread(SLT, "Long", LONG, key="7:q1")
        bots.kept.values.clear()
        heir = bots.start()
        assert await heir.find(SLT, key="7:q1") == opened
        await heir.edit(opened, Message("short"))
        assert [text.split()[-1] for text in bots.texts(opened.place)] == ["short"]

    async def test_half_a_message_is_completed(self, bots: Bots) -> None:
        bots.slack.api.faults.once(POST, Kind.LATER, after=1)
        with pytest.raises(TryLater):
            await bots.start().post(SLT, LONG, key="long")
        bots.kept.values.clear()
        heir = bots.start()
        assert await heir.find(SLT, key="long") is None
        await heir.post(SLT, LONG, key="long")
        assert [text.split()[0] for text in bots.texts()] == ["alpha", "beta", "gamma"]

    async def test_many_posts_later_the_last_ones_are_known(self, bots: Bots) -> None:
        bot = bots.start()
        for number in range(70):
            await bot.post(SLT, Message("Hello"), key=f"{number}")
        read = bots.calls("conversations.history")
        assert await bot.find(SLT, key="69") is not None
        assert bots.calls("conversations.history") == read

    async def test_where_slack_shows_too_little_it_stays_unclear(self, bots: Bots) -> None:
        poor = bot_on(bots.slack, bots.kept, bots.clock, low_history=True)
        bots.slack.api.faults.once(POST, Kind.CUT)
        with pytest.raises(Unclear):
            await poor.post(SLT, Message("Q1"), key="7:q1")
        for number in range(20):
            bots.slack.people.say(ADA, "C0SLT", f"line {number}")
        bots.clock.forward(SETTLED)
        with pytest.raises(Unclear):
            await poor.find(SLT, key="7:q1")


class TestFiles:
    @pytest.mark.parametrize("method", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"])
    async def test_a_file_stands_there_once(self, bots: Bots, method: str) -> None:
        message = Message("Save the date", files=(INVITATION,))
        bots.slack.api.faults.once(method, Kind.LOST)
        with pytest.raises((Unclear, TryLater)):
            await bots.start().post(SLT, message, key="7:announcement")
        heir = bots.start()
        await heir.post(SLT, message, key="7:announcement")
        assert await heir.find(SLT, key="7:announcement") is not None
        shown = bots.slack.people.shown("C0SLT")
        assert [file.name for one in shown for file in one.files] == ["chat.ics"]
        assert len([one for one in shown if one.text]) == 1

    async def test_it_goes_with_its_message(self, bots: Bots) -> None:
        bot = bots.start()
        posted = await bot.post(SLT, Message("Save the date", files=(INVITATION,)), key="7:announcement")
        for _ in range(2):
            await bots.start().remove(posted)
        assert bots.slack.people.shown("C0SLT") == []


class TestChanges:
    async def test_an_edit_grows_and_shrinks_a_thread_and_keeps_its_title(self, bots: Bots) -> None:
        bot = bots.start()
        opened = await bot.open_thread(SLT, "Question 1", Message("Why?"), key="7:q1")
        await bot.edit(opened, LONG)
        assert [text.split()[0] for text in bots.texts(opened.place)] == ["Question", "beta", "gamma"]
        for _ in range(2):
            await bots.start().edit(opened, Message("Why not?"))
        assert bots.texts(opened.place) == ["Question 1\nWhy not?"]

    async def test_growing_is_resumed_after_a_lost_answer(self, bots: Bots) -> None:
        bot = bots.start()
        posted = await bot.post(SLT, Message("Why?"), key="7:q1")
        bots.slack.api.faults.once(POST, Kind.LOST, after=1)
        with pytest.raises(Unclear):
            await bot.edit(posted, LONG)
        await bots.start().edit(posted, LONG)
        assert [text.split()[0] for text in bots.texts()] == ["alpha", "beta", "gamma"]

    @pytest.mark.parametrize("kind", [Kind.LOST, Kind.CUT, Kind.INTERNAL_DONE, Kind.BROKEN])
    async def test_what_may_be_repeated_is_never_unclear(self, bots: Bots, kind: Kind) -> None:
        bot = bots.start()
        posted = await bot.post(SLT, Message("Plan A", (Button("Next", "next"),)), key="7:plan")
        bots.slack.api.faults.once("chat.update", kind)
        with pytest.raises(TryLater):
            await bot.edit(posted, Message("Plan B"))
        await bot.edit(posted, Message("Plan B"))
        assert bots.texts() == ["Plan B"]

    async def test_what_an_admin_deleted_is_gone(self, bots: Bots) -> None:
        bot = bots.start()
        posted = await bot.post(SLT, Message("Plan A"), key="7:plan")
        bots.slack.people.clear("C0SLT", posted.message)
        with pytest.raises(Gone):
            await bot.edit(posted, Message("Plan B"))
        await bot.remove(posted)


class TestRefusals:
    async def test_hosts_are_told_what_to_do(self, bots: Bots) -> None:
        bot = bots.start()
        with pytest.raises(NotPermitted) as outside:
            await bot.post(Place("slack", "C0ELSEWHERE"), Message("Hello"), key="1")
        assert (outside.value.reason, outside.value.remedy) == (
            "copbot is not in [that channel](place:slack:C0ELSEWHERE)",
            "Type `/invite @copbot` there.",
        )
        bots.slack.workspace.scopes -= {"chat:write"}
        with pytest.raises(NotPermitted) as scope:
            await bot.post(SLT, Message("Hello"), key="2")
        assert "`chat:write`" in scope.value.reason
        bots.slack.workspace.channels["C0SLT"].archived = True
        bots.slack.workspace.scopes |= {"chat:write"}
        with pytest.raises(Gone) as archived:
            await bot.post(SLT, Message("Hello"), key="3")
        assert "archived" in archived.value.reason

    async def test_a_thread_whose_root_was_deleted_is_gone(self, bots: Bots) -> None:
        bot = bots.start()
        opened = await bot.open_thread(SLT, "Question 1", Message("Why?"), key="7:q1")
        bots.slack.people.clear("C0SLT", opened.message)
        with pytest.raises(Gone):
            await bot.post(opened.place, Message("Say more"), key="7:probe")

    async def test_a_token_that_was_revoked(self, bots: Bots) -> None:
        bots.slack.api.revoked.add("xoxb-loopback")
        with pytest.raises(NotAuthenticated) as refused:
            await bots.start().post(SLT, Message("Hello"), key="1")
        assert "COPBOT_SLACK__BOT_TOKEN" in refused.value.remedy

    async def test_what_was_refused_may_be_tried_again_once_mended(self, bots: Bots) -> None:
        bot, place = bots.start(), Place("slack", "C0ELSEWHERE")
        with pytest.raises(NotPermitted):
            await bot.post(place, Message("Hello"), key="1")
        bots.slack.people.join("U0COPBOT", "C0ELSEWHERE")
        await bot.post(place, Message("Hello"), key="1")
        assert bots.texts(place) == ["Hello"]
