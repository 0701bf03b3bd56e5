"""The one web server: whether copbot is well, and at ``/`` what an adapter offers."""

import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route

from copbot.errors import ConfigurationError

Checks = Callable[[], Mapping[str, bool]]
"""Names what must be so for copbot to be ready."""


def make_app(pages: Sequence[Any], ready: Checks) -> Starlette:
    """The application. ``pages`` are ASGI applications of adapters."""

    async def healthz(_request: Request) -> JSONResponse:
        return JSONResponse({"ok": True})

    async def readyz(_request: Request) -> JSONResponse:
        checks = ready()
        return JSONResponse(dict(checks), 200 if all(checks.values()) else 503)

    routes: list[BaseRoute] = [Route("/healthz", healthz), Route("/readyz", readyz)]
    routes += [Mount("/", page) for page in pages]
    return Starlette(routes=routes)


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

    def __init__(self, app: Starlette) -> None:
        super().__init__(
            uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="websockets-sansio", timeout_graceful_shutdown=2)
        )

    async def serve_on(self, listening: socket.socket) -> None:
        """Serve until ``stop``."""
        await self._serve([listening])

    def stop(self) -> None:
        """Finish what is open, then return from ``serve_on``."""
        self.should_exit = True
