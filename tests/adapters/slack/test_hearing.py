"""What Slack sends, in the shapes of its own samples, and what copbot hears of it."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from copbot.domain.heard import Commanded, Edited, Happening, Heard, HomeOpened, Joined, Left, Pressed, Reacted, Removed, Said, Submitted
from copbot.domain.place import Person, Place
from copbot_slack import hearing
from copbot_slack.hearing import Me

SAMPLES = Path(os.environ.get("COPBOT_SPECS", Path(__file__).parents[4] / "shared/specs")) / "slack/event-samples"
ME = Me("U0COP", "B0COP", "T1")
NOW = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)
ROOT, REPLY, LATER = "1517427000.000100", "1517427060.000200", "1517427120.000300"
AT_ROOT, AT_REPLY, AT_LATER = (
    datetime(2018, 1, 31, 19, minute, microsecond=micro, tzinfo=UTC) for minute, micro in ((30, 100), (31, 200), (32, 300))
)
ADA, BEN = Person("slack", "U1"), Person("slack", "U2")
CHANNEL, THREAD = Place("slack", "C1"), Place("slack", "C1", ROOT)
Event = Mapping[str, Any]


def message(**more: Any) -> dict[str, Any]:
    """A message event as Slack sends it, with more or other keys; None takes one away."""
    event = {
        "type": "message",
        "channel": "C1",
        "channel_type": "channel",
        "user": "U1",
        "text": "Hello",
        "ts": ROOT,
        "event_ts": ROOT,
        "team": "T1",
        "client_msg_id": "5d",
        "blocks": [],
    }
    return {key: value for key, value in {**event, **more}.items() if value is not None}


def changed(now: Event, before: Event | None, **more: Any) -> dict[str, Any]:
    """The event of a changed message."""
    event = {"type": "message", "subtype": "message_changed", "hidden": True, "channel": "C1", "ts": LATER, "event_ts": LATER}
    return {**event, "message": now, **({} if before is None else {"previous_message": before}), **more}


def deleted(before: Event | None, ts: str = REPLY) -> dict[str, Any]:
    """The event of a deleted message."""
    event = {"type": "message", "subtype": "message_deleted", "hidden": True, "channel": "C1", "ts": LATER, "event_ts": LATER}
    return {**event, "deleted_ts": ts, **({} if before is None else {"previous_message": before})}


def edited(text: str, **more: Any) -> dict[str, Any]:
    """A message after an edit."""
    return message(text=text, edited={"user": "U1", "ts": LATER}, **more)


def reaction(kind: str, **more: Any) -> dict[str, Any]:
    """A reaction put on or taken off Ben's reply."""
    item = {"type": "message", "channel": "C1", "ts": REPLY}
    return {"type": kind, "user": "U1", "item": item, "item_user": "U2", "reaction": "+1", "event_ts": LATER, **more}


SAID = Said(AT_ROOT, CHANNEL, ADA, ROOT, "Hello")
REPLIED = Said(AT_REPLY, THREAD, ADA, REPLY, "Hello")
IN_THREAD = {"ts": REPLY, "thread_ts": ROOT}
EDITED = Edited(AT_LATER, CHANNEL, ADA, ROOT, "Hello!", 1517427120000300, AT_ROOT)
TOMBSTONE = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted.", "hidden": True}
NEXT = Commanded(f"mention:C1:{REPLY}", AT_REPLY, THREAD, ADA, "next")

