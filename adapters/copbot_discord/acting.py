"""What people do to Discord's commands, menus, buttons and forms, as neutral interactions. Pure, as ``hearing`` is.

Discord's page: docs.discord.com/developers/interactions/receiving-and-responding.
"""

from collections.abc import Mapping

from copbot.domain.heard import Commanded, Completing, Pressed, Submitted
from copbot.domain.place import Person, Place
from copbot_discord.components import action_of
from copbot_discord.forms import fields_of
from copbot_discord.hearing import by_form, name_of, own_words, plain
from copbot_discord.names import instant, person, place
from copbot_discord.typed import line_of, typing_of
from copbot_discord.where import Payload, Where

COMMAND, PRESS, TYPING, SUBMISSION = 2, 3, 4, 5
"""Types of interaction."""

CHAT_INPUT, ON_MESSAGE = 1, 3
"""Types of command."""

BUTTON = 2
"""Type of component."""

EPHEMERAL = 64
"""The flag of a message that one person sees."""

Menu = Mapping[str, str]
"""What stands in a message's menu -> the verb that it means."""


def command(payload: Payload, where: Where, menu: Menu) -> Commanded | None:
    """``/cop``, or an entry of a message's menu; None for what copbot does not have any more."""
    data, id = payload["data"], payload["id"]
    if data["type"] == CHAT_INPUT:
        return Commanded(id, instant(id), stands(payload, where), who(payload), line_of(data), name=_name(payload))
    verb = menu.get(data["name"])
    return None if verb is None or data["type"] != ON_MESSAGE else _on_message(payload, where, verb)


def press(payload: Payload, where: Where, value: str) -> Pressed:
    """A button under a message. What only one person sees has no message that others could mean. ``value`` is what its id carries."""
    id, message = payload["id"], payload["message"]
    shown = None if is_whispered(message) else message["id"]
    action = action_of(payload["data"]["custom_id"])
    return Pressed(id, instant(id), stands(payload, where), who(payload), action, value, shown, name=_name(payload))


def submission(payload: Payload, where: Where, value: str) -> Submitted:
    """A form that was submitted."""
    data, id = payload["data"], payload["id"]
    form = action_of(data["custom_id"])
    return Submitted(id, instant(id), stands(payload, where), who(payload), form, value, fields_of(data), name=_name(payload))


def completing(payload: Payload, where: Where) -> Completing | None:
    """An option that somebody is typing; None if Discord does not say which."""
    typing, id = typing_of(payload["data"]), payload["id"]
    if typing is None:
        return None
    at, verb, option, typed, options = stands(payload, where), typing.verb, typing.option, typing.typed, typing.options
    return Completing(id, instant(id), at, who(payload), verb, option, typed, options, _name(payload), where.names)


def who(payload: Payload) -> Person:
    """Who acted: in a server a member, in private a user."""
    return person(_user(payload)["id"])


def stands(payload: Payload, where: Where) -> Place:
    """Where somebody acted."""
    id = payload["channel_id"]
    return where.place(id) or place(id)


def is_whispered(message: Payload) -> bool:
    """Whether only one person sees this message."""
    return bool((message.get("flags") or 0) & EPHEMERAL)


def _on_message(payload: Payload, where: Where, verb: str) -> Commanded:
    id, target = payload["id"], payload["data"]["target_id"]
    message = payload["data"]["resolved"]["messages"][target]
    content, author = message.get("content") or "", by_form(message) if message["author"].get("bot") else None
    return Commanded(
        id,
        instant(id),
        stands(payload, where),
        who(payload),
        verb,
        target,
        _name(payload),
        author or person(message["author"]["id"]),
        own_words(content) if author else plain(content, where),
    )


def _name(payload: Payload) -> str:
    return name_of(_user(payload), payload.get("member"))


def _user(payload: Payload) -> Payload:
    user: Payload = payload["member"]["user"] if payload.get("member") else payload["user"]
    return user
