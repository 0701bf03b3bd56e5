"""What people typed into Discord's command, as the one line that all platforms' commands are: ``verb name="value" words``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copbot_discord.names import DISCORD

Payload = Mapping[str, Any]

COMMAND = "cop"
WORDS = "words"
"""The option for free text."""
MORE, VERB = "more", "command"
"""``/cop more command:reflections``: Discord has room for 25 subcommands, and the 25th of them is for all the others."""


PERSON, CHANNEL = re.compile(r"<@!?([0-9]+)>"), re.compile(r"<#([0-9]+)>")
"""Mentions, as Discord's client sends them."""


@dataclass(frozen=True, slots=True)
class Typing:
    """An option that somebody is typing, and what they have written in the others."""

    verb: str
    option: str
    typed: str
    options: Mapping[str, str]


def line_of(data: Payload) -> str:
    """The line of a chat input command's data. Quotation marks within a value would end it: they become single ones.

    Who is mentioned in a value is picked, as in a form; a channel there is meant by its id.
    """
    verb, options = _verb_and_options(data)
    words = options.pop(WORDS, "").strip()
    named = [f'{name}="{_unquoted(value)}"' for name, value in options.items() if value.strip()]
    return " ".join(filter(None, (verb, *named, words)))


def typing_of(data: Payload) -> Typing | None:
    """What somebody is typing; None if Discord does not say which option it is."""
    verb, options = _verb_and_options(data)
    focused = next((option["name"] for option in _given(data) if option.get("focused")), None)
    return None if focused is None else Typing(verb, focused, options.pop(focused, ""), options)


def _verb_and_options(data: Payload) -> tuple[str, dict[str, str]]:
    verb = data["options"][0]["name"] if data.get("options") else ""
    options = {option["name"]: str(option.get("value", "")) for option in _given(data)}
    return (options.pop(VERB, "help"), options) if verb == MORE else (verb, options)


def _given(data: Payload) -> Sequence[Payload]:
    subcommands: Sequence[Payload] = data.get("options") or ()
    given: Sequence[Payload] = subcommands[0].get("options") or () if subcommands else ()
    return given


def _unquoted(value: str) -> str:
    named = CHANNEL.sub(r"\1", PERSON.sub(rf"person:{DISCORD}:\1", value))
    return named.replace('"', "'").replace("“", "'").replace("”", "'").strip()
