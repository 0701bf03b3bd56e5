"""The invitation: permissions and intents."""

from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from copbot_discord.invite import ADMINISTRATOR, INTENTS, OPTIONAL, PERMISSIONS, allowed, asked_for, bits, invitation, missing


def snake(name: str) -> str:
    """discord.py's name for a permission of Discord's."""
    return {"VIEW_CHANNEL": "view_channel"}.get(name, name.lower())


def test_the_invitation_asks_for_what_is_listed_and_no_more() -> None:
    asked = parse_qs(urlsplit(invitation("123456789012345678")).query)
    assert (asked["client_id"], asked["scope"]) == (["123456789012345678"], ["bot applications.commands"])
    assert int(asked["permissions"][0]) == asked_for() == sum(1 << one.bit for one in PERMISSIONS.values())
    assert not asked_for() & 1 << ADMINISTRATOR


@pytest.mark.parametrize("name", [*PERMISSIONS, *OPTIONAL])
def test_discord_knows_the_permission_by_this_number(name: str) -> None:
    assert {**PERMISSIONS, **OPTIONAL}[name].bit == getattr(discord.Permissions, snake(name)).flag.bit_length() - 1


def test_what_is_missing_comes_with_its_reason() -> None:
    assert list(missing(asked_for())) == []
    assert list(missing(asked_for() & ~(1 << 51))) == [PERMISSIONS["PIN_MESSAGES"]]
    assert list(missing(0, ["SEND_MESSAGES"])) == [PERMISSIONS["SEND_MESSAGES"]]
    assert list(missing(1 << ADMINISTRATOR)) == []


@pytest.mark.parametrize(
    ("flags", "kept_back"),
    [
        (0, {"MESSAGE_CONTENT", "GUILD_MEMBERS"}),
        (1 << 18 | 1 << 14, set()),
        (1 << 19 | 1 << 15, set()),
        (1 << 19, {"GUILD_MEMBERS"}),
    ],
)
def test_only_what_is_switched_on_is_identified_with(flags: int, kept_back: set[str]) -> None:
    assert set(INTENTS) - allowed(flags) == kept_back


def test_intents_have_discords_numbers() -> None:
    named = {"GUILDS": "guilds", "GUILD_MEMBERS": "members", "GUILD_MESSAGES": "guild_messages", "MESSAGE_CONTENT": "message_content"}
    others = {"GUILD_MESSAGE_REACTIONS": "guild_reactions", "DIRECT_MESSAGES": "dm_messages"}
    assert discord.Intents(**dict.fromkeys((named | others).values(), True)).value == bits(INTENTS)
    assert set(named | others) == set(INTENTS)
    assert {name for name, intent in INTENTS.items() if intent.switch} == {"GUILD_MEMBERS", "MESSAGE_CONTENT"}
    flags = discord.flags.ApplicationFlags
    assert INTENTS["MESSAGE_CONTENT"].granted_by == flags.gateway_message_content.flag | flags.gateway_message_content_limited.flag
    assert INTENTS["GUILD_MEMBERS"].granted_by == flags.gateway_guild_members.flag | flags.gateway_guild_members_limited.flag
