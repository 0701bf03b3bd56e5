"""Values of the domain as JSON data and back. Each pair is what ``tables.base.Json`` takes."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from copbot.domain.message import Button, File, Look, Message


def message_to_json(message: Message) -> dict[str, object]:
    """Text, buttons and files (their content in base64)."""
    data: dict[str, object] = {"text": message.text}
    if message.buttons:
        data["buttons"] = [[b.label, b.action, b.value, b.look.value] for b in message.buttons]
    if message.files:
        data["files"] = [[f.name, f.media_type, base64.b64encode(f.content).decode(), f.description] for f in message.files]
    return data


def message_from_json(data: Mapping[str, Any]) -> Message:
    """What ``message_to_json`` was given."""
    return Message(
        data["text"],
        tuple(Button(label, action, value, Look(look)) for label, action, value, look in data.get("buttons", ())),
        tuple(File(name, kind, base64.b64decode(content), said) for name, kind, content, said in data.get("files", ())),
    )


def _words(words: Sequence[str]) -> list[str]:
    return list(words)


def _tuple(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(words)


def _details(details: Mapping[str, str]) -> Mapping[str, str]:
    return dict(details)


MESSAGE = (message_to_json, message_from_json)
WORDS = (_words, _tuple)
DETAILS = (_details, _details)