EVENTS: dict[str, tuple[Event, Heard | None]] = {
    "a message": (message(), SAID),
    "one that began a thread": (message(thread_ts=ROOT), SAID),
    "a reply": (message(**IN_THREAD), REPLIED),
    "a reply that the channel sees, too": (message(subtype="thread_broadcast", root=message(), **IN_THREAD), REPLIED),
    "a private message": (message(channel="D1", channel_type="im"), Said(AT_ROOT, Place("slack", "D1"), ADA, ROOT, "Hello")),
    "a file": (
        message(subtype="file_share", text="", files=[{"id": "F1"}], upload=False),
        Said(AT_ROOT, CHANNEL, ADA, ROOT, "", has_files=True),
    ),
    "/me": (message(subtype="me_message", text="waves"), Said(AT_ROOT, CHANNEL, ADA, ROOT, "waves")),
    "a stranger from elsewhere": (
        message(user="W9", user_team="T9", source_team="T9", user_profile={"display_name": "Zoë", "real_name": "Zoë Zuse"}),
        Said(AT_ROOT, CHANNEL, Person("slack", "W9"), ROOT, "Hello", name="Zoë"),
    ),
    "people in the text": (
        message(text="as <@U2|ben> and <@U3> and <@U2> say"),
        Said(AT_ROOT, CHANNEL, ADA, ROOT, "as @U2 and @U3 and @U2 say", (BEN, Person("slack", "U3"))),
    ),
    "copbot in the middle is nobody": (
        message(text="thank you, <@U0COP>"),
        Said(AT_ROOT, CHANNEL, ADA, ROOT, "thank you, @U0COP"),
    ),
    "said to copbot": (message(text=" <@U0COP>: next", **IN_THREAD), NEXT),
    "said to copbot, with its name": (message(text="<@U0COP|copbot> next", **IN_THREAD), NEXT),
    "the same, as a mention": (message(type="app_mention", text="<@U0COP> next", **IN_THREAD), NEXT),
    "nothing but its name": (
        message(text="<@U0COP>"),
        Commanded(f"mention:C1:{ROOT}", AT_ROOT, CHANNEL, ADA, ""),
    ),
    "a mention further back is no command": (message(type="app_mention", text="ask <@U0COP>"), None),
    "a mention by a bot": (message(type="app_mention", text="<@U0COP> next", bot_id="B2"), None),
    "somebody whose id begins alike": (
        message(text="<@U0COPPER> next"),
        Said(AT_ROOT, CHANNEL, ADA, ROOT, "@U0COPPER next", (Person("slack", "U0COPPER"),)),
    ),
    "copbot's own": (message(user="U0COP", bot_id="B0COP", bot_profile={}), None),
    "copbot's own without a bot's id": (message(user="U0COP"), None),
    "another bot": (message(bot_id="B2"), None),
    "an old bot": (message(subtype="bot_message", user=None, bot_id="B2", username="cron"), None),
    "Slackbot": (message(user="USLACKBOT"), None),
    "nobody": (message(user=None), None),
    "who came into a channel, as a message": (message(subtype="channel_join", text="<@U1> has joined the channel"), None),
    "a new topic": (message(subtype="channel_topic", topic="x"), None),
    "a subtype of tomorrow": (message(subtype="hologram"), None),
    "replies are counted": (message(subtype="message_replied", message=message(), hidden=True), None),
    "an edit": (changed(edited("Hello!"), message()), EDITED),
    "an edit of a broadcast reply": (
        changed(edited("Hello!", subtype="thread_broadcast", **IN_THREAD), message(**IN_THREAD)),
        Edited(AT_LATER, THREAD, ADA, REPLY, "Hello!", 1517427120000300, AT_REPLY),
    ),
    "an edit without what was before": (changed(edited("Hello!"), None), EDITED),
    "an edit that brings somebody in": (
        changed(edited("Hello <@U2>"), message()),
        Edited(AT_LATER, CHANNEL, ADA, ROOT, "Hello @U2", 1517427120000300, AT_ROOT, (BEN,)),
    ),
    "a change that is no edit of the person's": (changed(message(text="Hello!"), message()), EDITED),
    "a link unfurls": (changed(message(attachments=[{"id": 1}]), message()), None),
    "a link unfurls in an edited message": (changed(edited("Hello!", attachments=[{}]), edited("Hello!")), None),
    "replies are counted in the root": (changed(message(reply_count=3, latest_reply=LATER), message()), None),
    "a change of nothing known": (changed(message(), None), None),
    "copbot's own edit": (changed(edited("Hi", user="U0COP", bot_id="B0COP"), message(user="U0COP", bot_id="B0COP")), None),
    "another bot's edit": (changed(edited("Hi", bot_id="B2"), message(bot_id="B2")), None),
    "what was said to copbot, mended": (changed(edited("<@U0COP> next"), message(text="<@U0COP> nxet")), None),
    "a thread's first message is deleted": (
        changed({**TOMBSTONE, "ts": ROOT, "thread_ts": ROOT}, message(thread_ts=ROOT)),
        Removed(AT_LATER, CHANNEL, ROOT),
    ),
    "a thread's first message, copbot's": (
        changed({**TOMBSTONE, "ts": ROOT, "thread_ts": ROOT}, message(user="U0COP", bot_id="B0COP")),
        None,
    ),
    "a deletion": (deleted(message(**IN_THREAD)), Removed(AT_LATER, THREAD, REPLY)),
    "a deletion in the channel": (deleted(message(ts=REPLY)), Removed(AT_LATER, CHANNEL, REPLY)),
    "a deletion without what was before": (deleted(None), Removed(AT_LATER, CHANNEL, REPLY)),
    "copbot's own deletion": (deleted(message(user="U0COP", bot_id="B0COP")), None),
    "a reaction": (reaction("reaction_added"), Reacted(AT_LATER, CHANNEL, ADA, REPLY, "👍", on=True)),
    "a reaction in a skin tone": (
        reaction("reaction_added", reaction="wave::skin-tone-4"),
        Reacted(AT_LATER, CHANNEL, ADA, REPLY, "👋", on=True),
    ),
    "a reaction of the workspace's own": (
        reaction("reaction_removed", reaction="ship-it"),
        Reacted(AT_LATER, CHANNEL, ADA, REPLY, ":ship-it:", on=False),
    ),
    "copbot's own reaction": (reaction("reaction_added", user="U0COP"), None),
    "a reaction to a file": (reaction("reaction_added", item={"type": "file", "file": "F1"}), None),
    "somebody comes": (
        {"type": "member_joined_channel", "user": "U1", "channel": "C1", "channel_type": "C", "team": "T1", "event_ts": LATER},
        Joined(AT_LATER, CHANNEL, ADA),
    ),
    "copbot comes": ({"type": "member_joined_channel", "user": "U0COP", "channel": "C1", "event_ts": LATER}, None),
    "somebody goes": (
        {"type": "member_left_channel", "user": "U1", "channel": "C1", "channel_type": "C", "team": "T1", "event_ts": LATER},
        Left(AT_LATER, CHANNEL, ADA),
    ),
    "copbot goes": ({"type": "member_left_channel", "user": "U0COP", "channel": "C1", "event_ts": LATER}, None),
    "copbot's page": (
        {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home", "event_ts": LATER},
        HomeOpened(AT_LATER, ADA),
    ),
    "the private messages beside it": (
        {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages", "event_ts": LATER},
        None,
    ),
    "what copbot has no use for": ({"type": "channel_rename", "channel": {"id": "C1"}, "event_ts": LATER}, None),
}


@pytest.mark.parametrize("case", EVENTS)
def test_events(case: str) -> None:
    event, expected = EVENTS[case]
    assert hearing.heard(event, ME) == expected


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("*bold* _it_ ~no~ `code`", "*bold* _it_ ~no~ `code`"),
        ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3"),
        ("&amp;lt; is how one writes &lt;", "&lt; is how one writes <"),
        ("typed: &lt;@U2&gt; &lt;!channel&gt;", "typed: <@U2> <!channel>"),
        ("<https://example.org/a?b=1&amp;c=2>", "https://example.org/a?b=1&c=2"),
        ("<https://example.org|the page>", "the page (https://example.org)"),
        ("<http://example.org|example.org>", "example.org"),
        ("<https://example.org/|example.org>", "example.org"),
        ("<mailto:ada@example.org|ada@example.org>", "ada@example.org"),
        ("<tel:0123|0123>", "0123"),
        ("in <#C1|slt> or <#C2> or <#C3|>", "in #slt or #C2 or #C3"),
        ("<!here> <!channel|@channel> <!subteam^S1|@hosts> <!subteam^S1>", "@here @channel @hosts @subteam"),
        ("<!date^1517427000^{time}|19:30 UTC>", "19:30 UTC"),
        ("5 < 6", "5 < 6"),
    ],
)
def test_text_is_what_people_typed(sent: str, typed: str) -> None:
    assert hearing.plain(sent) == typed


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (message(), SAID),
        (message(**IN_THREAD), REPLIED),
        (message(subtype="thread_broadcast", **IN_THREAD), REPLIED),
        (edited("Hello!"), EDITED),
        ({**TOMBSTONE, "ts": ROOT, "thread_ts": ROOT}, Removed(AT_ROOT, CHANNEL, ROOT)),
        (message(text="<@U0COP> next"), None),
        (message(user="U0COP", bot_id="B0COP"), None),
        (message(subtype="channel_join"), None),
    ],
    ids=["said", "reply", "broadcast", "edited", "tombstone", "to copbot", "own", "came"],
)
def test_history(shown: Event, expected: Happening | None) -> None:
    shown = {key: value for key, value in shown.items() if key not in {"channel", "event_ts"}}
    assert hearing.from_history(shown, THREAD, ME) == expected
    assert hearing.from_history(shown, CHANNEL, ME) == expected


