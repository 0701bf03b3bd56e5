"""The room behind a real server, and chromium in front of it."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import uvicorn

from copbot.ports.platform import CommandSpec, Setup
from copbot_room import Room, make

T = TypeVar("T")
CHROMIUM = os.environ.get("COPBOT_CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
COMMANDS = (
    CommandSpec("help", "What copbot can do here", "/cop help"),
    CommandSpec("schedule", "Plan a chat", "/cop schedule [set=ID] [at=TIME]", ("set", "at"), opens_form=True),
    CommandSpec("next", "Ask the next question now", "/cop next"),
    CommandSpec("privacy", "See and change what is kept about you", "/cop privacy"),
)


class FastClock:
    """Starts on the evening of the chat and runs thirty times as fast."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        return datetime(2018, 1, 31, 19, 31, 5, tzinfo=UTC) + timedelta(seconds=30 * (time.monotonic() - self._began))


class NothingKept:
    """Nothing to remember."""

    async def get(self, key: str) -> bytes | None:
        return None

    async def put(self, key: str, value: bytes) -> None: ...

    async def forget(self, key: str) -> None: ...


SETTINGS = {
    "channels": [
        {"id": "resnetslt", "title": "resnetslt", "purpose": "Research network of speech and language therapists"},
        {"id": "journal-club", "title": "journal-club", "purpose": "One paper a month"},
        {"id": "backstage", "title": "backstage", "purpose": "Hosts only", "hosts": True},
    ],
    "personas": [
        {"id": "sally", "name": "Sally", "host": True},
        {"id": "maria", "name": "Maria Lindqvist", "time_zone": "Europe/Stockholm"},
        {"id": "tom", "name": "Tom"},
    ],
    "speed": 30,
}


@dataclass
class Running:
    """A room that is being served, and the loop it lives on."""

    room: Room
    loop: asyncio.AbstractEventLoop
    url: str
    stop: Callable[[], None]

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the room's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)


def serve(path: Path, port: int) -> Running:
    """Serve a room from its file, in a thread of its own."""
    ready = threading.Event()
    found: list[Running] = []

    async def life() -> None:
        room = make(Setup(COMMANDS, FastClock(), NothingKept(), {**SETTINGS, "path": str(path)}))
        server = uvicorn.Server(uvicorn.Config(room.http, host="127.0.0.1", port=port, log_level="warning", lifespan="off", ws="websockets-sansio"))
        serving = asyncio.create_task(server.serve())
        loop = asyncio.get_running_loop()

        def stop() -> None:
            server.should_exit = server.force_exit = True
            thread.join(10)

        while not server.started:
            await asyncio.sleep(0.01)
        found.append(Running(room, loop, f"http://127.0.0.1:{port}", stop))
        ready.set()
        await serving
        room.server.state.close()

    thread = threading.Thread(target=lambda: asyncio.run(life()), daemon=True)
    thread.start()
    assert ready.wait(10), "the room did not start"
    return found[0]


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A served room in a file of its own."""
    served = serve(tmp_path / "room.sqlite3", free_port())
    yield served
    served.stop()
