"""What a page's socket asks for, done in the name of the person who looks at it."""

from collections.abc import Mapping
from typing import Any

from copbot_room.people import People
from copbot_room.view import Where

FIELD = "field-"
"""Form fields carry this before their names, so that none can be taken for an order."""


async def act(people: People, where: Where, data: Mapping[str, Any]) -> None:
    """Do what the page asks for; nothing, if it is not understood. Raises CopbotError for what cannot be done."""
    me, id, text = where.persona.id, _text(data, "id"), _text(data, "text")
    match data.get("do"):
        case "compose" if text.strip():
            channel, thread = _target(where, _text(data, "pane"))
            await people.compose(me, channel, text, thread, _text(data, "replies_to") or None)
        case "edit" if text.strip():
            await people.edit(me, id, text)
        case "remove":
            await people.remove(me, id)
        case "react":
            await _react(people, me, id, _text(data, "emoji"))
        case "press":
            await people.press(me, id, _text(data, "action"), _text(data, "value"))
        case "shortcut":
            await people.use_shortcut(me, id, _text(data, "action"))
        case "submit":
            await people.submit(me, {name.removeprefix(FIELD): str(value) for name, value in data.items() if name.startswith(FIELD)})
        case "close-form":
            await people.close_form(me)
        case "dismiss":
            await people.dismiss(me, id)


def _target(where: Where, pane: str) -> tuple[str, str | None]:
    if pane != "side":
        return where.channel, None
    return (where.channel, where.thread) if where.thread else (where.side, None)


async def _react(people: People, me: str, id: str, emoji: str) -> None:
    reactions = {reaction.emoji: reaction.by for reaction in people.server.entry(id).reactions}
    if emoji:
        await people.react(me, id, emoji, on=me not in reactions.get(emoji, ()))


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name, "")
    return value if isinstance(value, str) else ""
