"""What the port promises about what the bot posts, and about changing it."""
# ruff: noqa: D102 - the names of tests say what they promise

import pytest

from copbot.domain.heard import Said
from copbot.domain.message import Button, File, Message
from copbot.domain.place import Place, Posted
from copbot.errors import Gone, TryLater, Unclear
from copbot.ports.platform import Limits, Threads
from copbot.testing.facets import facet
from copbot.testing.rig import Fault, Rig, Seen

NEXT = Button("Next", "next", "7:q2")


async def texts(rig: Rig, place: Place) -> list[str]:
    """What a person reads there."""
    return [seen.text for seen in await rig.shown(place, rig.ada)]


async def only(rig: Rig, place: Place) -> Seen:
    """The one message that stands there."""
    [seen] = await rig.shown(place, rig.ada)
    return seen


def long_text(limits: Limits) -> str:
    """A text of three parts, each a paragraph of its own."""
    return "\n\n".join(f"{name} " + "word " * (limits.text * 2 // 3 // 5) + name for name in ("alpha", "beta", "gamma"))


class PostingContract:
    """What the bot posts."""

    async def test_a_post_stands_where_it_was_posted(self, rig: Rig) -> None:
        posted = await rig.platform.post(rig.channel, Message("**Welcome**, all", (NEXT,)), key="hello")
        seen = await only(rig, rig.channel)
        assert (seen.id, seen.text, seen.by_bot, seen.buttons) == (posted.message, "Welcome, all", True, ("Next",))
        assert posted.place == rig.channel

    async def test_the_same_key_shows_nothing_new(self, rig: Rig) -> None:
        first = await rig.platform.post(rig.channel, Message("Once"), key="once")
        assert await rig.platform.post(rig.channel, Message("Once"), key="once") == first
        await rig.platform.post(rig.channel, Message("Once"), key="twice")
        assert await texts(rig, rig.channel) == ["Once", "Once"]

    async def test_the_same_key_shows_nothing_new_after_a_restart(self, rig: Rig) -> None:
        first = await rig.platform.post(rig.channel, Message("Once"), key="once")
        await rig.restart()
        assert await rig.platform.post(rig.channel, Message("Once"), key="once") == first
        assert await texts(rig, rig.channel) == ["Once"]

    async def test_find_knows_what_was_posted(self, rig: Rig) -> None:
        posted = await rig.platform.post(rig.channel, Message("Here"), key="here")
        assert await rig.platform.find(rig.channel, key="here") == posted
        assert await rig.platform.find(rig.channel, key="elsewhere") is None
        await rig.restart()
        assert await rig.platform.find(rig.channel, key="here") == posted

    async def test_a_lost_answer_is_unclear_and_found_by_its_key(self, rig: Rig) -> None:
        await rig.break_next(Fault.LOST)
        with pytest.raises(Unclear):
            await rig.platform.post(rig.channel, Message("Lost?"), key="lost")
        found = await rig.platform.find(rig.channel, key="lost")
        assert found is not None
        assert await rig.platform.post(rig.channel, Message("Lost?"), key="lost") == found
        assert await texts(rig, rig.channel) == ["Lost?"]

    async def test_a_refused_post_is_not_there(self, rig: Rig) -> None:
        await rig.break_next(Fault.LATER)
        with pytest.raises(TryLater):
            await rig.platform.post(rig.channel, Message("Busy"), key="busy")
        assert await texts(rig, rig.channel) == []
        assert await rig.platform.find(rig.channel, key="busy") is None

    async def test_a_long_message_is_several_posts(self, rig: Rig) -> None:
        text = long_text(rig.platform.limits)
        posted = await rig.platform.post(rig.channel, Message(text, (NEXT,)), key="long")
        seen = await rig.shown(rig.channel, rig.ada)
        assert [one.text.split()[0] for one in seen] == ["alpha", "beta", "gamma"]
        assert " ".join(one.text for one in seen).split() == text.split()
        assert [one.buttons for one in seen] == [(), (), ("Next",)]
        assert posted.message == seen[0].id
        assert await rig.platform.find(rig.channel, key="long") == posted

    async def test_a_kill_between_the_parts_is_resumed(self, rig: Rig) -> None:
        message = Message(long_text(rig.platform.limits))
        await rig.break_next(Fault.LATER, after=1)
        with pytest.raises(TryLater):
            await rig.platform.post(rig.channel, message, key="long")
        await rig.restart()
        assert await rig.platform.find(rig.channel, key="long") is None, "half a message must be sent again"
        posted = await rig.platform.post(rig.channel, message, key="long")
        seen = await rig.shown(rig.channel, rig.ada)
        assert [one.text.split()[0] for one in seen] == ["alpha", "beta", "gamma"]
        assert posted.message == seen[0].id

    async def test_files_stand_beside_the_message(self, rig: Rig) -> None:
        file = File("chat.ics", "text/calendar", b"BEGIN:VCALENDAR", "an invitation")
        await rig.platform.post(rig.channel, Message("Save the date", files=(file,)), key="file")
        assert (await only(rig, rig.channel)).files == ("chat.ics",)

    async def test_peoples_text_mentions_nobody(self, rig: Rig) -> None:
        await rig.platform.post(rig.channel, Message(r"Ada said: @everyone \*look\*"), key="quote")
        assert "*look*" in (await only(rig, rig.channel)).text

    async def test_nowhere_is_gone(self, rig: Rig) -> None:
        with pytest.raises(Gone) as gone:
            await rig.platform.post(rig.nowhere, Message("Hello?"), key="nowhere")
        assert gone.value.remedy
        assert await rig.platform.check(rig.nowhere)
        assert not await rig.platform.check(rig.channel)


class ThreadContract:
    """How one question's responses are kept together."""

    @pytest.fixture
    async def thread(self, rig: Rig) -> Posted:
        """A thread that is open."""
        if rig.platform.threads is Threads.NONE:
            pytest.skip("this platform has no threads")
        return await rig.platform.open_thread(rig.channel, "Question 1", Message("What surprised you?"), key="q1")

    async def test_a_thread_has_a_place_of_its_own(self, rig: Rig, thread: Posted) -> None:
        assert thread.place != rig.channel
        assert thread.place.top == rig.channel.top
        await rig.platform.post(thread.place, Message("Take your time."), key="q1-note")
        first, second = await texts(rig, thread.place)
        assert "Question 1" in first
        assert first.endswith("What surprised you?")
        assert second == "Take your time."
        assert "Take your time." not in await texts(rig, rig.channel)

    async def test_the_same_key_opens_nothing_new(self, rig: Rig, thread: Posted) -> None:
        await rig.restart()
        assert await rig.platform.open_thread(rig.channel, "Question 1", Message("What surprised you?"), key="q1") == thread
        assert await rig.platform.find(rig.channel, key="q1") == thread
        assert len(await rig.shown(thread.place, rig.ada)) == 1

    async def test_a_lost_answer_opens_no_second_thread(self, rig: Rig, thread: Posted) -> None:
        await rig.break_next(Fault.LOST)
        with pytest.raises(Unclear):
            await rig.platform.open_thread(rig.channel, "Question 2", Message("And then?"), key="q2")
        found = await rig.platform.find(rig.channel, key="q2")
        assert found is not None
        assert found == await rig.platform.open_thread(rig.channel, "Question 2", Message("And then?"), key="q2")
        assert found.place != thread.place

    async def test_a_long_opening_keeps_to_its_thread(self, rig: Rig, thread: Posted) -> None:
        assert len(await rig.shown(thread.place, rig.ada)) == 1
        posted = await rig.platform.open_thread(rig.channel, "Long", Message(long_text(rig.platform.limits), (NEXT,)), key="q9")
        seen = await rig.shown(posted.place, rig.ada)
        assert len(seen) == 3
        assert seen[-1].buttons == ("Next",)

    async def test_responses_arrive_with_their_thread(self, rig: Rig, thread: Posted) -> None:
        await rig.connect()
        await rig.say(rig.ada, thread.place, "A mentor who listened")
        await rig.settle()
        [said] = rig.ears.heard
        assert isinstance(said, Said)
        assert said.place == thread.place

    async def test_the_question_can_be_edited(self, rig: Rig, thread: Posted) -> None:
        await rig.platform.edit(thread, Message("What surprised you most?"))
        assert (await texts(rig, thread.place))[0].endswith("What surprised you most?")


class ChangingContract:
    """Editing, removing, reacting, pinning: as often as one likes."""

    async def test_an_edit_replaces_the_message(self, rig: Rig) -> None:
        posted = await rig.platform.post(rig.channel, Message("Plan A", (NEXT,)), key="plan")
        for _ in range(2):
            await rig.platform.edit(posted, Message("Plan B"))
        seen = await only(rig, rig.channel)
        assert (seen.id, seen.text, seen.buttons) == (posted.message, "Plan B", ())

    async def test_a_removed_message_is_gone(self, rig: Rig) -> None:
        posted = await rig.platform.post(rig.channel, Message("Oops"), key="oops")
        for _ in range(2):
            await rig.platform.remove(posted)
        assert await texts(rig, rig.channel) == []
        with pytest.raises(Gone):
            await rig.platform.edit(posted, Message("Back again"))

    async def test_the_key_of_a_removed_message_stays_used(self, rig: Rig) -> None:
        posted = await rig.platform.post(rig.channel, Message("Oops"), key="oops")
        await rig.platform.remove(posted)
        assert await rig.platform.post(rig.channel, Message("Oops"), key="oops") == posted
        assert await texts(rig, rig.channel) == []

    async def test_a_long_message_is_edited_and_removed_whole(self, rig: Rig) -> None:
        posted = await rig.platform.post(rig.channel, Message(long_text(rig.platform.limits)), key="long")
        await rig.platform.edit(posted, Message("short"))
        assert await texts(rig, rig.channel) == ["short"]
        await rig.platform.edit(posted, Message(long_text(rig.platform.limits)))
        assert [text.split()[0] for text in await texts(rig, rig.channel)] == ["alpha", "beta", "gamma"]
        await rig.platform.remove(posted)
        assert await texts(rig, rig.channel) == []

    async def test_a_reaction_is_put_once(self, rig: Rig) -> None:
        message = await rig.say(rig.ada, rig.channel, "I tried it")
        for _ in range(2):
            await rig.platform.react(Posted(rig.channel, message), "👍")
        assert dict((await only(rig, rig.channel)).reactions) == {"👍": 1}

    async def test_a_pin_marks_the_message(self, rig: Rig) -> None:
        pins = facet(rig.platform.pins, "pins")
        posted = await rig.platform.post(rig.channel, Message("Keep this"), key="keep")
        for _ in range(2):
            await pins.pin(posted)
        assert (await only(rig, rig.channel)).pinned

    async def test_an_unknown_message_is_gone(self, rig: Rig) -> None:
        posted = await rig.platform.post(rig.channel, Message("Here"), key="here")
        await rig.platform.remove(posted)
        with pytest.raises(Gone):
            await rig.platform.react(posted, "👍")
