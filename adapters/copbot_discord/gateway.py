"""Connections to Discord's gateway: one for each shard, each resumed as long as Discord can tell what was missed.

discord.py's socket does what Discord documents: it identifies, keeps time, resumes. The client around it stands here: one frame
that cannot be read would be the end of discord.py's own, and nothing there says that events were missed (4-platforms.md B1, J4).
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import aiohttp
import discord
import structlog
import yarl
from discord.errors import ConnectionClosed
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from copbot.errors import NotAuthenticated, TryLater
from copbot.kit.closing import to_its_end
from copbot.ports.leases import LEASE_RENEWED, Leases
from copbot_discord.errors import PORTAL, of_login
from copbot_discord.intake import Intake
from copbot_discord.invite import bits
from copbot_discord.names import DISCORD
from copbot_discord.sending import Call
from copbot_discord.settings import DiscordSettings
from copbot_discord.socket import Client, Socket, check_library
from copbot_discord.web import Web

BUDGET_SPENT = 0.5
"""Of the 1,000 sessions a day this part may be begun at any time. Whoever begins more than all of them loses the token."""

FAILED = (OSError, aiohttp.ClientError, TimeoutError)
BAD_TOKEN, BAD_INTENTS, NO_INTENT = 4004, 4013, 4014
WRONG_SHARDS = (4010, 4011, 4012)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. ``connect``: from asking for a connection to Discord's greeting. ``again``: from one attempt to the next. ``lease``: from
    one attempt to take or renew a shard's lease to the next. ``identify``: from one shard that begins a session to the next
    (https://docs.discord.com/developers/events/gateway#rate-limiting). ``silence``: from the last frame until a connection counts as
    dead, looked at with every heartbeat; discord.py's own default.
    """

    connect: float = 20.0
    again: float = 5.0
    lease: float = LEASE_RENEWED.total_seconds()
    identify: float = 5.0
    silence: float = 60.0


@dataclass(frozen=True, slots=True)
class _Session:
    """What it takes to go on where a connection ended."""

    id: str
    sequence: int | None
    gateway: yarl.URL


async def listen(
    settings: DiscordSettings,
    web: Web,
    intents: frozenset[str],
    intake: Intake,
    leases: Leases | None = None,
    patience: Patience = Patience(),
) -> None:
    """Hear until cancelled. Returns where events may have been missed: a session could not be resumed, the inbox did not work, or a shard
    was taken over from another process.

    Raises NotAuthenticated where Discord does not let copbot in, TryLater while it cannot be reached.
    """
    check_library()
    gateway = await budgeted(await web.read(Call("GET", "/gateway/bot")), settings.shards)
    client = Client(await web.http(), bits(intents), settings.shards, intake, patience.silence)
    shards = _Shards(client, yarl.URL(settings.gateway_url or gateway), settings.shards, leases, patience)
    keeping = [asyncio.create_task(shards.keep(shard)) for shard in range(settings.shards)]
    missed = asyncio.create_task(intake.missed.wait())
    until: set[asyncio.Future[Any]] = {*keeping, missed}
    at_once = False
    try:
        for ended in (await asyncio.wait(until, return_when=asyncio.FIRST_COMPLETED))[0]:
            ended.result()
        log.info("Something may have been missed", action="gap", platform=DISCORD)
    except asyncio.CancelledError:
        at_once = True
        raise
    finally:
        await to_its_end(_close(client, intake, *keeping, missed, at_once=at_once))


