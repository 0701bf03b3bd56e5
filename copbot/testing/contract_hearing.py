"""What the port promises about what people do, and about what they are told in return."""
# ruff: noqa: D102 - the names of tests say what they promise

from datetime import timedelta
from itertools import pairwise

import pytest

from copbot.domain.heard import Commanded, Edited, Heard, Pressed, Reacted, Removed, Said, Submitted
from copbot.domain.message import Button, Field, FieldKind, Form, FormErrors, Message, Nothing, Option, Private
from copbot.domain.place import Person
from copbot.errors import Gone, PlatformError
from copbot.ports.platform import Direct, Forms, History
from copbot.testing.facets import facet
from copbot.testing.rig import Rig

NEXT = Button("Next", "next", "7:q2")
FORM = Form(
    "draft",
    "Schedule a chat",
    (
        Field("title", "Title", value="Thinking together"),
        Field("about", "About", FieldKind.PARAGRAPH, required=False),
        Field("format", "Format", FieldKind.CHOICE, value="live", options=(Option("live", "Live chat"), Option("slow", "Slow chat"))),
    ),
    value="7",
)


def heard_of(rig: Rig, kind: type[Heard]) -> list[Heard]:
    """What the bot heard of one kind."""
    return [heard for heard in rig.ears.heard if isinstance(heard, kind)]


class HearingContract:
    """What people do arrives, in their words, once acknowledged."""

    async def test_what_people_say_arrives(self, rig: Rig) -> None:
        await rig.connect()
        message = await rig.say(rig.ada, rig.channel, "Hello *all*")
        await rig.settle()
        [said] = rig.ears.heard
        assert isinstance(said, Said)
        assert (said.place, said.person, said.message, said.text) == (rig.channel, rig.ada, message, "Hello *all*")
        assert said.at.utcoffset() == timedelta(0)

    async def test_order_is_kept(self, rig: Rig) -> None:
        await rig.connect()
        for number in range(5):
            await rig.say(rig.ada if number % 2 else rig.ben, rig.channel, f"line {number}")
        await rig.settle()
        assert [said.text for said in rig.ears.heard if isinstance(said, Said)] == [f"line {number}" for number in range(5)]

    async def test_edits_arrive_with_growing_versions(self, rig: Rig) -> None:
        await rig.connect()
        message = await rig.say(rig.ada, rig.channel, "frist")
        await rig.edit(rig.ada, rig.channel, message, "first")
        await rig.edit(rig.ada, rig.channel, message, "first!")
        await rig.settle()
        edits = [heard for heard in rig.ears.heard if isinstance(heard, Edited)]
        assert [(edit.message, edit.person, edit.text) for edit in edits] == [(message, rig.ada, "first"), (message, rig.ada, "first!")]
        assert all(later.version > earlier.version for earlier, later in pairwise(edits))
        [said] = [heard for heard in rig.ears.heard if isinstance(heard, Said)]
        assert {edit.said_at for edit in edits} == {said.at}

    async def test_removals_and_reactions_arrive(self, rig: Rig) -> None:
        await rig.connect()
        message = await rig.say(rig.ada, rig.channel, "never mind")
        for on in (True, False):
            await rig.react(rig.ben, rig.channel, message, "👍", on=on)
        await rig.remove(rig.ada, rig.channel, message)
        await rig.settle()
        reactions = [heard for heard in rig.ears.heard if isinstance(heard, Reacted)]
        assert [(one.person, one.message, one.emoji, one.on) for one in reactions] == [
            (rig.ben, message, "👍", True),
            (rig.ben, message, "👍", False),
        ]
        assert [heard.message for heard in rig.ears.heard if isinstance(heard, Removed)] == [message]

    async def test_own_posts_are_never_heard(self, rig: Rig) -> None:
        await rig.connect()
        posted = await rig.platform.post(rig.channel, Message("Welcome"), key="hello")
        await rig.platform.edit(posted, Message("Welcome, all"))
        await rig.platform.react(posted, "👋")
        await rig.platform.remove(posted)
        await rig.say(rig.ada, rig.channel, "Hello")
        await rig.settle()
        assert [type(heard) for heard in rig.ears.heard] == [Said]

    async def test_mentions_are_people(self, rig: Rig) -> None:
        await rig.connect()
        ben = await rig.platform.profile(rig.ben)
        await rig.say(rig.ada, rig.channel, f"as @{ben.name} says")
        await rig.settle()
        [said] = rig.ears.heard
        assert isinstance(said, Said)
        assert said.mentions == (rig.ben,)

    async def test_what_was_not_acknowledged_comes_again(self, rig: Rig) -> None:
        await rig.connect()
        rig.ears.deaf = True
        message = await rig.say(rig.ada, rig.channel, "Is anybody there?")
        await rig.settle()
        assert rig.ears.refused
        rig.ears.deaf = False
        await rig.restart()
        await rig.settle()
        assert [said.message for said in rig.ears.heard if isinstance(said, Said)] == [message]

    async def test_what_was_acknowledged_does_not_come_again(self, rig: Rig) -> None:
        await rig.connect()
        await rig.say(rig.ada, rig.channel, "Once")
        await rig.settle()
        await rig.restart()
        await rig.settle()
        assert len(rig.ears.heard) == 1

    async def test_history_has_what_nobody_listened_to(self, rig: Rig) -> None:
        history: History = facet(rig.platform.history, "history")
        await rig.connect()
        before = await rig.say(rig.ada, rig.channel, "before")
        await rig.settle()
        [said] = rig.ears.heard
        await rig.kill()
        await rig.say(rig.ben, rig.channel, "first")
        changed = await rig.say(rig.ada, rig.channel, "secnod")
        await rig.edit(rig.ada, rig.channel, changed, "second")
        removed = await rig.say(rig.ben, rig.channel, "not for the record")
        await rig.remove(rig.ben, rig.channel, removed)
        await rig.platform.post(rig.channel, Message("mine"), key="mine")
        told = await history.since(rig.channel, said.at)
        words = [one for one in told if isinstance(one, Said | Edited)]
        assert {one.message: one.text for one in words}.get(before) == "before"
        assert list({one.message: one.text for one in words}.values()) == ["before", "first", "second"]
        assert [one.at for one in told] == sorted(one.at for one in told)


