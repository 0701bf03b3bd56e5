"""What Discord refuses although the schemas allow it, and what people would notice although Discord allows it.

Limits: docs.discord.com/developers/resources/message, .../components/reference, .../interactions/application-commands.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from discord_loopback.model import Body

TEXT = 2000
NAME = re.compile(r"^[-_'\w]{1,32}$")
ROW, BUTTON, STRING_SELECT, INPUT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT, LABEL = 1, 2, 3, 4, 5, 6, 7, 8, 18
FIELDS = {STRING_SELECT, INPUT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT, 21, 22, 23}
LINK = 5
ALL_CHARACTERS = 8000


def message_faults(body: Body, files: int = 0) -> Iterator[str]:
    """What Discord would refuse in a message."""
    content, components = body.get("content") or "", body.get("components") or []
    if len(content) > TEXT:
        yield f"content has {len(content)} characters, at most {TEXT}"
    if not (content.strip() or components or files or body.get("embeds") or body.get("attachments") or body.get("poll")):
        yield "an empty message"
    if len(components) > 5:
        yield f"{len(components)} rows, at most 5"
    yield from _twice("custom_id", (one.get("custom_id") for row in components for one in row.get("components", ())))
    for row in components:
        yield from _row(row)


def _row(row: Body) -> Iterator[str]:
    if row.get("type") != ROW:
        yield f"a component of type {row.get('type')} at the top of a message"
        return
    yield from _count("components in a row", row["components"], 1, 5)
    for one in row["components"]:
        if one["type"] == BUTTON:
            yield from _button(one)
        elif "custom_id" not in one:
            yield "a select without custom_id"


def _button(button: Body) -> Iterator[str]:
    if button.get("style") == LINK:
        if not button.get("url") or "custom_id" in button:
            yield "a link button has a url and no custom_id"
    elif not button.get("custom_id"):
        yield "a button without custom_id"
    yield from _length("custom_id", button.get("custom_id"), 1, 100)
    yield from _length("button label", button.get("label"), 1, 80)
    if not button.get("label") and not button.get("emoji"):
        yield "a button without a label"


def mention_faults(body: Body) -> Iterator[str]:
    """A message of the bot's notifies nobody but whom it names one by one."""
    allowed = body.get("allowed_mentions")
    if allowed is None:
        yield "allowed_mentions missing: people's own text could call everybody"
    elif allowed.get("parse"):
        yield f"allowed_mentions lets {allowed['parse']} through"


def modal_faults(modal: Body) -> Iterator[str]:
    """What Discord would refuse in a modal."""
    yield from _length("title", modal.get("title"), 1, 45, needed=True)
    yield from _length("custom_id", modal.get("custom_id"), 1, 100, needed=True)
    components = modal.get("components") or []
    yield from _count("components of a modal", components, 1, 5)
    yield from _twice("custom_id", (one.get("component", {}).get("custom_id") for one in components))
    for one in components:
        if one.get("type") == LABEL:
            yield from _label(one)
        elif one.get("type") != 10:
            yield f"a component of type {one.get('type')} at the top of a modal"


def _label(label: Body) -> Iterator[str]:
    yield from _length("label", label.get("label"), 1, 45, needed=True)
    yield from _length("description", label.get("description"), 1, 100)
    field = label["component"]
    if field["type"] not in FIELDS:
        yield f"a component of type {field['type']} in a label"
    yield from _length("custom_id", field.get("custom_id"), 1, 100, needed=True)
    yield from _length("placeholder", field.get("placeholder"), 0, 150 if field["type"] != INPUT else 100)
    if field["type"] == INPUT:
        yield from _length("value", field.get("value"), 0, field.get("max_length", 4000))
        if "label" in field:
            yield "a text input with a label of its own in a label"
    if field["type"] == STRING_SELECT:
        yield from _options(field)


