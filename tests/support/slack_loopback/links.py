"""Socket Mode: the connections that the app opens, and envelopes on them."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web
from slack_loopback.deliveries import Delivery, NotTaken
from slack_loopback.model import Body
from slack_loopback.workspace import APP, Workspace

ACK_SECONDS = 3.0


@dataclass(eq=False)
class Link:
    """One connection. ``retired``: the app was asked to open another one."""

    socket: web.WebSocketResponse
    request: web.Request
    retired: bool = False
    open: dict[str, asyncio.Future[Body]] = field(default_factory=dict)

    def fail(self, reason: str) -> None:
        """Take everything that is not acknowledged for refused."""
        for waiting in self.open.values():
            if not waiting.done():
                waiting.set_exception(NotTaken(reason))


class Links:
    """All connections of the app. An envelope goes to the oldest one, or ``spread`` over all of them.

    ``silent``: they take part, but nothing is delivered. ``deaf``: they do not even answer pings. ``mute``: new ones get no hello.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.ack_seconds = ACK_SECONDS
        self.spread = self.silent = self.deaf = self.mute = False
        self.links: list[Link] = []
        self.opened = 0
        self.changed = asyncio.Event()
        self._workspace = workspace
        self._tickets: set[str] = set()
        self._turn = 0

    def ticket(self) -> str:
        """The address of one new connection."""
        id = uuid4().hex
        self._tickets.add(id)
        return f"{self._workspace.address.replace('http', 'ws', 1)}/link?ticket={id}&app_id={APP}"

    async def open(self, request: web.Request) -> web.StreamResponse:
        """A connection, for as long as it lives."""
        if request.query.get("ticket") not in self._tickets:
            return web.Response(status=401)
        self._tickets.discard(request.query["ticket"])
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        link = Link(socket, request)
        self.links.append(link)
        self.opened += 1
        try:
            await self._live(link)
        finally:
            self.links.remove(link)
            link.fail("connection_failed")
            self.changed.set()
        return socket

    async def _live(self, link: Link) -> None:
        if not self.mute:
            debug = {"host": "applink-1", "build_number": 1, "approximate_connection_time": 18060}
            hello = {"type": "hello", "num_connections": len(self.links), "debug_info": debug, "connection_info": {"app_id": APP}}
            await link.socket.send_json(hello)
        self.changed.set()
        async for frame in link.socket:
            if frame.type == WSMsgType.PING and not self.deaf:
                await link.socket.pong(frame.data)
            if frame.type == WSMsgType.TEXT:
                _acknowledge(link, frame.data)

    async def offer(self, delivery: Delivery, attempt: int, reason: str) -> Body:
        """Deliver on one of the connections."""
        link = self._link()
        if link is None:
            raise NotTaken("connection_failed")
        id = str(uuid4())
        link.open[id] = asyncio.get_running_loop().create_future()
        try:
            if not self.silent:
                await link.socket.send_str(json.dumps(_envelope(id, delivery, attempt, reason)))
            return await asyncio.wait_for(link.open[id], self.ack_seconds)
        except (TimeoutError, ConnectionError) as error:
            raise NotTaken("timeout") from error
        finally:
            del link.open[id]

    def _link(self) -> Link | None:
        alive = [link for link in self.links if not link.retired and not link.socket.closed]
        self._turn += 1
        return alive[self._turn % len(alive) if self.spread else 0] if alive else None

    def expire(self) -> None:
        """Let the time for acknowledging run out for everything that is on its way."""
        for link in self.links:
            link.fail("timeout")

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask for new connections, as Slack does every few hours."""
        for link in list(self.links):
            link.retired = True
            with suppress(ConnectionError):
                await link.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}})

    def cut(self) -> None:
        """Break every connection off as a network does."""
        for link in list(self.links):
            if link.request.transport is not None:
                link.request.transport.abort()


def _envelope(id: str, delivery: Delivery, attempt: int, reason: str) -> Body:
    envelope: Body = {
        "envelope_id": id,
        "payload": delivery.payload,
        "type": delivery.kind,
        "accepts_response_payload": not delivery.is_event,
    }
    return envelope | ({"retry_attempt": attempt, "retry_reason": reason} if delivery.is_event else {})


def _acknowledge(link: Link, data: str) -> None:
    try:
        said: Any = json.loads(data)
    except ValueError:
        return
    waiting = link.open.get(said.get("envelope_id", ""))
    if waiting is not None and not waiting.done():
        waiting.set_result(said.get("payload") or {})
