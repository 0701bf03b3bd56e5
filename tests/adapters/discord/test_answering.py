"""What people are told in return: in time, once, and within what Discord leaves."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from discord_bots import ADA, BEN, SLT
from discord_listener import Listener, bot_posts, nothing, until
from discord_loopback.filling import fields_of, shown_values
from discord_loopback.model import Interaction
from discord_loopback.server import Loopback
from slack_loopback.faults import Kind

from copbot.domain.heard import Commanded, Completing, Heard, Pressed, Submitted
from copbot.domain.message import Button, Choices, Field, File, Form, FormErrors, Message, Nothing, Option, Private
from copbot.domain.place import Person, Place
from copbot.errors import PlatformError, Refused
from copbot_discord.wording import FORGOTTEN

CALLBACK = "create_interaction_response"
NEXT = Button("Next", "next", "7:q2")
FORM = Form("draft", "Schedule a chat", (Field("title", "Title", value="Listening"), Field("about", "About", required=False)), "7")
WRONG = FormErrors({"title": "At least three letters"})


@pytest.fixture
async def bot(discord: Loopback) -> AsyncIterator[Listener]:
    """Ears and mouth, connected; late after a tenth of a second."""
    bot = Listener(discord, answered_in=0.1)
    await bot.start()
    yield bot
    await bot.stop()


def told(discord: Loopback, person: str = ADA) -> list[str]:
    """What only this person sees."""
    return [discord.people.read(notice) for notice in discord.people.notices(person)]


def panel(discord: Loopback) -> str:
    """A message of the bot's with a button under it."""
    return bot_posts(discord.world, SLT, Message("Ready?", (NEXT,)))


def waiting(bot: Listener, reply: Private | Form | Nothing) -> asyncio.Event:
    """The core tells this only when it is let go on."""
    go_on = asyncio.Event()

    async def tell(heard: Heard) -> None:
        await go_on.wait()
        assert isinstance(heard, Commanded | Pressed | Submitted)
        await bot.answers.tell(heard, reply)

    bot.then = tell
    return go_on


async def answered(act: Interaction) -> int:
    """The kind of first answer that somebody got."""
    await until(lambda: act.answered is not None)
    assert act.answered is not None
    return act.answered


class TestCommands:
    async def test_the_answer_is_the_first_one_and_seen_by_one_person(self, discord: Loopback, bot: Listener) -> None:
        bot.tells(Private(Message("Just **ask**.")))
        act = discord.people.slash(ADA, SLT, "help")
        assert await answered(act) == 4
        assert (told(discord), told(discord, BEN), discord.people.shown(SLT)) == (["Just ask."], [], [])

    async def test_a_slow_core_is_not_waited_for(self, discord: Loopback, bot: Listener) -> None:
        go_on = waiting(bot, Private(Message("At last.")))
        act = discord.people.slash(ADA, SLT, "help")
        assert await answered(act) == 5
        assert (len(discord.people.thinking(ADA)), told(discord)) == (1, [])
        go_on.set()
        await until(lambda: told(discord) == ["At last."])
        assert discord.people.thinking(ADA) == []

    async def test_what_has_nothing_to_say_leaves_nothing(self, discord: Loopback, bot: Listener) -> None:
        act = discord.people.slash(ADA, SLT, "help")
        assert await answered(act) == 5
        await until(lambda: not discord.people.thinking(ADA))
        assert told(discord) == []

    async def test_what_is_long_is_followed_by_more(self, discord: Loopback, bot: Listener) -> None:
        bot.tells(Private(Message("word " * 600)))
        discord.people.slash(ADA, SLT, "help")
        await until(lambda: len(told(discord)) == 2)
        assert sum(len(text.split()) for text in told(discord)) == 600
        assert not discord.people.shown(SLT)

    async def test_files_come_with_it(self, discord: Loopback, bot: Listener) -> None:
        bot.tells(Private(Message("Here it is.", files=(File("chat.md", "text/markdown", b"# Chat", "what was said"),))))
        discord.people.slash(ADA, SLT, "transcript")
        await until(lambda: told(discord) == ["Here it is."])
        [notice] = discord.people.notices(ADA)
        assert [(file.name, file.content, file.about) for file in notice.files] == [("chat.md", b"# Chat", "what was said")]

    async def test_a_slow_ones_files_come_later(self, discord: Loopback, bot: Listener) -> None:
        go_on = waiting(bot, Private(Message("Here it is.", files=(File("chat.md", "text/markdown", b"# Chat"),))))
        await answered(discord.people.slash(ADA, SLT, "transcript"))
        go_on.set()
        await until(lambda: told(discord) == ["Here it is."])
        assert [file.name for file in discord.people.notices(ADA)[0].files] == ["chat.md"]

    async def test_what_the_core_raises_is_told(self, discord: Loopback, bot: Listener) -> None:
        async def fail(_: Heard) -> None:
            raise ConnectionError("deaf")

        bot.then = fail
        discord.people.slash(ADA, SLT, "help")
        await until(lambda: bool(told(discord)))
        assert told(discord) == ["That did not work. Please try it again in a minute."]

    async def test_somebody_in_private_messages_is_answered_there(self, discord: Loopback, bot: Listener) -> None:
        direct = discord.world.direct(ADA).id
        bot.tells(Private(Message("Here.")))
        discord.people.slash(ADA, direct, "help")
        await until(lambda: told(discord) == ["Here."])
        [commanded] = bot.heard
        assert isinstance(commanded, Commanded)
        assert (commanded.place, commanded.person, commanded.name) == (Place("discord", direct), Person("discord", ADA), "Ada")