class InteractionContract:
    """Commands, buttons and forms, and what is told in return."""

    async def test_a_command_arrives_and_is_told_privately(self, rig: Rig) -> None:
        commanded = await self.command(rig)
        assert (commanded.place, commanded.person, commanded.text) == (rig.channel, rig.ada, "help me")
        await rig.platform.tell(commanded, Private(Message("Just **ask**.")))
        assert await rig.told(rig.ada) == ["Just ask."]
        assert await rig.told(rig.ben) == []
        assert await rig.shown(rig.channel, rig.ben) == []

    async def test_nothing_to_tell_shows_nothing(self, rig: Rig) -> None:
        await rig.platform.tell(await self.command(rig), Nothing())
        assert await rig.told(rig.ada) == []

    async def test_interactions_have_ids_of_their_own(self, rig: Rig) -> None:
        first = await self.command(rig)
        rig.ears.heard.clear()
        await rig.restart()
        assert (await self.command(rig)).id != first.id

    async def test_a_press_brings_action_and_value(self, rig: Rig) -> None:
        await rig.connect()
        other = Button("Pause", "pause", "7:q1")
        posted = await rig.platform.post(rig.channel, Message("Ready?", (NEXT, other)), key="panel")
        await rig.press(rig.ben, rig.channel, posted.message, "Pause")
        await rig.settle()
        [pressed] = rig.ears.heard
        assert isinstance(pressed, Pressed)
        assert (pressed.person, pressed.action, pressed.value, pressed.message) == (rig.ben, "pause", "7:q1", posted.message)
        await rig.platform.tell(pressed, Private(Message("Paused.")))
        assert (await rig.told(rig.ben), await rig.told(rig.ada)) == (["Paused."], [])

    async def test_a_form_goes_round(self, rig: Rig) -> None:
        forms: Forms = facet(rig.platform.forms, "forms")
        await forms.open(await self.command(rig), FORM)
        seen = await rig.form(rig.ada)
        assert seen is not None
        assert (seen.title, dict(seen.values)) == ("Schedule a chat", {"title": "Thinking together", "about": "", "format": "live"})
        assert await rig.form(rig.ben) is None
        submitted = await self.fill(rig, {"title": "Listening", "about": "two\nlines", "format": "slow"})
        assert (submitted.person, submitted.form, submitted.value) == (rig.ada, "draft", "7")
        assert dict(submitted.fields) == {"title": "Listening", "about": "two\nlines", "format": "slow"}

    async def test_form_errors_come_back_to_the_form(self, rig: Rig) -> None:
        forms: Forms = facet(rig.platform.forms, "forms")
        await forms.open(await self.command(rig), FORM)
        submitted = await self.fill(rig, {"title": "x", "about": "", "format": "live"})
        await rig.platform.tell(submitted, FormErrors({"title": "At least three letters"}))
        seen = await rig.form(rig.ada)
        assert seen is not None
        assert (seen.values["title"], dict(seen.errors)) == ("x", {"title": "At least three letters"})
        rig.ears.heard.clear()
        again = await self.fill(rig, {"title": "xyz", "about": "", "format": "live"})
        await rig.platform.tell(again, Private(Message("Saved.")))
        assert await rig.form(rig.ada) is None
        assert await rig.told(rig.ada) == ["Saved."]

    async def command(self, rig: Rig) -> Commanded:
        """Ada's command, as it arrived."""
        await rig.connect()
        await rig.command(rig.ada, rig.channel, "help me")
        await rig.settle()
        [commanded] = rig.ears.heard
        assert isinstance(commanded, Commanded)
        return commanded

    async def fill(self, rig: Rig, fields: dict[str, str]) -> Submitted:
        """Ada's submission, as it arrived."""
        await rig.fill(rig.ada, fields)
        await rig.settle()
        [submitted] = heard_of(rig, Submitted)
        assert isinstance(submitted, Submitted)
        return submitted


