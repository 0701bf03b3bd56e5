"""Commands in what copbot says, as people type them on Discord."""

import re

import pytest

from copbot.domain.message import Button, FormErrors, Message, Nothing, Private
from copbot.ports.platform import CommandSpec
from copbot.resources import data_dir
from copbot.services.commands import SPECS
from copbot_discord.commands import commands_of
from copbot_discord.usages import Usages

HERE = Usages(SPECS)


@pytest.mark.parametrize(
    ("said", "here"),
    [
        ("To look at it: `/cop preview chat=1`.", "To look at it: `/cop preview chat:1`."),
        ("`/cop privacy activity=off`", "`/cop privacy activity:off`"),
        ("`/cop upcoming`", "`/cop upcoming`"),
        ("`/cop extend 5`", "`/cop extend words:5`"),
        ("`/cop cohost NAME [as=guest]`", "`/cop cohost words:NAME [as:guest]`"),
        ("`/cop reflect on model=gibbs`", "`/cop reflect words:on model:gibbs`"),
        ("`/cop reschedule [date=...] [time=...]`", "`/cop reschedule [date:...] [time:...]`"),
        ("`/cop help [VERB]`", "`/cop help [words:VERB]`"),
        ('`/cop cohost name="Ada L." as=guest`', "`/cop cohost name:Ada L. as:guest`"),
        ("`/cop reflections` shows it", "`/cop more command:reflections` shows it"),
        ("`/cop report`: tell the hosts", "`Apps > Report to hosts`: tell the hosts"),
        ("`/cop pin`: see what is pinned", "`/cop more command:pin`: see what is pinned"),
        ("name one with `chat=NUMBER`", "name one with `chat:NUMBER`"),
    ],
)
def test_as_it_is_typed_on_discord(said: str, here: str) -> None:
    assert HERE.text(said) == here


@pytest.mark.parametrize("words", [r"\`/cop preview chat=1\`", "/cop preview chat=1", "`copbot check`", "`a=b`", "no code", "`named`"])
def test_what_is_no_command_of_the_bots_stays_as_it_is(words: str) -> None:
    assert HERE.text(words) == words


def test_whatever_carries_words() -> None:
    button = Button("Move it", "move", "1")
    message = Message("`/cop preview chat=1`", (button,))
    assert HERE.message(message) == Message("`/cop preview chat:1`", (button,))
    assert HERE.reply(Private(message, window="Plan")) == Private(HERE.message(message), window="Plan")
    assert HERE.reply(FormErrors({"date": "See `/cop preview chat=1`."})) == FormErrors({"date": "See `/cop preview chat:1`."})
    assert HERE.reply(Nothing()) == Nothing()


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.verb)
def test_everything_that_help_shows_is_registered(spec: CommandSpec) -> None:
    """Each verb is where its usage says, with the options that stand there."""
    commands, *menu = commands_of(SPECS)
    shown = HERE.text(f"`/cop {spec.usage}`").strip("`")
    if shown.startswith("Apps > "):
        assert shown.removeprefix("Apps > ") in {entry["name"] for entry in menu}
        return
    verb, _, rest = shown.removeprefix("/cop ").partition(" ")
    [registered] = [one for one in commands["options"] if one["name"] == verb]
    assert set(re.findall(r"([a-z-]+):", rest)) <= {option["name"] for option in registered["options"]}


def test_every_command_in_the_wording_can_be_typed() -> None:
    """Verbs, and options by the names that they have."""
    commands, *_ = commands_of(SPECS)
    registered = {one["name"]: {option["name"] for option in one["options"]} for one in commands["options"]}
    wording = "\n".join(file.read_text("utf-8") for file in data_dir("prompts").glob("en-GB/wording/*.j2"))
    filled = re.sub(r"\{\{[^}]*\}\}", "1", re.sub(r"\{\{[^}]*\}\}=", "quote=", wording))
    found = re.findall(r"`/cop ([a-z-]+)([^`]*)`", HERE.text(filled))
    assert len(found) > 30
    for verb, rest in found:
        assert set(re.findall(r"([a-z-]+):", rest)) <= registered[verb], (verb, rest)
