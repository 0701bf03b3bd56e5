"""What people are told in return: in time, once, and in whichever way Slack leaves."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from slack_listener import NOW, Listener, nothing, until
from slack_loopback.deliveries import Delivery
from slack_loopback.faults import Kind
from slack_loopback.server import BOT_TOKEN, Loopback
from slack_sdk.web.async_client import AsyncWebClient

from copbot.domain.heard import Commanded, Heard, Interaction, Submitted
from copbot.domain.message import Button, Field, FieldKind, File, Form, FormErrors, Message, Option, Private, Reply
from copbot.domain.place import Person, Place
from copbot.errors import PlatformError, Refused, Unclear
from copbot_slack.answering import MOST_KEPT
from copbot_slack.home import home_view
from copbot_slack.rendering import render

ADA, BEN, SLT, ELSEWHERE = "U0ADA", "U0BEN", "C0SLT", "C0ELSEWHERE"
NEXT = Button("Next", "next", "7:q2")
FORMATS = Field("format", "Format", FieldKind.CHOICE, value="live", options=(Option("live", "Live"), Option("slow", "Slow")))
FORM = Form("draft", "Schedule a chat", (Field("title", "Title"), Field("date", "Date", FieldKind.DATE), FORMATS), value="7")
FILLED = {"title": "x", "date": "2018-01-31", "format": "slow"}
ERRORS = FormErrors({"title": "At least three letters"})
SAVED = Private(Message("**Saved.**", (NEXT,)))


@pytest.fixture
async def bot(slack: Loopback) -> AsyncIterator[Listener]:
    """Ears and mouth, connected; late after a twentieth of a second."""
    bot = Listener(slack, acknowledged_in=0.05)
    await bot.start()
    yield bot
    await bot.stop()


def telling(bot: Listener, *replies: Reply) -> None:
    """Let the inbox tell these, one for each interaction, before it returns: as the core does."""
    left = list(replies)

    async def then(heard: Heard) -> None:
        assert isinstance(heard, Interaction)
        if left:
            await bot.answers.tell(heard, left.pop(0))

    bot.then = then


def failing(bot: Listener) -> None:
    """Let the inbox refuse."""

    async def then(_: Heard) -> None:
        raise ConnectionError("deaf")

    bot.then = then


def told(slack: Loopback, user: str = ADA) -> list[str]:
    """What this person alone was shown in channels."""
    return [slack.people.read(notice) for notice in slack.people.notices(user)]


def in_front(slack: Loopback) -> str | None:
    """What Ada's modal says."""
    view = slack.people.front(ADA)
    return None if view is None else slack.people.read(view)


async def ada_opens_the_form(slack: Loopback, bot: Listener) -> None:
    telling(bot, FORM)
    await slack.people.slash(ADA, SLT, "schedule").over.wait()
    await until(lambda: slack.people.front(ADA) is not None)


async def the_panel(slack: Loopback, thread: str | None = None) -> str:
    """A message of the bot's with a button under it."""
    rendered = render(Message("Ready?", (NEXT,)))
    client = AsyncWebClient(BOT_TOKEN, slack.api_url)
    posted = await client.chat_postMessage(channel=SLT, thread_ts=thread, text=rendered.text, blocks=rendered.blocks)
    return str(posted["ts"])


class TestAcknowledging:
    async def test_a_command_is_acknowledged_once_it_is_committed(self, slack: Loopback, bot: Listener) -> None:
        delivery = slack.people.slash(ADA, SLT, "help")
        await delivery.over.wait()
        assert (delivery.ack, len(bot.heard)) == ({}, 1)

    async def test_a_slow_core_is_not_waited_for(self, slack: Loopback, bot: Listener) -> None:
        go_on = asyncio.Event()

        async def then(heard: Heard) -> None:
            await go_on.wait()
            assert isinstance(heard, Interaction)
            await bot.answers.tell(heard, Private(Message("At last.")))

        bot.then = then
        delivery = slack.people.slash(ADA, SLT, "help")
        await delivery.over.wait()
        assert (delivery.ack, told(slack)) == ({}, [])
        go_on.set()
        await until(lambda: told(slack) == ["At last."])

    async def test_what_the_core_refuses_is_not_acknowledged(self, slack: Loopback, bot: Listener) -> None:
        failing(bot)
        slack.links.ack_seconds = 0.2
        for delivery in (slack.people.slash(ADA, SLT, "help"), slack.people.press(BEN, SLT, await the_panel(slack), "Next")):
            await delivery.over.wait()
            assert delivery.ack is None
        assert slack.failures == [(ADA, "slash_commands"), (BEN, "interactive")]

    async def test_what_nobody_waits_for_is_acknowledged(self, slack: Loopback, bot: Listener) -> None:
        unknown = {"type": "shortcut", "callback_id": "x", "trigger_id": "1.2.3", "user": {"id": ADA}, "team": {"id": "T0ACME"}}
        delivery = slack.deliveries.send(Delivery("interactive", unknown))
        await delivery.over.wait()
        assert (delivery.ack, bot.heard) == ({}, [])


