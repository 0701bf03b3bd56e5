"""The gateway: sessions, which outlive their connections, and what is reported on them.

docs.discord.com/developers/events/gateway.
"""

import asyncio
import json
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web
from discord_loopback.intents import for_intents, needed
from discord_loopback.judge import Judge
from discord_loopback.model import Body, Channel
from discord_loopback.shapes import guild_shape, user_shape
from discord_loopback.world import APPLICATION, BOT_USER, GUILD, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, BEATEN = 0, 1, 2, 6, 7, 9, 10, 11
LARGEST = 4096
"""Bytes that the bot may send in one frame."""


@dataclass(eq=False)
class Session:
    """What the bot was told since it identified, for whoever resumes.

    ``heard`` is the last number that the bot said it has, ``sent`` the last that
    its connection was given.
    """

    id: str
    intents: int
    shard: int
    shards: int
    frames: list[str] = field(default_factory=list)
    link: "Link | None" = None
    heard: int = 0
    sent: int = 0

    def has(self, guild: bool) -> bool:
        """Whether this shard is told of the guild, or of direct messages."""
        return self.shard == ((int(GUILD) >> 22) % self.shards if guild else 0)


class Link:
    """One connection."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.beats = 0
        self.sent_away: int | None = None
        self._request = request
        self._packed = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None

    async def send(self, frame: Body) -> None:
        await self.write(json.dumps(frame))

    async def write(self, text: str) -> None:
        """Send, unless nobody listens any more."""
        with suppress(ConnectionError):
            if self._packed is None:
                await self.socket.send_str(text)
            else:
                await self.socket.send_bytes(self._packed.compress(text.encode()) + self._packed.flush(zlib.Z_SYNC_FLUSH))

    async def send_away(self, code: int) -> None:
        """Close, and say why."""
        self.sent_away = code
        await self.socket.close(code=code)

    def abort(self) -> None:
        """Break off as a network does."""
        if self._request.transport is not None:
            self._request.transport.abort()


class Gateway:
    """All connections of the bot, and its sessions.

    ``deaf``: heartbeats are not answered. ``mute``: new connections get no HELLO. ``silent``: nothing is dispatched until ``speak``.
    ``refusing``: the code that whoever identifies is sent away with.
    ``identified`` counts sessions that began, ``resumed`` those that went on; ``closed`` has the codes that connections ended with.
    """

    def __init__(self, world: World, judge: Judge, token: str) -> None:
        self.heartbeat = 41.25
        self.deaf = self.mute = self.silent = False
        self.links: list[Link] = []
        self.sessions: dict[str, Session] = {}
        self.identified = self.resumed = 0
        self.closed: list[int | None] = []
        self.changed = asyncio.Event()
        self.token = token
        self.refusing: int | None = None
        self._world = world
        self._judge = judge
        self._queue: asyncio.Queue[Session] = asyncio.Queue()

    async def open(self, request: web.Request) -> web.StreamResponse:
        """A connection, for as long as it lives."""
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        link = Link(socket, request)
        self.links.append(link)
        try:
            await self._live(link)
        finally:
            self.links.remove(link)
            self.closed.append(link.sent_away or socket.close_code)
            self._part(link, socket.close_code)
            self.changed.set()
        return socket

    def _part(self, link: Link, code: int | None) -> None:
        """A session ends where the bot itself said goodbye."""
        if link.session is not None and link.session.link is link:
            link.session.link = None
            if code in {1000, 1001}:
                self.sessions.pop(link.session.id, None)

    async def _live(self, link: Link) -> None:
        if not self.mute:
            await link.send({"op": HELLO, "d": {"heartbeat_interval": int(self.heartbeat * 1000)}, "s": None, "t": None})
        async for message in link.socket:
            if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                await self._heard(link, message.data)

    async def _heard(self, link: Link, data: Any) -> None:
        if len(data) > LARGEST:
            await link.send_away(4002)
            return
        frame: Body = json.loads(data)
        self._judge.frame(frame)
        match frame["op"]:
            case 1:
                await self._beaten(link, frame["d"])
            case 2:
                await self._identify(link, frame["d"])
            case 6:
                await self._resume(link, frame["d"])
            case _ if link.session is None:
                await link.send_away(4003)
        self.changed.set()

    async def _beaten(self, link: Link, sequence: int | None) -> None:
        link.beats += 1
        if link.session is not None:
            link.session.heard = max(link.session.heard, sequence or 0)
        if not self.deaf:
            await link.send({"op": BEATEN, "d": None, "s": None, "t": None})

    async def _identify(self, link: Link, asked: Body) -> None:
        code = self.refusing or self._refusal(asked)
        if code is not None:
            await link.send_away(code)
            return
        self.identified += 1
        self._world.sessions_left -= 1
        shard, shards = asked.get("shard", (0, 1))
        session = Session(uuid4().hex, asked["intents"], shard, shards, link=link)
        link.session = self.sessions[session.id] = session
        self._dispatch(session, "READY", self._ready(session))
        if session.has(guild=True) and BOT_USER in self._world.members:
            self._dispatch(session, "GUILD_CREATE", guild_shape(self._world))

    def _refusal(self, asked: Body) -> int | None:
        if asked["token"].removeprefix("Bot ") != self.token:
            return 4004
        wanted = {name for name, bit in {"GUILD_MEMBERS": 1, "MESSAGE_CONTENT": 15}.items() if asked["intents"] >> bit & 1}
        return 4014 if wanted - self._world.granted else None

    def _ready(self, session: Session) -> Body:
        user = user_shape(self._world.users[BOT_USER]) | {"verified": True, "mfa_enabled": True, "email": None}
        guilds = [{"id": GUILD, "unavailable": True}] if session.has(guild=True) else []
        return {
            "v": 10,
            "user": user,
            "guilds": guilds,
            "session_id": session.id,
            "resume_gateway_url": self._world.address.replace("http", "ws", 1) + "/gateway/",
            "shard": [session.shard, session.shards],
            "application": {"id": APPLICATION, "flags": 0, "flags_new": "0"},
        }

    async def _resume(self, link: Link, asked: Body) -> None:
        session = self.sessions.get(asked["session_id"])
        if asked["token"].removeprefix("Bot ") != self.token:
            await link.send_away(4004)
        elif session is None:
            await link.send({"op": INVALID, "d": False, "s": None, "t": None})
        elif asked["seq"] > len(session.frames):
            await link.send_away(4007)
        else:
            self.resumed += 1
            link.session, session.link, session.sent = session, link, asked["seq"]
            self._dispatch(session, "RESUMED", {})

    def happened(self, event: str, body: Body, channel: Channel | None) -> None:
        """Report to every session that is to know."""
        guild = "guild_id" in body or event.startswith("GUILD")
        if channel is not None and not self._world.may(BOT_USER, channel, "VIEW_CHANNEL"):
            return
        for session in self.sessions.values():
            if session.has(guild=guild) and needed(event, guild=guild) & session.intents == needed(event, guild=guild):
                self._dispatch(session, event, for_intents(event, body, session.intents))

    def _dispatch(self, session: Session, event: str, body: Body) -> None:
        frame: Body = {"op": DISPATCH, "t": event, "s": len(session.frames) + 1, "d": body}
        self._judge.event(frame)
        session.frames.append(json.dumps(frame))
        self._queue.put_nowait(session)

    def speak(self) -> None:
        """Dispatch again, and what was held back."""
        self.silent = False
        for session in self.sessions.values():
            self._queue.put_nowait(session)

    async def pump(self) -> None:
        """Send what is reported, each session's in order; for ever."""
        while True:
            session = await self._queue.get()
            while session.link is not None and not self.silent and session.sent < len(session.frames):
                session.sent += 1
                await session.link.write(session.frames[session.sent - 1])
            self._queue.task_done()

    async def flush(self, seconds: float = 10.0) -> None:
        """Wait until every connected session has said that it has everything: its heartbeat, asked for, bears the last number."""
        await self._queue.join()
        for link in list(self.links):
            if link.session is not None:
                await link.send({"op": HEARTBEAT, "d": None, "s": None, "t": None})
        async with asyncio.timeout(seconds):
            while not all(one.link is None or one.heard >= one.sent for one in self.sessions.values()):
                self.changed.clear()
                await self.changed.wait()

    async def reconnect(self) -> None:
        """Ask every connection to come again and resume, as Discord does when it moves a session."""
        for link in list(self.links):
            await link.send({"op": RECONNECT, "d": None, "s": None, "t": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every connection that its session is not valid."""
        for link in list(self.links):
            if link.session is not None and not resumable:
                self.sessions.pop(link.session.id, None)
            await link.send({"op": INVALID, "d": resumable, "s": None, "t": None})

    async def close(self, code: int) -> None:
        """Close every connection with a code."""
        for link in list(self.links):
            await link.send_away(code)

    async def garble(self, text: str = '{"op": 0, "t": "MESSAGE_CREATE", "s": 1, "d": {"id": 7}}') -> None:
        """Send something that is not as published."""
        await self._queue.join()
        for link in list(self.links):
            await link.write(text)

    def cut(self) -> None:
        """Break every connection off as a network does."""
        for link in list(self.links):
            link.abort()

    def forget(self) -> None:
        """Let every session be too old to go on with."""
        for session in self.sessions.values():
            session.link = None
        self.sessions.clear()