class TestMenus:
    async def test_a_message_is_named_and_quoted(self, discord: Loopback, bot: Listener) -> None:
        message = discord.people.say(BEN, SLT, "See #slt")
        await until(lambda: bool(bot.heard))
        discord.people.shortcut(ADA, SLT, message, "Pin for the summary")
        await until(lambda: len(bot.heard) == 2)
        commanded = bot.heard[-1]
        assert isinstance(commanded, Commanded)
        assert (commanded.text, commanded.message, commanded.author, commanded.quoted) == (
            "pin",
            message,
            Person("discord", BEN),
            "See #slt",
        )


class TestPresses:
    async def test_what_is_told_comes_below(self, discord: Loopback, bot: Listener) -> None:
        bot.tells(Private(Message("Q2 is next.")))
        message = panel(discord)
        act = discord.people.press(ADA, SLT, message, "Next")
        assert await answered(act) == 4
        [pressed] = bot.heard
        assert isinstance(pressed, Pressed)
        assert (pressed.action, pressed.value, pressed.message) == ("next", "7:q2", message)
        assert told(discord) == ["Q2 is next."]

    async def test_what_has_nothing_to_say_shows_nothing(self, discord: Loopback, bot: Listener) -> None:
        act = discord.people.press(ADA, SLT, panel(discord), "Next")
        assert await answered(act) == 6
        assert (told(discord), discord.people.thinking(ADA), len(discord.people.shown(SLT))) == ([], [], 1)

    async def test_a_slow_core_shows_that_it_thinks(self, discord: Loopback, bot: Listener) -> None:
        go_on = waiting(bot, Nothing())
        act = discord.people.press(ADA, SLT, panel(discord), "Next")
        assert await answered(act) == 5
        go_on.set()
        await until(lambda: not discord.people.thinking(ADA))
        assert (told(discord), len(discord.people.shown(SLT))) == ([], 1)

    async def test_a_button_that_only_one_person_sees_has_no_message(self, discord: Loopback, bot: Listener) -> None:
        bot.tells(Private(Message("Sure?", (NEXT,))), Private(Message("Done.")))
        discord.people.slash(ADA, SLT, "next")
        await until(lambda: told(discord) == ["Sure?"])
        [notice] = discord.people.notices(ADA)
        discord.people.press(ADA, SLT, notice.id, "Next")
        await until(lambda: told(discord) == ["Sure?", "Done."])
        pressed = bot.heard[-1]
        assert isinstance(pressed, Pressed)
        assert pressed.message is None

    async def test_a_value_that_does_not_fit_comes_back(self, discord: Loopback, bot: Listener) -> None:
        bot.tells(Private(Message("Sure?", (Button("Yes", "yes", "v" * 300),))))
        discord.people.slash(ADA, SLT, "next")
        await until(lambda: bool(told(discord)))
        discord.people.press(ADA, SLT, discord.people.notices(ADA)[0].id, "Yes")
        await until(lambda: len(bot.heard) == 2)
        pressed = bot.heard[-1]
        assert isinstance(pressed, Pressed)
        assert (pressed.action, pressed.value) == ("yes", "v" * 300)


