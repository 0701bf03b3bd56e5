"""Discord on the loopback address: the HTTP API, the gateway, and everybody in the guild.

What the guild is (``world``) knows nothing of connections; they come and go, and so may the bot.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from aiohttp import web
from discord_loopback.gateway import Gateway
from discord_loopback.judge import Judge
from discord_loopback.people import People
from discord_loopback.rest import Rest
from discord_loopback.world import World

TOKEN = "ODAwMDAwMDAwMDAwMDAwMDAy.loopback.token"
LARGEST = 25 << 20


class Loopback:
    """One Discord with one guild."""

    def __init__(self, token: str = TOKEN) -> None:
        self.world = World()
        self.judge = Judge()
        self.rest = Rest(self.world, self.judge, token)
        self.gateway = Gateway(self.world, self.judge, token)
        self.people = People(self.world)
        self.changed = self.rest.changed = self.gateway.changed = asyncio.Event()
        self.world.events = self.gateway.happened
        self._runner: web.AppRunner | None = None
        self._pump: asyncio.Task[None] | None = None

    @property
    def faults(self) -> list[str]:
        """Everything that is wrong with what was sent, either way."""
        return self.judge.problems + self.judge.own

    @property
    def api_url(self) -> str:
        """What stands in front of every request."""
        return f"{self.world.address}/api/v10"

    @property
    def gateway_url(self) -> str:
        """Where the gateway is."""
        return self.world.address.replace("http", "ws", 1) + "/gateway/"

    def revoke(self) -> None:
        """Take the bot's token for no good any more."""
        self.rest.token = self.gateway.token = "another"

    async def until(self, reached: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until something is so, looked at after every request and frame; TimeoutError if it does not come about."""
        async with asyncio.timeout(seconds):
            while not reached():
                self.changed.clear()
                await self.changed.wait()

    async def __aenter__(self) -> Self:
        await self.listen(0)
        return self

    async def listen(self, port: int) -> None:
        """Be there, at a port or at any that is free."""
        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", "/api/v10/{path:.*}", self.rest.call)
        app.router.add_get("/gateway/", self.gateway.open)
        app.router.add_get("/attachments/{id}/{name}", self.rest.file)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.world.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._pump = asyncio.create_task(self.gateway.pump())

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.gateway.cut()
        if self._pump is not None:
            self._pump.cancel()
            with suppress(asyncio.CancelledError):
                await self._pump
        if self._runner is not None:
            await self._runner.cleanup()