COMMAND = {
    "command": "/cop",
    "text": " schedule 19:30 ",
    "channel_id": "C1",
    "channel_name": "slt",
    "user_id": "U1",
    "user_name": "ada",
    "trigger_id": "1.2.a",
    "response_url": "https://hooks.example.org/1",
    "team_id": "T1",
}


def interaction(kind: str, **more: Any) -> dict[str, Any]:
    """What is the same in shortcuts, presses and submissions."""
    user = {"id": "U1", "username": "ada", "name": "ada", "team_id": "T1"}
    return {"type": kind, "user": user, "trigger_id": "1.2.a", "team": {"id": "T1", "domain": "acme"}, "api_app_id": "A1", **more}


def pressed(container: Event, action: str = "1:next", value: str | None = "7:q2", **more: Any) -> dict[str, Any]:
    """A press of a button."""
    button = {"type": "button", "action_id": action, "block_id": "b", "action_ts": LATER, "text": {"type": "plain_text", "text": "Next"}}
    return interaction("block_actions", actions=[button if value is None else {**button, "value": value}], container=container, **more)


def test_a_command() -> None:
    assert hearing.command(COMMAND, NOW) == Commanded("1.2.a", NOW, CHANNEL, ADA, "schedule 19:30"), "a login is nobody's name"


