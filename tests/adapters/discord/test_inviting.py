"""Who is invited: the application named, or the one whose token copbot has."""

from collections.abc import Mapping

import pytest
from discord_loopback.server import TOKEN, Loopback
from discord_loopback.world import APPLICATION

from copbot.errors import ConfigurationError, NotAuthenticated
from copbot_discord.invite import invitation
from copbot_discord.inviting import invite


def settings(discord: Loopback) -> Mapping[str, object]:
    return {"token": TOKEN, "api_url": discord.api_url}


async def test_discord_is_asked_whose_the_token_is() -> None:
    async with Loopback() as discord:
        assert await invite(settings(discord)) == invitation(APPLICATION)
        assert discord.faults == []


async def test_an_application_that_is_named_is_taken_at_its_word() -> None:
    assert await invite({}, "42") == invitation("42")
    with pytest.raises(ConfigurationError, match="is a number"):
        await invite({}, "forty-two")


async def test_a_token_that_discord_does_not_know() -> None:
    async with Loopback() as discord:
        discord.revoke()
        with pytest.raises(NotAuthenticated):
            await invite(settings(discord))
