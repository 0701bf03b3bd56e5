"""What the loopback Discord finds wrong with requests, and what it takes people to read."""

from typing import Any

import pytest
from discord_bots import ADA, BEN, SLT, populate
from discord_client import NOBODY, Api
from discord_loopback.reading import plain
from discord_loopback.schemas import absent
from discord_loopback.server import Loopback
from discord_loopback.world import APPLICATION, GUILD

MESSAGES = f"/channels/{SLT}/messages"
COMMANDS = f"/applications/{APPLICATION}/commands"
EVENTS = f"/guilds/{GUILD}/scheduled-events"
CALLBACK = "/interactions/800000000000000777/token/callback"
QUIET = {"allowed_mentions": NOBODY}
EVENT = {
    "name": "x",
    "privacy_level": 2,
    "entity_type": 3,
    "scheduled_start_time": "2018-01-31T19:00:00Z",
    "entity_metadata": {"location": "x"},
}
TITLE = {"type": 18, "label": "Title", "component": {"type": 4, "style": 1, "custom_id": "title"}}


def row(*buttons: dict[str, Any]) -> list[dict[str, Any]]:
    """Buttons as a message has them."""
    return [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", **one} for one in buttons]}]


def modal(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A form as the first answer."""
    return {"type": 9, "data": {"title": "Schedule", "custom_id": "draft|7", "components": list(components), **more}}


def command(**more: Any) -> list[dict[str, Any]]:
    """One command."""
    return [{"type": 1, "name": "cop", "description": "copbot", **more}]


async def faults_of(method: str, path: str, body: Any) -> list[str]:
    """What is wrong with a request, whatever it is answered with."""
    async with Loopback() as discord:
        populate(discord)
        await Api(discord).ask(method, path, body)
        return discord.judge.problems


class TestJudging:
    @pytest.mark.parametrize(
        ("method", "path", "body", "fault"),
        [
            ("POST", MESSAGES, {"content": "x" * 2001, **QUIET}, "2001 characters"),
            ("POST", MESSAGES, {"content": " ", **QUIET}, "an empty message"),
            ("POST", MESSAGES, {"content": "x", "components": row({}), **QUIET}, "without custom_id"),
            ("PUT", COMMANDS, command(name="Cop"), "'Cop' is no name"),
            ("POST", EVENTS, EVENT, "without an end"),
            (
                "POST",
                MESSAGES,
                {"content": "x", "components": row({"custom_id": "a"}, {"custom_id": "a"}), **QUIET},
                "custom_id a more than once",
            ),
            ("POST", MESSAGES, {"content": "@everyone look"}, "allowed_mentions missing"),
            ("POST", MESSAGES, {"content": "x", "allowed_mentions": {"parse": ["everyone"]}}, "lets ['everyone'] through"),
            ("POST", CALLBACK, {"type": 4, "data": {"content": "psst", **QUIET}}, "says in public"),
            ("POST", CALLBACK, modal(*[TITLE] * 6), "6 components of a modal"),
            ("POST", CALLBACK, modal(TITLE, TITLE), "custom_id title more than once"),
            ("POST", CALLBACK, modal(TITLE, title="x" * 46), "title has 46 characters"),
            ("POST", CALLBACK, modal({**TITLE, "label": "x" * 46}), "label has 46 characters"),
            ("PUT", COMMANDS, command(options=[{"type": 3, "name": f"o{n}", "description": "x"} for n in range(26)]), "26 options of cop"),
            ("PUT", COMMANDS, command(description="x" * 101), "101 characters"),
            ("PUT", COMMANDS, command() + command(), "command 1 cop more than once"),
            ("GET", "/voice/regions", None, "nothing here answers /voice/regions"),
        ],
    )
    async def test_what_the_schemas_miss(self, method: str, path: str, body: Any, fault: str) -> None:
        faults = await faults_of(method, path, body)
        assert any(fault in found for found in faults), faults

    @pytest.mark.skipif(bool(absent()), reason=absent())
    @pytest.mark.parametrize(
        ("method", "path", "body", "fault"),
        [
            ("POST", MESSAGES, {"content": "x", "colour": "red", **QUIET}, "colour: no such key"),
            ("POST", MESSAGES, {"content": "x", "nonce": "x" * 26, **QUIET}, "nonce"),
            ("POST", "/users/@me/channels", {"recipient_id": int(ADA)}, "recipient_id"),
            ("GET", "/users/no-such-person", None, "path user_id"),
            ("GET", MESSAGES + "?limit=101", None, "query limit"),
            ("GET", MESSAGES + "?sort=up", None, "query sort: no such parameter"),
            (
                "POST",
                CALLBACK,
                modal({"type": 18, "label": "x", "component": {"type": 4, "custom_id": "x"}}),
                "create_interaction_response",
            ),
        ],
    )
    async def test_what_the_schemas_catch(self, method: str, path: str, body: Any, fault: str) -> None:
        faults = await faults_of(method, path, body)
        assert any(fault in found for found in faults), faults

    @pytest.mark.skipif(bool(absent()), reason=absent())
    async def test_its_own_answers_and_events_are_held_against_them(self) -> None:
        async with Loopback() as discord:
            discord.judge.answer("GET", "/users/@me", 200, {"id": "x"})
            discord.judge.event({"op": 0, "t": "MESSAGE_DELETE", "s": 1, "d": {"id": 7}})
            assert {fault.split(":")[0] for fault in discord.judge.own} == {"answer of GET /users/@me", "MESSAGE_DELETE"}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("**bold** *it* __under__ ~~no~~ ||spoiler|| `c*d*e`", "bold it under no spoiler c*d*e"),
        (rf"\*look\* <@{ADA}> in <#{SLT}>", "*look* @Ada in #slt"),
        (
            "[label](https://example.org) <https://example.org> <:wave:7> <t:1517427000:F>",
            "label https://example.org :wave: 31 January 2018 19:30",
        ),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("> quoted\n-# small\n## Heading\n- point", "quoted\nsmall\nHeading\n- point"),
        ("```python\nx = **1**\n``` and \\`tick\\`", "x = **1**\n and `tick`"),
    ],
)
def test_people_read_words(sent: str, read: str) -> None:
    assert plain(sent, {ADA: "Ada", BEN: "Ben", SLT: "slt"}) == read
