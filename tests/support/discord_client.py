"""Discord's HTTP API as a bot of a few lines uses it, and discord.py's own client, for tests of the loopback Discord itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from discord_loopback.server import TOKEN, Loopback

Body = dict[str, Any]
NOBODY: Body = {"parse": []}


class Api:
    """Requests with the bot's token. Gives the status and Discord's JSON, with the code of a refusal in front: ``(403, 50013)``."""

    def __init__(self, loopback: Loopback) -> None:
        self._loopback = loopback

    async def __call__(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """The answer's JSON, or AssertionError for a refusal."""
        status, found = await self.ask(method, path, body, **query)
        assert status < 400, found
        return found

    async def refused(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, int]:
        """The status and Discord's own code of a refusal; 0 for the code of what was done."""
        status, found = await self.ask(method, path, body, **query)
        return status, found.get("code", 0) if isinstance(found, dict) and status >= 400 else 0

    async def ask(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        """Status and JSON, whatever they are."""
        headers = {"Authorization": f"Bot {TOKEN}"}
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self._loopback.api_url + path, json=body, params=query, headers=headers) as answer,
        ):
            return answer.status, await answer.json() if answer.content_type == "application/json" else None

    async def post(self, channel: str, content: str, **more: Any) -> Body:
        """Post a message that notifies nobody."""
        posted: Body = await self("POST", f"/channels/{channel}/messages", {"content": content, "allowed_mentions": NOBODY, **more})
        return posted


class Listener(discord.Client):
    """discord.py's client as its readme makes one, that remembers the raw events it is given."""

    def __init__(self, intents: discord.Intents, **options: Any) -> None:
        super().__init__(intents=intents, max_messages=None, **options)
        self.events: list[tuple[str, Body]] = []
        parsers = self._connection.parsers
        for name, parser in list(parsers.items()):
            parsers[name] = self._noting(name, parser)

    def _noting(self, name: str, parser: Any) -> Any:
        def note(data: Any) -> None:
            self.events.append((name, data))
            parser(data)

        return note

    def names(self) -> list[str]:
        """The events that came, but for those at the beginning of a session."""
        return [name for name, _ in self.events if name not in {"READY", "GUILD_CREATE", "RESUMED"}]


@asynccontextmanager
async def listening(
    loopback: Loopback, patch: pytest.MonkeyPatch, intents: discord.Intents | None = None, **options: Any
) -> AsyncIterator[Listener]:
    """discord.py's client, connected to the loopback."""
    patch.setattr(Route, "BASE", loopback.api_url)
    patch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(loopback.gateway_url))
    client = Listener(discord.Intents.all() if intents is None else intents, **options)
    await client.login(TOKEN)
    connecting = asyncio.create_task(client.connect())
    try:
        await loopback.until(lambda: bool(loopback.gateway.sessions) or connecting.done())
        await loopback.gateway.flush()
        yield client
    finally:
        await client.close()
        connecting.cancel()
        with suppress(asyncio.CancelledError, discord.DiscordException):
            await connecting