async def budgeted(answer: Any, shards: int) -> str:  # noqa: ANN401 - Discord's JSON
    """The gateway's address. Where many sessions were begun today, wait so that the others last until Discord counts anew."""
    limit = answer["session_start_limit"]
    left = limit["remaining"]
    if left < max(limit["total"] * BUDGET_SPENT, shards):
        wait = limit["reset_after"] / 1000 / max(left // shards, 1)
        log.warning("Too many connections to Discord today", action="sessions_spent", platform=DISCORD, left=left, wait=round(wait))
        await asyncio.sleep(wait)
    return str(answer["url"])


class _Shards:
    """The connections of one run."""

    def __init__(self, client: Client, gateway: yarl.URL, count: int, leases: Leases | None, patience: Patience) -> None:
        self._client = client
        self._gateway = gateway
        self._count = count
        self._leases = leases
        self._patience = patience
        self._next_identify = 0.0

    async def keep(self, shard: int) -> None:
        """Hear one shard as long as its lease stands. Returns where something may have been missed."""
        if self._leases is None:
            await self._hear(shard)
            return
        if not await self._leases.take(_lease(shard)):
            await self._taken_over(self._leases, shard)
            return
        either = [asyncio.create_task(self._hear(shard)), asyncio.create_task(self._renewed(self._leases, shard))]
        try:
            for ended in (await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED))[0]:
                ended.result()
        finally:
            for task in either:
                task.cancel()
            await asyncio.gather(*either, return_exceptions=True)

    async def _taken_over(self, leases: Leases, shard: int) -> None:
        log.info("Another process hears this shard", action="shard_elsewhere", platform=DISCORD, shard=shard)
        while not await leases.take(_lease(shard)):  # noqa: ASYNC110 - another process does not say when it ends
            await asyncio.sleep(self._patience.lease)
        log.warning("This shard is ours now", action="shard_taken_over", platform=DISCORD, shard=shard)

    async def _renewed(self, leases: Leases, shard: int) -> None:
        while await leases.take(_lease(shard)):  # noqa: ASYNC110 - renewing is what it is for
            await asyncio.sleep(self._patience.lease)
        log.warning("A shard's lease was lost", action="shard_lost", platform=DISCORD, shard=shard)

    async def _hear(self, shard: int) -> None:
        """One connection after the other, each going on where the last one ended. Returns where Discord does not know that any more."""
        session: _Session | None = None
        while True:
            socket: Socket | None = None
            try:
                socket = await self._opened(shard, session)
                socket.read_without_timeouts()
                while True:
                    await socket.poll_event()
            except ReconnectWebSocket as again:
                if not again.resume:
                    await asyncio.sleep(0 if session or (socket and socket.began) else self._patience.again)
                    return
            except ConnectionClosed as closed:
                if (fatal := _fatal(closed.code)) is not None:
                    raise fatal from None
            except FAILED as error:
                log.warning("Discord gave no connection", action="gateway_failed", platform=DISCORD, error=type(error).__name__)
            session = await self._to_go_on(_of(socket), session)

    async def _to_go_on(self, now: _Session | None, before: _Session | None) -> _Session:
        """What to resume; after a while, if the last connection brought nothing. Raises TryLater while there was no session: nothing was
        missed.
        """
        if now is None or now == before:
            await asyncio.sleep(self._patience.again)
        if (session := now or before) is None:
            raise TryLater(DISCORD, "Discord gave no connection", timedelta(seconds=self._patience.again))
        return session

    async def _opened(self, shard: int, session: _Session | None) -> Socket:
        if session is None:
            await self._turn()
            opening = self._socket(shard, gateway=self._gateway)
        else:
            opening = self._socket(shard, gateway=session.gateway, session=session.id, sequence=session.sequence, resume=True)
        async with asyncio.timeout(self._patience.connect):
            return await opening

    async def _socket(self, shard: int, **how: Any) -> Socket:  # noqa: ANN401 - discord.py's own arguments
        """Frames come as they are: to unpack them costs more than a chat's few kilobytes a second are worth."""
        return await Socket.from_client(cast("discord.Client", self._client), shard_id=shard, compress=False, **how)

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        wait = max(self._next_identify - loop.time(), 0)
        self._next_identify = loop.time() + wait + self._patience.identify
        await asyncio.sleep(wait)


def _lease(shard: int) -> str:
    return f"shard:{shard}"


def _of(socket: DiscordWebSocket | None) -> _Session | None:
    if socket is None or not socket.session_id:
        return None
    return _Session(socket.session_id, socket.sequence, socket.gateway)


def _fatal(code: int) -> NotAuthenticated | None:
    """Why Discord will not let copbot in again as it is (https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway)."""
    switch_on = f"Switch on what copbot asks for at {PORTAL}, under Bot -> Privileged Gateway Intents, and start copbot again."
    if code == BAD_TOKEN:
        return of_login()
    if code in (BAD_INTENTS, NO_INTENT):
        return NotAuthenticated(DISCORD, "Discord does not let copbot hear what it is set up to hear", switch_on)
    if code in WRONG_SHARDS:
        return NotAuthenticated(
            DISCORD, "Discord wants the servers spread otherwise", "Raise COPBOT_DISCORD__SHARDS and start copbot again."
        )
    return None


async def _close(client: Client, intake: Intake, *tasks: asyncio.Task[Any], at_once: bool) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await intake.aclose(at_once=at_once)
    await client.aclose()