class TestForms:
    async def filled(self, discord: Loopback, bot: Listener, **fields: str) -> Interaction:
        """A form that Ada got for a command, and submits."""
        discord.people.slash(ADA, SLT, "schedule")
        await until(lambda: discord.people.front(ADA) is not None)
        return discord.people.submit(ADA, fields)

    async def test_a_form_is_the_first_answer(self, discord: Loopback, bot: Listener) -> None:
        bot.tells(FORM, Private(Message("Saved.")))
        act = await self.filled(discord, bot, title="Asking")
        assert await answered(act) == 4
        submitted = bot.heard[-1]
        assert isinstance(submitted, Submitted)
        assert (submitted.form, submitted.value, dict(submitted.fields)) == ("draft", "7", {"title": "Asking", "about": ""})
        assert told(discord) == ["Saved."]

    async def test_what_is_late_offers_it(self, discord: Loopback, bot: Listener) -> None:
        go_on = waiting(bot, FORM)
        await answered(discord.people.slash(ADA, SLT, "schedule"))
        go_on.set()
        await until(lambda: told(discord) == ["Schedule a chat: the form is ready."])
        bot.tells(Private(Message("Saved.")))
        discord.people.press(ADA, SLT, discord.people.notices(ADA)[0].id, "Open it")
        await until(lambda: discord.people.front(ADA) is not None)
        discord.people.submit(ADA, {"title": "Asking"})
        await until(lambda: told(discord) == ["Saved."])
        assert [type(heard) for heard in bot.heard] == [Commanded, Submitted]

    async def test_no_form_follows_a_form(self, discord: Loopback, bot: Listener) -> None:
        bot.tells(FORM, FORM)
        await self.filled(discord, bot, title="Asking")
        await until(lambda: bool(told(discord)))
        assert told(discord) == ["Schedule a chat: the form is ready."]

    async def test_what_is_wrong_can_be_mended_with_what_was_typed(self, discord: Loopback, bot: Listener) -> None:
        bot.tells(FORM, WRONG, WRONG, Private(Message("Saved.")))
        await self.filled(discord, bot, title="x", about="two\tthings")
        for title in ("y", "Asking"):
            await until(lambda: len(discord.people.notices(ADA)) == 1 and discord.people.front(ADA) is None)
            [notice] = discord.people.notices(ADA)
            assert "At least three letters" in discord.people.read(notice)
            discord.people.press(ADA, SLT, notice.id, "Change")
            await until(lambda: discord.people.front(ADA) is not None)
            front = discord.people.front(ADA)
            assert front is not None
            assert shown_values(front)["about"] == "two\tthings"
            assert fields_of(front)["title"]["description"] == "At least three letters"
            heard = len(bot.heard)
            discord.people.submit(ADA, {"title": title})
            await until(lambda heard=heard: len(bot.heard) > heard)  # type: ignore[misc] # a lambda's default has no type
        await until(lambda: told(discord) == ["Saved."])

    async def test_a_form_that_nobody_remembers_is_begun_again(self, discord: Loopback, bot: Listener) -> None:
        bot.tells(FORM)
        discord.people.slash(ADA, SLT, "schedule")
        await until(lambda: discord.people.front(ADA) is not None)
        await bot.stop()
        later = Listener(discord, answered_in=0.1)
        await later.start()
        later.tells(WRONG)
        discord.people.submit(ADA, {"title": "x"})
        await until(lambda: bool(told(discord)))
        assert told(discord) == [f"At least three letters\n{FORGOTTEN}"]
        await later.stop()

    async def test_opening_too_late_is_refused(self, discord: Loopback, bot: Listener) -> None:
        await answered(discord.people.slash(ADA, SLT, "schedule"))
        [commanded] = bot.heard
        assert isinstance(commanded, Commanded)
        with pytest.raises(Refused, match="first answer"):
            await bot.answers.open_form(commanded, FORM)