def _options(select: Body) -> Iterator[str]:
    options = select.get("options") or []
    yield from _count("options", options, 1, 25)
    yield from _twice("option value", (one["value"] for one in options))
    for one in options:
        yield from _length("option label", one["label"], 1, 100)
        yield from _length("option value", one["value"], 1, 100)
        yield from _length("option description", one.get("description"), 1, 100)
    if sum(bool(one.get("default")) for one in options) > select.get("max_values", 1):
        yield "more options chosen than max_values"


def command_faults(commands: list[Body]) -> Iterator[str]:
    """What Discord would refuse in the application's commands."""
    for type, most in ((1, 100), (2, 15), (3, 15)):
        yield from _count(f"commands of type {type}", [one for one in commands if one.get("type", 1) == type], 0, most)
    yield from _twice("command", (f"{one.get('type', 1)} {one['name']}" for one in commands))
    for one in commands:
        yield from _command(one)
        if _characters(one) > ALL_CHARACTERS:
            yield f"{one['name']} has more than {ALL_CHARACTERS} characters in all"


def _command(command: Body) -> Iterator[str]:
    if command.get("type", 1) != 1:
        yield from _length("name", command["name"], 1, 32)
        if command.get("description"):
            yield f"{command['name']}: a command in a menu has no description"
        return
    yield from _named(command)


def _named(one: Body) -> Iterator[str]:
    name, options = one["name"], one.get("options") or []
    for called in (name, *(one.get("name_localizations") or {}).values()):
        if not NAME.match(called) or called != called.lower():
            yield f"{called!r} is no name of a command or an option"
    for text in (one.get("description"), *(one.get("description_localizations") or {}).values()):
        yield from _length(f"description of {name}", text, 1, 100, needed=True)
    yield from _count(f"options of {name}", options, 0, 25)
    yield from _count(f"choices of {name}", one.get("choices") or [], 0, 25)
    yield from _twice(f"option of {name}", (option["name"] for option in options))
    if one.get("choices") and one.get("autocomplete"):
        yield f"{name} has choices and autocompletes"
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        yield f"{name} has a required option after one that is not"
    for option in options:
        yield from _named(option)


def _characters(one: Body) -> int:
    """Names, descriptions and choices of one command, each in its longest language."""
    texts = [one["name"], *(one.get("name_localizations") or {}).values()]
    about = [one.get("description") or "", *(one.get("description_localizations") or {}).values()]
    choices = sum(len(choice["name"]) + len(str(choice["value"])) for choice in one.get("choices") or ())
    return max(map(len, texts)) + max(map(len, about)) + choices + sum(_characters(option) for option in one.get("options") or ())


def choice_faults(choices: list[Body]) -> Iterator[str]:
    """What Discord would refuse in the answer to an autocomplete."""
    yield from _count("choices", choices, 0, 25)
    for one in choices:
        yield from _length("choice name", one["name"], 1, 100)
        yield from _length("choice value", str(one["value"]), 1, 100)


def event_faults(body: Body) -> Iterator[str]:
    """What Discord would refuse in a scheduled event that is created."""
    if body.get("entity_type") == 3 and not body.get("scheduled_end_time"):
        yield "an external event without an end"
    yield from _length("name", body.get("name"), 1, 100)
    yield from _length("description", body.get("description"), 1, 1000)


def _length(what: str, text: Any, least: int, most: int, *, needed: bool = False) -> Iterator[str]:
    if text is None and not needed:
        return
    if not least <= len(text or "") <= most:
        yield f"{what} has {len(text or '')} characters, not {least} to {most}"


def _count(what: str, found: list[Any], least: int, most: int) -> Iterator[str]:
    if not least <= len(found) <= most:
        yield f"{len(found)} {what}, not {least} to {most}"


def _twice(what: str, ids: Iterable[str | None]) -> Iterator[str]:
    yield from (f"{what} {id} more than once" for id, times in Counter(ids).items() if id is not None and times > 1)
