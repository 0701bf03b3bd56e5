"""An ASGI application behind a real server, in a thread of its own, for tests with a real browser."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import uvicorn
from typing_extensions import override

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Served:
    """An application that is being served. ``loop`` is the event loop it lives on, ``stop`` ends it as a crash would."""

    url: str
    loop: asyncio.AbstractEventLoop
    stop: Callable[[], None]

    def start(self, work: Coroutine[Any, Any, object]) -> None:
        """Begin something on the application's own loop that runs until that ends."""
        asyncio.run_coroutine_threadsafe(work, self.loop)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the application's own loop, at most ten seconds."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)


class _Server(uvicorn.Server):
    """Says when it is ready, which uvicorn's own server does not."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def serve(build: Callable[[], Any], port: int) -> Served:
    """Build an application in a new thread and serve it on this port of the loopback address."""
    ready = threading.Event()
    found: list[Served] = []

    async def life() -> None:
        config = uvicorn.Config(build(), host="127.0.0.1", port=port, log_level="warning", lifespan="off", ws="websockets-sansio")
        server = _Server(config)
        serving = asyncio.create_task(server.serve())

        def stop() -> None:
            server.should_exit = server.force_exit = True
            thread.join(10)

        await server.ready.wait()
        found.append(Served(f"http://127.0.0.1:{port}", asyncio.get_running_loop(), stop))
        ready.set()
        await serving

    thread = threading.Thread(target=lambda: asyncio.run(life()), daemon=True)
    thread.start()
    if not ready.wait(10):
        raise TimeoutError("the server did not start")
    return found[0]


def free_port() -> int:
    """A port that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
