"""The one web server: whether copbot is well, what it measures, and at ``/`` what an adapter offers."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from copbot.errors import ConfigurationError

OK = "ok"
Ready = Callable[[], Awaitable[Mapping[str, str]]]
"""For each thing that must be so for copbot to be ready ``ok``, or what is wrong with it."""

Metrics = Callable[[], Awaitable[bytes]]
"""What Prometheus reads."""


def make_app(ready: Ready, metrics: Metrics, metrics_type: str) -> Starlette:
    """The application, without the pages of adapters."""

    async def healthz(_request: Request) -> JSONResponse:
        """The process lives and its loop turns: that it answers says so."""
        return JSONResponse({"ok": True})

    async def readyz(_request: Request) -> JSONResponse:
        checks = await ready()
        is_ready = all(found == OK for found in checks.values())
        return JSONResponse({"ready": is_ready, "checks": dict(checks)}, 200 if is_ready else 503)

    async def measured(_request: Request) -> Response:
        return Response(await metrics(), media_type=metrics_type)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", measured)])


def take_port(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises ConfigurationError if the port is taken."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"Cannot listen on {host}:{port} ({reason}). Choose another port, or 0 for any free one.") from None
    return listening


class WebServer(uvicorn.Server):
    """uvicorn without its own signal handling: the process decides when to stop."""

    def __init__(self, ready: Ready, metrics: Metrics, metrics_type: str) -> None:
        self._app = make_app(ready, metrics, metrics_type)
        super().__init__(
            uvicorn.Config(
                self._app, log_config=None, access_log=False, lifespan="off", ws="websockets-sansio", timeout_graceful_shutdown=2
            )
        )

    def add_pages(self, pages: Iterable[Any]) -> None:
        """Serve ASGI applications of adapters from now on."""
        self._app.router.routes.extend(Mount("/", page) for page in pages)

    async def serve_on(self, listening: socket.socket) -> None:
        """Serve until cancelled; what is open then is finished within two seconds."""
        serving = asyncio.create_task(self._serve([listening]))
        try:
            await asyncio.shield(serving)
        finally:
            self.should_exit = True
            await serving
