"""discord.py's socket, and as much of a client around it as it asks for.

What it takes from a client (``DiscordWebSocket.from_client`` and ``.identify``) is in no documentation, so that another discord.py may want
something else: ``check_library`` says so.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import structlog
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient
from typing_extensions import override

from copbot.errors import ConfigurationError
from copbot.kit.frames import parsed
from copbot_discord.intake import Intake
from copbot_discord.names import DISCORD

LIBRARY = (2, 7)
GOODBYE_IN = 1.0
GOING_AWAY = 1000
SESSIONS = ("READY", "RESUMED")
"""discord.py's socket reads these itself."""

UNREADABLE = "(unreadable)"
"""Among the parsers: what takes the error of a frame that is no event of any kind."""

log = structlog.get_logger(__name__)


def check_library(installed: tuple[int, int] = discord.version_info[:2]) -> None:
    """Raises ConfigurationError for a discord.py whose socket may be another one."""
    if installed != LIBRARY:
        wanted, found = (".".join(map(str, version)) for version in (LIBRARY, installed))
        raise ConfigurationError(f"copbot needs discord.py {wanted}, not {found}: pip install 'discord.py=={wanted}.*'")


class Socket(DiscordWebSocket):
    """One connection. What cannot be read does not end it. ``began``: Discord has said that it begins a session."""

    began = False

    def read_without_timeouts(self) -> None:
        """A timeout for each frame costs as much as the frame; the thread that keeps time for a connection ends one that is silent, too."""
        self._max_heartbeat_timeout = None  # type: ignore[assignment] # given to aiohttp, which takes None for none

    @override
    async def received_message(self, msg: Any, /) -> None:
        if type(msg) is bytes:
            msg = self._decompressor.decompress(msg)
            if msg is None:
                return
        try:
            frame = parsed(msg)
            event, sequence = frame.get("t"), frame.get("s")
        except (AttributeError, ValueError, RecursionError) as error:
            self._discord_parsers[UNREADABLE](error)
            return
        parser = self._discord_parsers.get(event)
        if parser is None or event in SESSIONS:
            self.began = self.began or event == "READY"
            await super().received_message(msg)
            return
        self.sequence = sequence
        if self._keep_alive:
            self._keep_alive.tick()
        parser(frame.get("d"))


class Client:
    """What discord.py's sockets ask of the client they belong to; ``sockets`` are those that were opened."""

    _enable_debug_events = False

    def __init__(self, http: HTTPClient, intents: int, shards: int, intake: Intake, silence: float) -> None:
        self.http = http
        self.loop = asyncio.get_running_loop()
        self._connection = _State(intents, shards, intake, silence)

    def dispatch(self, *_: object) -> None:
        """Nobody else listens."""

    async def aclose(self) -> None:
        """Close every connection, whatever the other side does."""
        await asyncio.gather(*(_closed(socket) for socket in self._connection.sockets))


class _State:
    """What they ask of its state."""

    _activity = _status = None

    def __init__(self, intents: int, shards: int, intake: Intake, silence: float) -> None:
        self.heartbeat_timeout = silence
        self.sockets: list[DiscordWebSocket] = []
        self.shard_count = shards
        self._intents = SimpleNamespace(value=intents)
        self.parsers: Mapping[str, Callable[[Any], None]] = {
            **intake.parsers(),
            **dict.fromkeys(SESSIONS, _nothing),
            UNREADABLE: partial(intake.unreadable, "frame"),
        }

    async def call_hooks(self, *_: object, **__: object) -> None:
        """Turns to identify are taken elsewhere."""

    def _update_references(self, socket: DiscordWebSocket) -> None:
        self.sockets = [known for known in self.sockets if known.open] + [socket]


def _nothing(_: object) -> None:
    """What is to be done beyond what the socket does."""


async def _closed(socket: DiscordWebSocket) -> None:
    try:
        async with asyncio.timeout(GOODBYE_IN):
            await socket.close(GOING_AWAY)
    except (TimeoutError, ConnectionError, aiohttp.ClientError):
        log.info("Discord did not say goodbye", action="goodbye_late", platform=DISCORD)
