"""The room's page: one ASGI application without a lifespan. Full state at every connection, then what changed."""

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from copbot.errors import CopbotError, NotAllowed
from copbot.ports.platform import CommandSpec
from copbot_room.acting import act
from copbot_room.panes import HERE, Panes
from copbot_room.people import People
from copbot_room.view import Where

PUSH_EVERY = 0.1
"""Seconds between two pushes to one socket: a fast chat is a few pushes a second, not hundreds."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Page:
    """The handlers of the application."""

    def __init__(self, people: People, commands: Sequence[CommandSpec]) -> None:
        self._people = people
        self._panes = Panes(people, commands)

    async def show(self, request: Request) -> Response:
        """The page as its address says."""
        return HTMLResponse(self._panes.page(self._panes.where(request.query_params)), headers=HEADERS)

    async def file(self, request: Request) -> Response:
        """A file beside a message that this person sees."""
        where = self._panes.where(request.query_params)
        state, id = self._people.server.state, request.path_params["message"]
        owner = state.told.get(id) or state.entries.get(id)
        mine = [*self._people.told(where.persona.id), *(self._people.shown(owner.channel, owner.thread, where.persona.id) if owner else [])]
        number = request.path_params["number"]
        if owner is None or owner not in mine or number >= len(owner.files):
            raise HTTPException(404)
        file = owner.files[number]
        name = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in file.name)
        return Response(
            file.content, media_type=file.media_type, headers={**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        )

    async def socket(self, socket: WebSocket) -> None:
        """Push what changes, do what the person asks for. Pages of other sites are refused."""
        if urlsplit(socket.headers.get("origin", "")).netloc != socket.headers.get("host", ""):
            await socket.close(1008)
            return
        await socket.accept()
        await Connection(socket, self._people, self._panes).run()


class Connection:
    """One open page."""

    def __init__(self, socket: WebSocket, people: People, panes: Panes) -> None:
        self._socket = socket
        self._people = people
        self._panes = panes
        self._query = dict(socket.query_params)
        self._notice = ""
        self._changed = asyncio.Event()
        self._sent: dict[str, str] = {}

    async def run(self) -> None:
        """Until the page goes away. A push that fails ends the connection too: the page tries again by itself."""
        state = self._people.server.state
        state.watch(self._changed.set)
        self._changed.set()
        pushing = asyncio.create_task(self._push())
        receiving = asyncio.create_task(self._receive())
        try:
            ended, _ = await asyncio.wait((pushing, receiving), return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            state.unwatch(self._changed.set)
            pushing.cancel()
            receiving.cancel()

    async def _push(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            parts = self._panes.parts(self._where(), self._notice)
            fresh = [_pane(pane, inside) for pane, inside in parts.items() if self._sent.get(pane) != inside]
            self._sent = parts
            try:
                await self._socket.send_text("".join(fresh))
            except WebSocketDisconnect:
                return
            await asyncio.sleep(PUSH_EVERY)

    async def _receive(self) -> None:
        while True:
            try:
                data: Any = await self._socket.receive_json()
            except WebSocketDisconnect:
                return
            try:
                self._notice = ""
                await act(self._people, self._where(), data if isinstance(data, dict) else {})
            except NotAllowed as refused:
                self._notice = str(refused)
            except CopbotError as refused:
                self._notice = f"That did not work: {getattr(refused, 'reason', refused)}."
            self._changed.set()

    def _where(self) -> Where:
        return self._panes.where(self._query)


def page_app(people: People, commands: Sequence[CommandSpec]) -> Starlette:
    """The application, to be mounted at ``/``. Everything but the page itself is below ``/room/``."""
    page = Page(people, commands)
    hosts = sorted({people.server.settings.host, "127.0.0.1", "localhost"})
    return Starlette(
        routes=[
            Route("/", page.show),
            Route("/room/files/{message}/{number:int}", page.file),
            WebSocketRoute("/room/ws", page.socket),
            Mount("/room/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts)],
    )


def _pane(pane: str, inside: str) -> str:
    swap = "innerHTML" if pane == "form" else "innerMorph"  # a dialog that is open must be replaced, not patched
    return f'<div id="{pane}" hx-swap-oob="{swap}">{inside}</div>'
