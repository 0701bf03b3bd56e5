"""copbot's commands as Discord registers them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import discord_shapes
import pytest
from discord_bots import ADA, SLT
from discord_listener import Listener, until
from discord_loopback.server import Loopback

from copbot.domain.heard import Commanded
from copbot.ports.platform import CommandSpec, OptionSpec
from copbot.services.commands import SPECS
from copbot_discord.commands import Registration, commands_of, faults_in
from copbot_discord.components import Element

NAME = re.compile(r"^[-_'\w]{1,32}$")
GERMAN = {
    "de": {
        "schedule": {"name": "planen", "summary": "einen Chat planen"},
        "date": {"name": "tag"},
        "Report to hosts": {"name": "Den Gastgebern melden"},
        "cop": {"summary": "Gespräche über die Praxis"},
        "words": {"name": "worte"},
    }
}


def subcommands(commands: list[Element]) -> dict[str, Element]:
    """The subcommands of ``/cop``."""
    return {one["name"]: one for one in commands[0]["options"]}


def named(element: Element) -> Iterator[Element]:
    """An element and all inside it that has a name to be typed."""
    yield element
    for option in element.get("options", ()):
        yield from named(option)


def letters(element: Any) -> int:
    """What Discord counts of a command: names, descriptions and choices, here in the longest language."""
    own = sum(len(str(element.get(part, ""))) for part in ("name", "description", "value"))
    inside = [*element.get("options", ()), *element.get("choices", ())]
    return own + sum(letters(one) for one in inside)


class TestShape:
    def test_everything_is_within_discords_limits(self) -> None:
        [cop, *menu] = commands_of(SPECS)
        assert (len(cop["options"]), letters(cop) <= 8000, 0 < len(menu) <= 15) == (25, True, True)
        for one in named(cop):
            assert NAME.match(one["name"])
            assert one["name"] == one["name"].lower()
            assert 1 <= len(one["description"]) <= 100
            assert len(one.get("options", ())) <= 25

    @pytest.mark.skipif(bool(discord_shapes.absent()), reason=discord_shapes.absent() or "there are schemas")
    @pytest.mark.parametrize("names", [{}, GERMAN])
    def test_discord_would_take_them(self, names: dict[str, Any]) -> None:
        for command in commands_of(SPECS, names):
            assert list(discord_shapes.faults_of("ApplicationCommandUpdateRequest", command)) == []

    def test_every_verb_can_be_typed(self) -> None:
        typed = subcommands(commands_of(SPECS))
        [which, _] = typed["more"]["options"]
        more = [choice["value"] for choice in which["choices"]]
        assert [*list(typed)[:-1], *more] == [spec.verb for spec in SPECS if spec.verb != "report"]

    def test_few_verbs_need_no_more(self) -> None:
        assert list(subcommands(commands_of(SPECS[:3]))) == [spec.verb for spec in SPECS[:3]]

    def test_menus_have_what_is_for_messages(self) -> None:
        menu = [(one["type"], one["name"]) for one in commands_of(SPECS)[1:]]
        assert menu == [(3, spec.on_message) for spec in SPECS if spec.on_message]

    def test_options_have_choices_or_are_completed(self) -> None:
        options = (OptionSpec("as", "what", ("guest", "host")), OptionSpec("zone", "where", completed=True), OptionSpec("free", "any"))
        [spec] = commands_of([CommandSpec("go", "go", "go", options, free="where to")])
        [chosen, completed, free, words] = spec["options"][0]["options"]
        assert [one["value"] for one in chosen["choices"]] == ["guest", "host"]
        assert (completed["autocomplete"], "autocomplete" in free, words["name"], words["description"]) == (
            True,
            False,
            "words",
            "where to",
        )


class TestLanguages:
    def test_names_and_summaries(self) -> None:
        [cop, *menu] = commands_of(SPECS, GERMAN)
        schedule = subcommands([cop])["schedule"]
        date = next(one for one in schedule["options"] if one["name"] == "date")
        report = next(one for one in menu if one["name"] == "Report to hosts")
        assert schedule["name_localizations"] == {"de": "planen"}
        assert schedule["description_localizations"] == {"de": "einen Chat planen"}
        assert (date["name_localizations"], "description_localizations" in date) == ({"de": "tag"}, False)
        assert report["name_localizations"] == {"de": "Den Gastgebern melden"}
        assert cop["description_localizations"] == {"de": "Gespräche über die Praxis"}

    def test_what_discord_would_not_take_is_left_out(self) -> None:
        wrong = {"xx": {"schedule": {"name": "x"}}, "de": {"schedule": {"name": "Großer Plan"}, "next": {"name": ""}}}
        assert commands_of(SPECS, wrong) == commands_of(SPECS)

    @pytest.mark.parametrize(
        ("names", "at", "told"),
        [
            ({"xx": {}}, ("xx",), "no language “xx”"),
            ({"de": {"plan": {"name": "x"}}}, ("de", "plan"), "no command, option or menu entry “plan”"),
            ({"de": {"schedule": {"name": "Plan"}}}, ("de", "schedule", "name"), "1 to 32 lower-case letters"),
            ({"de": {"schedule": {"name": "zwei worte"}}}, ("de", "schedule", "name"), "1 to 32 lower-case letters"),
            ({"de": {"Report to hosts": {"name": "x" * 33}}}, ("de", "Report to hosts", "name"), "at most 32 characters"),
            ({"de": {"schedule": {"summary": "x" * 101}}}, ("de", "schedule", "summary"), "at most 100 characters"),
            ({"de": {"schedule": {"nmae": "x"}}}, ("de", "schedule", "nmae"), "name or summary"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(self, names: dict[str, Any], at: tuple[str, ...], told: str) -> None:
        [(where, fault)] = faults_in(names, SPECS)
        assert where == at
        assert told in fault

    def test_nothing_is_wrong(self) -> None:
        assert list(faults_in(GERMAN, SPECS)) == []


class TestRegistering:
    async def test_it_happens_once(self, discord: Loopback) -> None:
        bot = Listener(discord)
        assert [await bot.registration.sync("800000000000000002") for _ in range(2)] == [True, False]
        assert json.dumps([one["name"] for one in discord.world.commands]) == json.dumps([one["name"] for one in commands_of(SPECS)])

    async def test_what_has_changed_is_registered_again(self, discord: Loopback) -> None:
        bot = Listener(discord)
        await bot.registration.sync("800000000000000002")
        assert await Registration(bot.web, bot.kept, SPECS[:2], {}).sync("800000000000000002")
        assert list(subcommands(discord.world.commands)) == [spec.verb for spec in SPECS[:2]]

    async def test_what_is_refused_leaves_nobody_deaf(self, discord: Loopback) -> None:
        discord.rest.faults.deny("bulk_set_application_commands", "400 30034 Max number of daily application command creates")
        bot = Listener(discord)
        await bot.start()
        discord.people.say(ADA, SLT, "Hello")
        await until(lambda: bool(bot.heard))
        assert (discord.world.commands, bot.kept.values) == ([], {})
        await bot.stop()

    async def test_what_is_registered_can_be_typed(self, discord: Loopback) -> None:
        bot = Listener(discord)
        await bot.start()
        for line in ("schedule set=resnet time=19:30", "check", "help ask", "try to listen"):
            discord.people.slash(ADA, SLT, line)
        await until(lambda: len(bot.heard) == 4)
        lines = [heard.text for heard in bot.heard if isinstance(heard, Commanded)]
        assert lines == ['schedule set="resnet" time="19:30"', "check", "help ask", "try to listen"]
        await bot.stop()
