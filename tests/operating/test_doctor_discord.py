"""The doctor on Discord: each intent and permission that is missing, where, and how it is granted."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from discord_guild import CHANNELS, config_on_discord, populate
from discord_loopback.model import Overwrite
from discord_loopback.permissions import bits
from discord_loopback.server import TOKEN, Loopback
from discord_loopback.world import BOT_USER
from playhouse import BACKSTAGE, CHANNEL

from copbot.operating.diagnosis import Verdict
from copbot.operating.doctor import examine
from copbot.store.migrate import migrate


@pytest.fixture
async def discord(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loopback]:
    """A guild, and an instance whose settings and community are for it."""
    async with Loopback() as discord:
        populate(discord)
        monkeypatch.setenv("COPBOT_CONFIG_DIR", str(config_on_discord(tmp_path)))
        monkeypatch.setenv("COPBOT_DATABASE_URL", f"sqlite:///{tmp_path}/copbot.sqlite3")
        monkeypatch.setenv("COPBOT_PORT", "0")
        monkeypatch.setenv("COPBOT_DISCORD__TOKEN", TOKEN)
        monkeypatch.setenv("COPBOT_DISCORD__API_URL", discord.api_url)
        migrate(f"sqlite:///{tmp_path}/copbot.sqlite3")
        yield discord
    assert not discord.faults, "\n".join(discord.faults)


async def trouble() -> list[str]:
    """The doctor's findings. It runs a loop of its own, as on the command line."""
    found = await asyncio.to_thread(examine, None)
    assert all("\n" not in one.line() for one in found)
    assert TOKEN not in "".join(one.line() for one in found)
    return [one.line() for one in found if one.verdict is not Verdict.WELL]


async def test_a_guild_where_all_is_well(discord: Loopback) -> None:
    assert await trouble() == []


async def test_each_missing_intent_is_named_once_with_the_switch(discord: Loopback) -> None:
    discord.world.granted.clear()
    lines = await trouble()
    assert len(lines) == 2
    assert "Message Content Intent" in lines[0]
    assert "Server Members Intent" in lines[1]


async def test_each_missing_permission_is_named_with_its_channel(discord: Loopback) -> None:
    denied = bits("SEND_MESSAGES", "CREATE_PUBLIC_THREADS")
    discord.world.channel(CHANNELS[CHANNEL]).overwrites.append(Overwrite(BOT_USER, member=True, deny=denied))
    lines = await trouble()
    assert [line.partition(" -> ")[0].rpartition(": copbot lacks ")[2].partition(":")[0] for line in lines] == [
        f"the permission Send Messages in #{CHANNEL}",
        f"the permission Create Public Threads in #{CHANNEL}",
    ]
    assert all("Channel settings > Permissions > add copbot, and allow" in line for line in lines)


async def test_a_hosts_channel_that_copbot_cannot_see(discord: Loopback) -> None:
    hosts = discord.world.channel(CHANNELS[BACKSTAGE])
    hosts.overwrites = [one for one in hosts.overwrites if one.id != BOT_USER]
    [line] = await trouble()
    assert CHANNELS[BACKSTAGE] in line


async def test_a_channel_that_is_not_there(discord: Loopback) -> None:
    discord.people.delete_channel(CHANNELS[CHANNEL])
    [line] = await trouble()
    assert CHANNELS[CHANNEL] in line


async def test_a_token_that_is_no_good(discord: Loopback) -> None:
    discord.revoke()
    lines = await trouble()
    assert lines
    assert all("token" in line for line in lines)


async def test_names_that_cannot_be_used(discord: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "names.yaml").write_text("de:\n  shedule: {name: planen}\n", encoding="utf-8")
    monkeypatch.setenv("COPBOT_DISCORD__NAMES_FILE", str(tmp_path / "names.yaml"))
    assert any("names.yaml:2: there is no verb" in line for line in await trouble())
