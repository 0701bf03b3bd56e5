"""One request of the bot's, taken apart, and what its messages must keep to."""

from dataclasses import dataclass, field
from typing import Any

from discord_loopback.limits import message_faults
from discord_loopback.model import Body, Upload, Wrong, invalid
from discord_loopback.world import World

SUPPRESSED = (1 << 2) | (1 << 12)
"""Flags that a bot may set on its own message: no embeds, no notifications."""


@dataclass(frozen=True)
class Call:
    """``path`` has the ids of the address, ``files`` what came beside the body."""

    path: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    body: Any = field(default_factory=dict)
    files: list[Upload] = field(default_factory=list)

    def number(self, name: str, least: int, most: int, otherwise: int) -> int:
        """A number of the query's."""
        text = self.query.get(name, str(otherwise))
        if not text.isdigit() or not least <= int(text) <= most:
            raise invalid(name, "NUMBER_TYPE_RANGE", f"int value should be between {least} and {most}.")
        return int(text)


def parts_of(call: Call, body: Body) -> dict[str, Any]:
    """The fields of a message that a request makes, without its content; refuses what Discord refuses."""
    if found := list(message_faults(body, len(call.files))):
        empty = any("empty" in one for one in found)
        raise Wrong(400, 50006, "Cannot send an empty message") if empty else invalid("content", "BASE_TYPE_BAD_LENGTH", found[0])
    return {
        "components": numbered(body.get("components") or []),
        "embeds": [{"type": "rich", **one} for one in body.get("embeds") or []],
        "mentions": mentioned(body),
        "flags": int(body.get("flags") or 0) & SUPPRESSED,
        "files": described(call.files, body),
    }


def numbered(components: list[Body]) -> list[Body]:
    """Components as Discord keeps them: each with a number."""
    number = 0

    def each(component: Body) -> Body:
        nonlocal number
        number += 1
        inside = {"components": [each(one) for one in component["components"]]} if "components" in component else {}
        return {"id": number, **component, **inside}

    return [each(one) for one in components]


def mentioned(body: Body) -> list[str]:
    """Whom a message notifies: those whom it names and ``allowed_mentions`` lets through."""
    allowed = body.get("allowed_mentions") or {"parse": ["users"]}
    from discord_loopback.talking import MENTION

    named = list(dict.fromkeys(MENTION.findall(body.get("content") or "")))
    return [one for one in named if "users" in allowed.get("parse", ()) or one in map(str, allowed.get("users", ()))]


def described(files: list[Upload], body: Body) -> list[Upload]:
    """The files with what the request says about them."""
    about = {str(one.get("id")): one.get("description") for one in body.get("attachments") or []}
    for number, file in enumerate(files):
        file.about = about.get(str(number))
    return files


def remembered(world: World, channel: str, author: str, nonce: str) -> str | None:
    """The id of the message that this nonce was used for lately."""
    id, at = world.nonces.get((channel, author, nonce), ("", 0.0))
    return id if id and world.time.now() - at <= world.nonce_seconds else None