class TestCompleting:
    async def test_choices_are_shown_while_somebody_types(self, discord: Loopback, bot: Listener) -> None:
        options = [Option(f"zone/{number}", f"Zone {number}") for number in range(30)]
        bot.tells(Choices((Option("v" * 101, "too long"), Option("Europe/London", "L" * 120), *options)))
        act = discord.people.complete(ADA, SLT, "schedule", "zone", "Lon", date="2018-01-31")
        assert await answered(act) == 8
        [completing] = bot.heard
        assert isinstance(completing, Completing)
        assert (completing.verb, completing.option, completing.typed, completing.options) == (
            "schedule",
            "zone",
            "Lon",
            {"date": "2018-01-31"},
        )
        assert completing.channels[SLT] == discord.world.channel(SLT).name
        assert act.choices is not None
        assert (len(act.choices), act.choices[0]["value"], len(act.choices[0]["name"])) == (25, "Europe/London", 100)

    async def test_without_any_there_are_none(self, discord: Loopback, bot: Listener) -> None:
        act = discord.people.complete(ADA, SLT, "schedule", "set", "x")
        assert (await answered(act), act.choices) == (8, [])


class TestBadLuck:
    async def test_what_discord_refuses_goes_to_private_messages(self, discord: Loopback, bot: Listener) -> None:
        discord.rest.faults.deny(CALLBACK, "404 10062 Unknown interaction")
        bot.tells(Private(Message("Just ask.")))
        discord.people.slash(ADA, SLT, "help")
        await until(lambda: bool(bot.posted))
        [(person, message, key)] = bot.posted
        [commanded] = bot.heard
        assert isinstance(commanded, Commanded)
        assert (person, message.text, key) == (Person("discord", ADA), "Just ask.", f"told:{commanded.id}")

    async def test_a_lost_answer_is_not_repeated(self, discord: Loopback, bot: Listener) -> None:
        failures: list[PlatformError] = []

        async def tell(heard: Heard) -> None:
            assert isinstance(heard, Commanded)
            try:
                await bot.answers.tell(heard, Private(Message("Once.")))
            except PlatformError as error:
                failures.append(error)

        bot.then = tell
        discord.rest.faults.once(CALLBACK, Kind.LOST)
        discord.people.slash(ADA, SLT, "help")
        await until(lambda: bool(failures))
        assert (told(discord), bot.posted) == (["Once."], [])

    async def test_after_a_quarter_of_an_hour_it_goes_to_private_messages(self, discord: Loopback) -> None:
        bot = Listener(discord, kept_for=0.0)
        await bot.start()
        bot.tells(Private(Message("Late.")))
        discord.people.slash(ADA, SLT, "help")
        await until(lambda: bool(bot.posted))
        assert ([message.text for _, message, _ in bot.posted], told(discord)) == (["Late."], [])
        await bot.stop()

    async def test_what_was_said_to_copbot_is_answered_in_private_messages(self, discord: Loopback, bot: Listener) -> None:
        bot.tells(Private(Message("Not yet.")))
        discord.people.say(ADA, SLT, "@copbot next")
        await until(lambda: bool(bot.posted))
        assert ([message.text for _, message, _ in bot.posted], discord.people.shown(SLT)[0].author) == (["Not yet."], ADA)

    async def test_each_press_is_answered_though_another_is_not(self, discord: Loopback, bot: Listener) -> None:
        go_on = waiting(bot, Private(Message("At last.")))
        first = discord.people.slash(ADA, SLT, "help")
        await until(lambda: bool(bot.heard))
        bot.then = nothing
        second = discord.people.press(BEN, SLT, panel(discord), "Next")
        assert await answered(second) == 6
        go_on.set()
        await answered(first)
        await until(lambda: told(discord) == ["At last."])
        assert discord.world.unanswered() == []