class TestCommands:
    async def test_the_answer_is_seen_by_one_person(self, slack: Loopback, bot: Listener) -> None:
        telling(bot, Private(Message("Just **ask**.")))
        await slack.people.slash(ADA, SLT, "help").over.wait()
        await until(lambda: bool(told(slack)))
        assert (told(slack), told(slack, BEN), slack.people.shown(SLT)) == (["Just ask."], [], [])

    async def test_it_may_come_after_the_acknowledgement(self, slack: Loopback, bot: Listener) -> None:
        await slack.people.slash(ADA, SLT, "help").over.wait()
        await bot.answers.tell(only(bot), Private(Message("Just ask.")))
        assert told(slack) == ["Just ask."]

    async def test_where_one_way_is_refused_there_is_another(self, slack: Loopback, bot: Listener) -> None:
        await slack.people.slash(ADA, SLT, "help").over.wait()
        slack.workspace.time.forward(3600)
        await bot.answers.tell(only(bot), Private(Message("Just ask.")))
        assert [call.method for call in slack.api.calls][-1] == "chat.postEphemeral"
        slack.api.faults.deny("chat.postEphemeral", "user_not_in_channel")
        await bot.answers.tell(only(bot), Private(Message("Once more.")))
        assert (told(slack), [message.text for _, message, _ in bot.posted]) == (["Just ask."], ["Once more."])

    async def test_nothing_is_told_twice(self, slack: Loopback, bot: Listener) -> None:
        await slack.people.slash(ADA, SLT, "help").over.wait()
        slack.api.faults.once("response_url", Kind.LOST)
        with pytest.raises(Unclear):
            await bot.answers.tell(only(bot), Private(Message("Just ask.")))
        assert told(slack) == ["Just ask."]

    async def test_a_mention_is_answered_in_its_thread(self, slack: Loopback, bot: Listener) -> None:
        root = await the_panel(slack)
        telling(bot, Private(Message("Next in a minute.")))
        slack.people.say(ADA, SLT, "@copbot next", root)
        await bot.settled()
        [notice] = slack.people.notices(ADA)
        assert (slack.people.read(notice), notice.thread) == ("Next in a minute.", root)

    async def test_files_come_as_a_private_message(self, slack: Loopback, bot: Listener) -> None:
        file = File("chat.ics", "text/calendar", b"BEGIN:VCALENDAR")
        telling(bot, Private(Message("Save the date.", files=(file,))))
        await slack.people.slash(ADA, SLT, "invite").over.wait()
        await until(lambda: bool(bot.posted))
        [(person, message, key)] = bot.posted
        assert (person, message.files, key) == (Person("slack", ADA), (file,), f"files:{only(bot).id}")
        assert told(slack) == ["Save the date.\n\nchat.ics: in your private messages with me."]

    async def test_a_shortcut_is_answered_where_it_was_used(self, slack: Loopback, bot: Listener) -> None:
        root = await the_panel(slack)
        ts = slack.people.say(BEN, SLT, "I tried it", root)
        await bot.settled()
        bot.heard.clear()
        telling(bot, Private(Message("It goes into the summary.")))
        await slack.people.shortcut(ADA, SLT, ts, "pin").over.wait()
        await until(lambda: bool(told(slack)))
        commanded = only(bot)
        assert isinstance(commanded, Commanded)
        assert (commanded.text, commanded.message, commanded.author, commanded.quoted) == ("pin", ts, Person("slack", BEN), "I tried it")
        assert [notice.thread for notice in slack.people.notices(ADA)] == [root]

    async def test_what_was_asked_long_ago_is_let_go(self, slack: Loopback, bot: Listener) -> None:
        await slack.people.slash(ADA, SLT, "help").over.wait()
        for number in range(MOST_KEPT):
            command = Commanded(f"later {number}", NOW, Place("slack", SLT), Person("slack", BEN), "help")
            await bot.answers.acknowledgement(command, {}, nothing)
        await bot.answers.tell(only(bot), Private(Message("Just ask.")))
        assert slack.api.calls[-1].method == "chat.postEphemeral"


