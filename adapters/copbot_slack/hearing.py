"""What Slack sends, as neutral events. Pure: every function takes one parsed payload.

What Slack calls a user's name in commands and interactions is their login, not what people call them: names come with profiles.

Slack's pages: docs.slack.dev/reference/events, /interactivity/handling-user-interaction, /messaging/formatting-message-text. All functions
raise KeyError or ValueError for a payload without what Slack documents to be in it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from copbot.domain.heard import Commanded, Edited, Happening, Heard, HomeOpened, Joined, Left, Pressed, Reacted, Removed, Said, Submitted
from copbot.domain.place import Person, Place
from copbot_slack.emoji import emoji_of
from copbot_slack.forms import carried_of, fields_of
from copbot_slack.names import instant, person, place, version
from copbot_slack.rendering import action_of

Payload = Mapping[str, Any]

MENTION = "mention:"
"""Interaction ids of mentions begin with this; a message that is one arrives twice, as ``message`` and as ``app_mention``."""

SLACKBOT = "USLACKBOT"
PEOPLES = (None, "thread_broadcast", "file_share", "me_message")
"""The subtypes in which people say something; the others tell what happened to a channel, or what a bot said."""

TOMBSTONE = "tombstone"
"""What stands where the first message of a thread was deleted."""

_MENTIONED = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_TOKEN = re.compile(r"<([@#!]?)([^>|]*)(?:\|([^>]*))?>")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}


@dataclass(frozen=True, slots=True)
class Me:
    """Who copbot is in a workspace, by Slack's ids: its user, its bot, the workspace, its app."""

    user: str
    bot: str
    team: str
    app: str = ""


def heard(event: Payload, me: Me) -> Heard | None:
    """The inner event of an Events API payload; None for what copbot itself, another bot or Slack did, and for kinds not in use."""
    read = _EVENTS.get(event["type"])
    return None if read is None else read(event, me)


def from_history(message: Payload, where: Place, me: Me) -> Happening | None:
    """A message as ``conversations.history`` and ``.replies`` show it in this channel: its last edit, or what was said, or that it is gone.

    None for what no person said. What was said to copbot is not said to it again.
    """
    ts = message["ts"]
    if message.get("subtype") == TOMBSTONE:
        return Removed(instant(ts), _stands(where.channel, message), ts)
    if not _by_a_person(message, me) or _said_to(message, me) is not None:
        return None
    return _edited(message, where.channel, message["edited"]["ts"], me) if message.get("edited") else _said(message, where.channel, me)


def command(payload: Payload, now: datetime) -> Commanded:
    """A slash command. Slack does not say when, and commands are not for threads."""
    where, who = place(payload["channel_id"]), person(payload["user_id"])
    return Commanded(payload["trigger_id"], now, where, who, payload.get("text", "").strip())


def shortcut(payload: Payload) -> Commanded:
    """A message shortcut: its ``callback_id`` is the verb."""
    message, user = payload["message"], payload["user"]
    return Commanded(
        payload["trigger_id"],
        instant(payload["action_ts"]),
        _stands(payload["channel"]["id"], message),
        person(user["id"]),
        payload["callback_id"],
        message["ts"],
        author=person(message["user"]) if message.get("user") else None,
        quoted=plain(message.get("text") or ""),
    )


def press(payload: Payload) -> Pressed:
    """A button under a message, in a form or on the bot's own page. What only one person sees has no message that others could mean."""
    [action, *_], user, container = payload["actions"], payload["user"], payload["container"]
    public = container["type"] != "view" and not container.get("is_ephemeral")
    return Pressed(
        payload["trigger_id"],
        instant(action["action_ts"]),
        _pressed_in(payload, container),
        person(user["id"]),
        action_of(action["action_id"]),
        action.get("value") or "",
        container["message_ts"] if public else None,
    )


def submission(payload: Payload, now: datetime) -> Submitted:
    """A form that was submitted. Slack does not say when."""
    view, user = payload["view"], payload["user"]
    who, where, value = person(user["id"]), _asked_in(payload), carried_of(view).value
    return Submitted(payload["trigger_id"], now, where, who, view["callback_id"], value, fields_of(view))


def plain(text: str) -> str:
    """Slack's text as people typed it: channels and links in words, people by account (``@U1``), and what Slack escapes unescaped, once."""
    if "<" in text:
        text = _TOKEN.sub(_spoken, text)
    return _ENTITY.sub(lambda found: _ENTITIES[found[1]], text) if "&" in text else text


def _message(event: Payload, me: Me) -> Heard | None:
    match event.get("subtype"):
        case "message_changed":
            return _changed(event, me)
        case "message_deleted":
            return _deleted(event, event.get("previous_message") or {}, me)
    if not _by_a_person(event, me):
        return None
    rest = _said_to(event, me)
    return _said(event, event["channel"], me) if rest is None else _commanded(event, rest)


def _changed(event: Payload, me: Me) -> Heard | None:
    """An edit. Slack sends the same where it unfurls a link or counts a thread's replies."""
    now, before = event["message"], event.get("previous_message") or {}
    if now.get("subtype") == TOMBSTONE:
        return _deleted({**event, "deleted_ts": now["ts"]}, before, me)
    edited = (now.get("edited") or {}).get("ts")
    untouched = edited == (before.get("edited") or {}).get("ts") and (not before or now.get("text") == before.get("text"))
    if untouched or not _by_a_person(now, me) or _said_to(now, me) is not None:
        return None
    return _edited(now, event["channel"], edited or event["ts"], me)


