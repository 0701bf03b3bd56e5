"""What people type into Discord's command, as copbot's one line."""

from typing import Any

import pytest

from copbot_discord.typed import Typing, line_of, typing_of


def data(verb: str, *options: dict[str, Any]) -> dict[str, Any]:
    """A chat input command's data."""
    return {"name": "cop", "type": 1, "options": [{"name": verb, "type": 1, "options": list(options)}]}


def option(name: str, value: Any, **more: Any) -> dict[str, Any]:
    """One of its options."""
    return {"name": name, "type": 3, "value": value, **more}


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (data("help"), "help"),
        (data("help", option("words", "ask")), "help ask"),
        (data("schedule", option("set", "resnet"), option("time", "19:30")), 'schedule set="resnet" time="19:30"'),
        (data("schedule", option("with", " Ada Lovelace, Ben ")), 'schedule with="Ada Lovelace, Ben"'),
        (data("schedule", option("with", 'Ada "the Countess" L')), "schedule with=\"Ada 'the Countess' L\""),
        (data("schedule", option("with", "“Ada”"), option("in", " ")), "schedule with=\"'Ada'\""),
        (
            data("schedule", option("with", "Ada, <@!12> and <@13>"), option("in", "<#7>")),
            'schedule with="Ada, person:discord:12 and person:discord:13" in="7"',
        ),
        (data("ask", option("words", "What if x=1?"), option("chat", "7")), 'ask chat="7" What if x=1?'),
        (data("more", option("command", "reflections")), "reflections"),
        (data("more", option("command", "try"), option("words", "listening first")), "try listening first"),
        ({"name": "cop", "type": 1}, ""),
    ],
)
def test_the_line(typed: dict[str, Any], line: str) -> None:
    assert line_of(typed) == line


def test_what_is_being_typed() -> None:
    typed = data("schedule", option("date", "2018-01-31"), option("zone", "Lon", focused=True), option("set", "resnet"))
    assert typing_of(typed) == Typing("schedule", "zone", "Lon", {"date": "2018-01-31", "set": "resnet"})


def test_nothing_is_being_typed() -> None:
    assert typing_of(data("schedule", option("date", "2018-01-31"))) is None