class TestForms:
    async def test_a_command_opens_a_form(self, slack: Loopback, bot: Listener) -> None:
        await ada_opens_the_form(slack, bot)
        assert slack.people.front(BEN) is None

    async def test_errors_are_shown_at_their_fields(self, slack: Loopback, bot: Listener) -> None:
        await ada_opens_the_form(slack, bot)
        telling(bot, ERRORS, SAVED)
        await slack.people.submit(ADA, FILLED).over.wait()
        view = slack.people.front(ADA)
        assert view is not None
        assert (view.errors, view.typed["title"]) == ({"title": "At least three letters"}, "x")
        await slack.people.submit(ADA, FILLED | {"title": "xyz"}).over.wait()
        assert in_front(slack) == "Saved."

    async def test_nothing_to_tell_closes_the_form(self, slack: Loopback, bot: Listener) -> None:
        await ada_opens_the_form(slack, bot)
        bot.then = nothing
        await slack.people.submit(ADA, FILLED).over.wait()
        assert slack.people.front(ADA) is None

    async def test_one_form_leads_to_another(self, slack: Loopback, bot: Listener) -> None:
        await ada_opens_the_form(slack, bot)
        telling(bot, Form("more", "More about it", (Field("about", "About"),)))
        await slack.people.submit(ADA, FILLED).over.wait()
        view = slack.people.front(ADA)
        assert view is not None
        assert list(view.inputs) == ["about"]

    async def test_a_button_in_a_form_changes_the_form(self, slack: Loopback, bot: Listener) -> None:
        await ada_opens_the_form(slack, bot)
        telling(bot, SAVED, Private(Message("On it.")))
        await slack.people.submit(ADA, FILLED).over.wait()
        await slack.people.press_view(ADA, "Next").over.wait()
        await until(lambda: in_front(slack) == "On it.")
        assert bot.heard[-1].place == bot.heard[0].place  # type: ignore[union-attr] # both are interactions

    @pytest.mark.parametrize(
        ("reply", "seen"),
        [(SAVED, "Saved."), (None, "Done. You can close this."), (Form("more", "More", (Field("about", "About"),)), "About")],
        ids=["told", "nothing", "form"],
    )
    async def test_a_slow_core_keeps_the_form_open(self, slack: Loopback, bot: Listener, reply: Reply | None, seen: str) -> None:
        await ada_opens_the_form(slack, bot)
        go_on = asyncio.Event()

        async def then(heard: Heard) -> None:
            await go_on.wait()
            assert isinstance(heard, Interaction)
            if reply is not None:
                await bot.answers.tell(heard, reply)

        bot.then = then
        await slack.people.submit(ADA, FILLED).over.wait()
        assert (in_front(slack) or "").startswith("One moment")
        go_on.set()
        await until(lambda: in_front(slack) == seen)

    async def test_a_slow_core_that_fails_says_so_in_the_form(self, slack: Loopback, bot: Listener) -> None:
        await ada_opens_the_form(slack, bot)
        go_on = asyncio.Event()

        async def then(_: Heard) -> None:
            await go_on.wait()
            raise ConnectionError("deaf")

        bot.then = then
        await slack.people.submit(ADA, FILLED).over.wait()
        go_on.set()
        await until(lambda: (in_front(slack) or "").startswith("That did not work."))

    @pytest.mark.parametrize("waiting", [True, False], ids=["late", "afterwards"])
    async def test_late_errors_bring_the_form_back_as_it_was_filled(self, slack: Loopback, bot: Listener, waiting: bool) -> None:
        await ada_opens_the_form(slack, bot)
        go_on = asyncio.Event()

        async def then(_: Heard) -> None:
            await go_on.wait()

        bot.then = then if waiting else nothing
        await slack.people.submit(ADA, FILLED).over.wait()
        await bot.answers.tell(only(bot, Submitted), ERRORS)
        assert "At least three letters" in (in_front(slack) or "")
        bot.then = nothing
        await slack.people.submit(ADA, {"title": "xyz"}).over.wait()
        [*_, again] = bot.heard
        assert isinstance(again, Submitted)
        assert (again.value, dict(again.fields)) == ("7", FILLED | {"title": "xyz"})
        go_on.set()

    async def test_what_comes_after_a_closed_form_is_told_in_the_channel(self, slack: Loopback, bot: Listener) -> None:
        await ada_opens_the_form(slack, bot)
        bot.then = nothing
        await slack.people.submit(ADA, FILLED).over.wait()
        await bot.answers.tell(only(bot, Submitted), SAVED)
        assert told(slack) == ["Saved."]

    async def test_a_form_that_cannot_be_opened_is_offered(self, slack: Loopback, bot: Listener) -> None:
        telling(bot, FORM)
        slack.people.say(ADA, SLT, "@copbot schedule", await the_panel(slack))
        await bot.settled()
        [notice] = slack.people.notices(ADA)
        assert slack.people.read(notice) == "Schedule a chat: the form is ready."
        heard = len(bot.heard)
        await slack.people.press(ADA, SLT, notice.ts, "Open it").over.wait()
        assert slack.people.front(ADA) is not None
        assert len(bot.heard) == heard

    async def test_a_trigger_that_is_too_old_is_refused(self, slack: Loopback, bot: Listener) -> None:
        await slack.people.slash(ADA, SLT, "schedule").over.wait()
        slack.workspace.time.forward(10)
        with pytest.raises(Refused) as refused:
            await bot.answers.open_form(only(bot), FORM)
        assert refused.value.remedy == "Type it again."

    async def test_an_offer_that_is_forgotten_says_so(self, slack: Loopback, bot: Listener) -> None:
        telling(bot, FORM)
        slack.people.say(ADA, SLT, "@copbot schedule")
        await bot.settled()
        await bot.stop()
        fresh = Listener(slack)
        await fresh.start()
        [notice] = slack.people.notices(ADA)
        await slack.people.press(ADA, SLT, notice.ts, "Open it").over.wait()
        await fresh.stop()
        assert told(slack)[-1] == "This form is not there any more. Type the command again."


