"""A Discord on the loopback address with Ada, Ben and Sally in it; whatever goes over its wire must be as Discord publishes it."""

from collections.abc import AsyncIterator

import pytest
from discord_bots import populate
from discord_loopback.schemas import absent
from discord_loopback.server import Loopback
from discord_rig import DiscordRig


@pytest.fixture
async def discord() -> AsyncIterator[Loopback]:
    """Fails the test in the end for every request that Discord would refuse."""
    async with Loopback() as discord:
        populate(discord)
        yield discord
    assert not discord.faults, "\n".join(discord.faults)


@pytest.fixture
async def rig(request: pytest.FixtureRequest, discord: Loopback) -> AsyncIterator[DiscordRig]:
    """The rig of the contract, in a text channel unless the test is played in a forum, whose lobby stands already."""
    rig = DiscordRig(discord, getattr(request, "param", "text"))
    await rig.open_lobby()
    yield rig
    await rig.kill()


def pytest_report_header() -> str:
    """Whether requests are held against the published description."""
    return f"Discord's specifications: {absent() or 'every request, answer and frame is held against them'}"