class PeopleContract:
    """Who people are, and words between the bot and one of them."""

    async def test_direct_messages_are_private(self, rig: Rig) -> None:
        direct: Direct = facet(rig.platform.direct, "direct messages")
        place = await direct.place(rig.ada)
        assert await direct.place(rig.ada) == place
        assert await direct.place(rig.ben) != place
        await rig.platform.post(place, Message("How did it go?"), key="follow-up")
        assert [seen.text for seen in await rig.shown(place, rig.ada)] == ["How did it go?"]
        assert await rig.shown(rig.channel, rig.ben) == []

    async def test_what_is_said_in_private_arrives_from_there(self, rig: Rig) -> None:
        direct: Direct = facet(rig.platform.direct, "direct messages")
        await rig.connect()
        place = await direct.place(rig.ada)
        await rig.say(rig.ada, place, "Well, thank you")
        await rig.settle()
        [said] = rig.ears.heard
        assert isinstance(said, Said)
        assert (said.place, said.person) == (place, rig.ada)

    async def test_profiles_name_people(self, rig: Rig) -> None:
        profile = await rig.platform.profile(rig.ada)
        assert profile.person == rig.ada
        assert profile.name
        assert not profile.is_bot
        with pytest.raises(Gone):
            await rig.platform.profile(Person(rig.ada.platform, "no-such-person"))

    async def test_places_and_people_carry_the_platforms_name(self, rig: Rig) -> None:
        assert {rig.platform.name} == {rig.ada.platform, rig.channel.platform}

    async def test_every_error_says_which_platform(self, rig: Rig) -> None:
        with pytest.raises(PlatformError) as raised:
            await rig.platform.post(rig.nowhere, Message("Hello?"), key="nowhere")
        assert raised.value.platform == rig.platform.name