class TestPresses:
    async def test_a_link_that_looks_like_a_button_is_none(self, slack: Loopback, bot: Listener) -> None:
        link = {"type": "button", "action_id": "1:open", "action_ts": "1.0", "url": "https://example.org"}
        press = {
            "type": "block_actions",
            "actions": [link],
            "user": {"id": ADA},
            "team": {"id": "T0ACME"},
            "container": {"type": "message"},
        }
        delivery = slack.deliveries.send(Delivery("interactive", press))
        await delivery.over.wait()
        assert (delivery.ack, bot.heard) == ({}, [])

    async def test_the_answer_is_seen_by_who_pressed(self, slack: Loopback, bot: Listener) -> None:
        root = await the_panel(slack)
        telling(bot, Private(Message("Posted.")))
        await slack.people.press(BEN, SLT, await the_panel(slack, root), "Next").over.wait()
        await until(lambda: bool(told(slack, BEN)))
        [notice] = slack.people.notices(BEN)
        assert (slack.people.read(notice), notice.thread, told(slack)) == ("Posted.", root, [])

    async def test_on_the_bots_own_page_it_is_a_window(self, slack: Loopback, bot: Listener) -> None:
        client = AsyncWebClient(BOT_TOKEN, slack.api_url)
        await client.views_publish(user_id=ADA, view=home_view([Message("Your chats", (NEXT,))]))
        telling(bot, Private(Message("You will be there.")))
        await slack.people.press_home(ADA, "Next").over.wait()
        await until(lambda: in_front(slack) == "You will be there.")

    async def test_what_has_no_way_left_is_said_to_the_core(self, slack: Loopback, bot: Listener) -> None:
        await slack.people.press(BEN, SLT, await the_panel(slack), "Next").over.wait()
        slack.api.revoked.add(BOT_TOKEN)
        slack.workspace.time.forward(3600)

        async def refuse(_: Person, __: Message, ___: str) -> None:
            raise Refused("slack", "no", "no")

        bot.post = refuse
        with pytest.raises(PlatformError):
            await bot.answers.tell(only(bot), Private(Message("Posted.")))


def only(bot: Listener, kind: type[Interaction] = Interaction) -> Interaction:  # type: ignore[assignment] # a union is its own kind
    """The one interaction of this kind that was heard."""
    [heard] = [one for one in bot.heard if isinstance(one, kind)]
    assert isinstance(heard, Interaction)
    return heard