@pytest.mark.parametrize(("wrote", "author"), [("U2", BEN), ("U0COP", Person("slack", "U0COP")), (None, None)])
def test_a_shortcut_names_the_message_and_who_wrote_it(wrote: str | None, author: Person | None) -> None:
    about = {key: value for key, value in message(user=wrote, text="I &lt;3 it", **IN_THREAD).items() if key != "channel"}
    payload = interaction(
        "message_action",
        callback_id="pin",
        action_ts=LATER,
        message_ts=REPLY,
        channel={"id": "C1", "name": "slt"},
        message=about,
        response_url="https://hooks.example.org/1",
    )
    expected = Commanded("1.2.a", AT_LATER, THREAD, ADA, "pin", REPLY, "", author, "I <3 it")
    assert hearing.shortcut(payload) == expected


FORM = {
    "id": "V1",
    "type": "modal",
    "callback_id": "draft",
    "private_metadata": json.dumps({"value": "7", "channel": "C1", "thread": ROOT}),
    "state": {"values": {"title": {"t": {"type": "plain_text_input", "value": "Listening"}}, "about": {"a": {"value": None}}}},
}
PUBLIC = {"type": "message", "message_ts": REPLY, "channel_id": "C1", "is_ephemeral": False}


@pytest.mark.parametrize(
    ("payload", "where", "about"),
    [
        (pressed(PUBLIC, message={"ts": REPLY}), CHANNEL, REPLY),
        (pressed(PUBLIC, message={"ts": REPLY, "thread_ts": REPLY}), CHANNEL, REPLY),
        (pressed({**PUBLIC, "thread_ts": ROOT}, message={"ts": REPLY, "thread_ts": ROOT}), THREAD, REPLY),
        (pressed({**PUBLIC, "is_ephemeral": True, "thread_ts": ROOT}), THREAD, None),
        (pressed({"type": "view", "view_id": "V1"}, view=FORM), THREAD, None),
        (pressed({"type": "view", "view_id": "V2"}, view={"type": "home", "private_metadata": ""}), Place("slack", "U1"), None),
    ],
    ids=["in the channel", "on a root", "in a thread", "told privately", "in a form", "on the page"],
)
def test_a_press(payload: Event, where: Place, about: str | None) -> None:
    assert hearing.press(payload) == Pressed("1.2.a", AT_LATER, where, ADA, "next", "7:q2", about)


def test_a_press_of_a_button_without_a_value() -> None:
    assert hearing.press(pressed(PUBLIC, value=None)).value == ""


def test_a_submission() -> None:
    payload = interaction("view_submission", view=FORM)
    expected = Submitted("1.2.a", NOW, THREAD, ADA, "draft", "7", {"title": "Listening", "about": ""})
    assert hearing.submission(payload, NOW) == expected


def filled(sample: Any, name: str = "") -> Any:
    """One of Slack's samples, which are empty, with ids and times in it."""
    match sample:
        case dict():
            return {key: filled(value, key) for key, value in sample.items()}
        case list():
            return [filled(one) for one in sample]
        case str() if name.endswith("ts"):
            return ROOT
        case str() if not sample and name in {"user", "channel"}:
            return {"user": "U1", "channel": "C1"}[name]
    return sample


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"Slack's samples of events are not there: {SAMPLES}")
def test_nothing_that_slack_shows_samples_of_stops_copbot() -> None:
    samples = [json.loads(path.read_text()) for path in sorted(SAMPLES.glob("*.json"))]
    events = [filled(sample["event"]) for sample in samples if sample.get("event", {}).get("type")]
    kinds = {type(hearing.heard(event, ME)) for event in events}
    assert kinds == {type(None), Said, Reacted, Joined, Left}
