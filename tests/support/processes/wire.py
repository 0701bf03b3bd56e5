"""What room and bots say to each other: whole values, each in a frame of its own, over a socket."""

import asyncio
import pickle
from dataclasses import dataclass
from typing import Any

from copbot.domain.heard import Heard
from copbot.errors import PlatformError


@dataclass(frozen=True, slots=True)
class Ask:
    """The bot asks the room for something: the name of a method and what it is called with."""

    number: int
    pid: int
    verb: str
    values: tuple[Any, ...]
    names: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """What came of an Ask. ``trouble`` instead: the class of an error of the port and what is in it."""

    number: int
    value: Any = None
    trouble: tuple[type[PlatformError], dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Listen:
    """A bot wants to hear from now on."""

    pid: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something that people did."""

    number: int
    heard: Heard


@dataclass(frozen=True, slots=True)
class Taken:
    """The bot has committed an Event."""

    number: int


async def read(reader: asyncio.StreamReader) -> Any:
    """The next value. Raises EOFError or ConnectionError when the other side is gone."""
    size = int.from_bytes(await reader.readexactly(4))
    return pickle.loads(await reader.readexactly(size))


def write(writer: asyncio.StreamWriter, value: object) -> None:
    """Put a value on its way, whole and at once."""
    body = pickle.dumps(value)
    writer.write(len(body).to_bytes(4) + body)