def _deleted(event: Payload, before: Payload, me: Me) -> Removed | None:
    if before and not _by_a_person(before, me):
        return None
    return Removed(_at(event), _stands(event["channel"], before), event["deleted_ts"])


def _mentioned(event: Payload, me: Me) -> Commanded | None:
    rest = _said_to(event, me) if _by_a_person(event, me) else None
    return None if rest is None else _commanded(event, rest)


def _commanded(event: Payload, rest: str) -> Commanded:
    """A message that begins with copbot's name is said to copbot: a command that works in threads, too."""
    channel, ts = event["channel"], event["ts"]
    return Commanded(
        f"{MENTION}{channel}:{ts}", instant(ts), _stands(channel, event), person(event["user"]), plain(rest), name=_profile_name(event)
    )


def _reacted(event: Payload, me: Me) -> Reacted | None:
    item = event["item"]
    if event["user"] == me.user or item["type"] != "message":
        return None
    emoji, on = emoji_of(event["reaction"]), event["type"] == "reaction_added"
    return Reacted(_at(event), place(item["channel"]), person(event["user"]), item["ts"], emoji, on)


def _joined(event: Payload, me: Me) -> Joined | None:
    return None if event["user"] == me.user else Joined(_at(event), place(event["channel"]), person(event["user"]))


def _left(event: Payload, me: Me) -> Left | None:
    return None if event["user"] == me.user else Left(_at(event), place(event["channel"]), person(event["user"]))


def _home(event: Payload, _: Me) -> HomeOpened | None:
    return HomeOpened(_at(event), person(event["user"])) if event.get("tab", "home") == "home" else None


_EVENTS: Mapping[str, Callable[[Payload, Me], Heard | None]] = {
    "message": _message,
    "app_mention": _mentioned,
    "reaction_added": _reacted,
    "reaction_removed": _reacted,
    "member_joined_channel": _joined,
    "member_left_channel": _left,
    "app_home_opened": _home,
}


def _said(message: Payload, channel: str, me: Me) -> Said:
    ts, text = message["ts"], message.get("text") or ""
    return Said(
        instant(ts),
        _stands(channel, message),
        person(message["user"]),
        ts,
        plain(text),
        _mentions(text, me),
        has_files=bool(message.get("files")),
        name=_profile_name(message),
    )


def _edited(message: Payload, channel: str, edited: str, me: Me) -> Edited:
    ts, text = message["ts"], message.get("text") or ""
    return Edited(
        instant(edited),
        _stands(channel, message),
        person(message["user"]),
        ts,
        plain(text),
        version(edited),
        instant(ts),
        _mentions(text, me),
        name=_profile_name(message),
    )


def _by_a_person(message: Payload, me: Me) -> bool:
    if message.get("subtype") not in PEOPLES or message.get("bot_id"):
        return False
    return message.get("user", SLACKBOT) not in (me.user, SLACKBOT)


def _said_to(message: Payload, me: Me) -> str | None:
    """What follows copbot's name at the beginning of a message; None if it does not begin so."""
    text = (message.get("text") or "").lstrip()
    found = _MENTIONED.match(text) if text.startswith(f"<@{me.user}") else None
    return None if found is None or found[1] != me.user else text[found.end() :].lstrip(" \n\t:,")


def _mentions(text: str, me: Me) -> tuple[Person, ...]:
    if "<@" not in text:
        return ()
    return tuple(person(user) for user in dict.fromkeys(_MENTIONED.findall(text)) if user != me.user)


def _spoken(found: re.Match[str]) -> str:
    """A token of Slack's, in words: ``<@U1|ada>``, ``<#C1|slt>``, ``<!here>``, ``<https://example.org|label>``."""
    kind, what, label = found[1], found[2], found[3]
    match kind:
        case "@":
            return f"@{what}"
        case "#":
            return f"#{label or what}"
        case "!":
            return label or f"@{what.partition('^')[0]}"
    if not label or label == what:
        return what
    scheme, _, rest = what.partition(":")
    return label if scheme in ("mailto", "tel") or rest.strip("/") == label.rstrip("/") else f"{label} ({what})"


def _stands(channel: str, message: Payload) -> Place:
    return place(channel, message.get("ts", ""), message.get("thread_ts"))


def _at(event: Payload) -> datetime:
    return instant(event.get("event_ts") or event["ts"])


def _asked_in(payload: Payload) -> Place:
    """A form knows where it was asked for; the bot's own page is nowhere but with who looks at it."""
    return carried_of(payload["view"]).place or place(payload["user"]["id"])


def _pressed_in(payload: Payload, container: Payload) -> Place:
    if container["type"] == "view":
        return _asked_in(payload)
    thread = container.get("thread_ts") or (payload.get("message") or {}).get("thread_ts")
    return place(container["channel_id"], container["message_ts"], thread)


def _profile_name(message: Payload) -> str:
    """What some events say about who speaks; mostly of people from elsewhere (Slack Connect)."""
    profile = message.get("user_profile")
    return str(profile.get("display_name") or profile.get("real_name") or "") if profile else ""
