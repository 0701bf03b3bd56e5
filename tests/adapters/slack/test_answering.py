"""What people are told in return: in time, once, and in whichever way Slack leaves."""

from collections.abc import AsyncIterator

import pytest
from slack_listener import NOW, Listener, in_front, nothing, only, telling, told, until, waiting
from slack_loopback.deliveries import Delivery
from slack_loopback.faults import Kind
from slack_loopback.server import BOT_TOKEN, Loopback
from slack_sdk.web.async_client import AsyncWebClient

from copbot.domain.heard import Commanded, Heard
from copbot.domain.message import Button, File, Message, Private
from copbot.domain.place import Person, Place
from copbot.errors import PlatformError, Refused, Unclear
from copbot_slack.answering import MOST_KEPT
from copbot_slack.home import home_view
from copbot_slack.rendering import render

ADA, BEN, SLT = "U0ADA", "U0BEN", "C0SLT"
NEXT = Button("Next", "next", "7:q2")


@pytest.fixture
async def bot(slack: Loopback) -> AsyncIterator[Listener]:
    """Ears and mouth, connected; late after a twentieth of a second."""
    bot = Listener(slack, acknowledged_in=0.05)
    await bot.start()
    yield bot
    await bot.stop()


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
        go_on = waiting(bot, Private(Message("At last.")))
        delivery = slack.people.slash(ADA, SLT, "help")
        await delivery.over.wait()
        assert (delivery.ack, told(slack, ADA)) == ({}, [])
        go_on.set()
        await until(lambda: told(slack, ADA) == ["At last."])

    async def test_what_the_core_refuses_is_not_acknowledged(self, slack: Loopback, bot: Listener) -> None:
        async def refuse(_: Heard) -> None:
            raise ConnectionError("deaf")

        bot.then = refuse
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
        await until(lambda: bool(told(slack, ADA)))
        assert (told(slack, ADA), told(slack, BEN), slack.people.shown(SLT)) == (["Just ask."], [], [])

    async def test_it_may_come_after_the_acknowledgement(self, slack: Loopback, bot: Listener) -> None:
        await slack.people.slash(ADA, SLT, "help").over.wait()
        await bot.answers.tell(only(bot), Private(Message("Just ask.")))
        assert told(slack, ADA) == ["Just ask."]

    async def test_where_one_way_is_refused_there_is_another(self, slack: Loopback, bot: Listener) -> None:
        await slack.people.slash(ADA, SLT, "help").over.wait()
        slack.workspace.time.forward(3600)
        await bot.answers.tell(only(bot), Private(Message("Just ask.")))
        assert [call.method for call in slack.api.calls][-1] == "chat.postEphemeral"
        slack.api.faults.deny("chat.postEphemeral", "user_not_in_channel")
        await bot.answers.tell(only(bot), Private(Message("Once more.")))
        assert (told(slack, ADA), [message.text for _, message, _ in bot.posted]) == (["Just ask."], ["Once more."])

    async def test_nothing_is_told_twice(self, slack: Loopback, bot: Listener) -> None:
        await slack.people.slash(ADA, SLT, "help").over.wait()
        slack.api.faults.once("response_url", Kind.LOST)
        with pytest.raises(Unclear):
            await bot.answers.tell(only(bot), Private(Message("Just ask.")))
        assert told(slack, ADA) == ["Just ask."]

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
        assert told(slack, ADA) == ["Save the date.\n\nchat.ics: in your private messages with me."]

    async def test_a_shortcut_is_answered_where_it_was_used(self, slack: Loopback, bot: Listener) -> None:
        root = await the_panel(slack)
        ts = slack.people.say(BEN, SLT, "I tried it", root)
        await bot.settled()
        bot.heard.clear()
        telling(bot, Private(Message("It goes into the summary.")))
        await slack.people.shortcut(ADA, SLT, ts, "pin").over.wait()
        await until(lambda: bool(told(slack, ADA)))
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
        assert (slack.people.read(notice), notice.thread, told(slack, ADA)) == ("Posted.", root, [])

    async def test_on_the_bots_own_page_it_is_a_window(self, slack: Loopback, bot: Listener) -> None:
        client = AsyncWebClient(BOT_TOKEN, slack.api_url)
        await client.views_publish(user_id=ADA, view=home_view([Message("Your chats", (NEXT,))]))
        telling(bot, Private(Message("You will be there.")))
        await slack.people.press_home(ADA, "Next").over.wait()
        await until(lambda: in_front(slack, ADA) == "You will be there.")
        assert told(slack, ADA) == []

    async def test_what_has_a_window_of_its_own_is_told_there(self, slack: Loopback, bot: Listener) -> None:
        telling(bot, Private(Message("Five switches", (NEXT,)), window="Your privacy"))
        slack.people.slash(ADA, SLT, "privacy")
        await until(lambda: in_front(slack, ADA) is not None)
        view = slack.people.front(ADA)
        assert view is not None
        assert ("Five switches" in slack.people.read(view), told(slack, ADA)) == (True, [])

    async def test_what_came_too_late_for_its_window_is_a_message(self, slack: Loopback, bot: Listener) -> None:
        slack.api.faults.deny("views.open", "expired_trigger_id")
        telling(bot, Private(Message("Five switches"), window="Your privacy"))
        slack.people.slash(ADA, SLT, "privacy")
        await until(lambda: told(slack, ADA) == ["Five switches"])
        assert in_front(slack, ADA) is None

    async def test_what_has_no_way_left_is_said_to_the_core(self, slack: Loopback, bot: Listener) -> None:
        await slack.people.press(BEN, SLT, await the_panel(slack), "Next").over.wait()
        slack.api.revoked.add(BOT_TOKEN)
        slack.workspace.time.forward(3600)

        async def refuse(_: Person, __: Message, ___: str) -> None:
            raise Refused("slack", "no", "no")

        bot.post = refuse
        with pytest.raises(PlatformError):
            await bot.answers.tell(only(bot), Private(Message("Posted.")))
