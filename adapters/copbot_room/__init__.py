"""The room: a small chat server of copbot's own, its web page, and the adapter to it."""

from copbot_room.people import People
from copbot_room.platform import Room, make
from copbot_room.server import RoomServer

__all__ = ["People", "Room", "RoomServer", "make"]
