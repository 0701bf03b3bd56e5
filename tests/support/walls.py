"""Platforms that only take posts, and take as long for each as a test wants."""

import asyncio

from typing_extensions import override

from copbot.domain.message import Message
from copbot.domain.place import Place, Posted
from copbot.ports.clock import Clock
from copbot_room import Room
from copbot_room.server import RoomServer
from copbot_room.settings import read_settings


class Wall(Room):
    """Every post stands there at once, but the answer to one in a channel of ``slow`` waits for ``go``."""

    def __init__(self, name: str, clock: Clock) -> None:
        super().__init__(RoomServer(read_settings({"channels": [{"id": "slt", "title": "slt"}], "live": False}), clock), ())
        self.name = name
        self.slow: set[str] = set()
        self.go = asyncio.Event()
        self.stands: list[str] = []

    @override
    async def post(self, place: Place, message: Message, *, key: str) -> Posted:
        self.stands.append(key)
        if place.channel in self.slow:
            await self.go.wait()
        return Posted(place, key)

    @override
    async def find(self, place: Place, *, key: str) -> Posted | None:
        return Posted(place, key) if key in self.stands else None
