"""A source of Slack's frames in a process of its own, so that nothing of it counts.

Answers ``auth.test`` and ``apps.connections.open``, says hello on each socket, and writes its address in a line. Then, for each line of
JSON on standard input, it sends the frames of a file, spread over all sockets: as fast as acknowledgements allow with ``outstanding``
unanswered, or ``rate`` of them a second. What is not acknowledged after three seconds is sent again. When all are, it writes a line with
the seconds that each took.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from aiohttp import WSMsgType, web

IDENTITY = {
    "ok": True,
    "url": "https://loopback.slack.com/",
    "team": "loopback",
    "team_id": "T0LOOPBACK",
    "user": "copbot",
    "user_id": "U0COPBOT",
    "bot_id": "B0COPBOT",
}
UNBOUNDED = 10**6
DEADLINE = 3.0


@dataclass(frozen=True, slots=True)
class Order:
    """What to send, on how many sockets. ``rate`` 0: as fast as acknowledgements allow."""

    file: str
    sockets: int
    outstanding: int = UNBOUNDED
    rate: int = 0


class Source:
    """The sockets that are open, and what is not acknowledged on them."""

    def __init__(self) -> None:
        self._sockets: list[web.WebSocketResponse] = []
        self._sent: dict[str, tuple[float, str]] = {}
        self._took: list[float] = []
        self._room = asyncio.Semaphore(0)
        self._changed = asyncio.Event()

    async def call(self, request: web.Request) -> web.Response:
        """A request to the Web API."""
        address = f"ws://{request.host}/link"
        return web.json_response({"ok": True, "url": address} if "connections" in request.path else IDENTITY)

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        """A socket, for as long as it lives."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0COPBOT"}}))
        self._sockets.append(socket)
        self._changed.set()
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                self._acknowledged(json.loads(frame.data)["envelope_id"])
        self._sockets.remove(socket)
        return socket

    async def play(self, order: Order) -> list[float]:
        """Send all frames; the seconds from sending to acknowledging, of each."""
        frames = Path(order.file).read_text("utf-8").splitlines()
        await self._until(lambda: len(self._sockets) >= order.sockets)
        self._took, self._room, began = [], asyncio.Semaphore(order.outstanding), perf_counter()
        again = asyncio.create_task(self._send_again())
        for number, frame in enumerate(frames):
            if order.rate:
                await asyncio.sleep(began + number / order.rate - perf_counter())
            await self._room.acquire()
            self._sent[json.loads(frame)["envelope_id"]] = perf_counter(), frame
            await self._send(number, frame)
        await self._until(lambda: not self._sent)
        again.cancel()
        return self._took

    async def _send(self, number: int, frame: str) -> None:
        await self._sockets[number % len(self._sockets)].send_str(frame)

    async def _send_again(self) -> None:
        while True:
            await asyncio.sleep(DEADLINE)
            late = [frame for at, frame in self._sent.values() if at < perf_counter() - DEADLINE]
            for number, frame in enumerate(late):
                await self._send(number, frame)

    def _acknowledged(self, id: str) -> None:
        if id in self._sent:
            self._took.append(perf_counter() - self._sent.pop(id)[0])
            self._room.release()
            self._changed.set()

    async def _until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            self._changed.clear()
            await self._changed.wait()


async def main() -> None:
    """Serve until standard input ends."""
    source, app = Source(), web.Application()
    app.router.add_post("/api/{method}", source.call)
    app.router.add_get("/link", source.link)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/api/", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await source.play(Order(**json.loads(line)))), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
