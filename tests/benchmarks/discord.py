"""One stored Discord message, from the gateway's frame to the commit of its response, against a bare discord.py client that inserts a row.

CPU time of this process. Both hear the same talk from sources in processes of their own; the peer is discord.py as its pages show it, with
one inline INSERT for each message, equally durable (WAL, synchronous=FULL).
"""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from typing_extensions import override

from copbot.domain.heard import Heard
from copbot.ports.platform import Setup
from copbot.resources import data_dir
from copbot.store.migrate import migrate
from copbot_discord import make
from copbot_discord.names import DISCORD
from tests.benchmarks.discord_frames import Source, kept, named, numbered
from tests.benchmarks.hearing_peers import INSERT, TABLE
from tests.benchmarks.hearing_room import WAITING, LiveChat
from tests.benchmarks.measuring import Figure, microseconds, taking_turns
from tests.benchmarks.slack import NothingKept
from tests.benchmarks.talking import CHANNEL, Talkers

MESSAGES = 1500
ROUNDS = 7
AT_MOST = 1.0
OUTSTANDING = 2 * WAITING
"""So that batches are as large as hearing's: while one is committed, the next one fills."""

TOKEN = "ODAwMDAwMDAwMDAwMDAwMDAy.loopback.token"


def discord_stored(folder: Path) -> Figure:
    """Both in this process, on files in the same folder."""
    url = f"sqlite:///{folder / 'copbot.sqlite3'}"
    migrate(url)
    with asyncio.Runner() as runner:
        ours, peer = DiscordChat(url, runner, folder), BarePeer(runner, folder)
        mine, theirs = taking_turns(ours, peer, ROUNDS)
        peer.close()
        ours.close()
    return Figure(microseconds(mine / MESSAGES), microseconds(theirs / MESSAGES), mine / theirs, AT_MOST)


class Registered(NothingKept):
    """Only that the commands are registered is kept, and forgotten."""

    @override
    async def put(self, key: str, value: bytes) -> None:
        """Nobody asks for it again."""


class DiscordChat(LiveChat):
    """Ours: the live chat of hearing, heard through the Discord adapter."""

    def __init__(self, url: str, runner: asyncio.Runner, folder: Path) -> None:
        super().__init__(url, runner, MESSAGES, config=_config_on_discord(folder / "config"), platform=DISCORD, named=named)
        self._source = runner.run(Source.open(folder))
        settings = {"token": TOKEN, "api_url": self._source.api_url, "gateway_url": self._source.gateway_url}
        self._discord = make(Setup((), self._clock, Registered(), settings))
        self._running = runner.get_loop().create_task(self._discord.run(self._inbox))

    @override
    def close(self) -> None:
        self._running.cancel()
        self._runner.run(asyncio.wait([self._running]))
        self._runner.run(self._source.close())
        super().close()

    @override
    async def _play(self) -> None:
        await self._source.play(OUTSTANDING)

    @override
    def _say(self, messages: int) -> None:
        super()._say(messages)
        said = {each.message: each for each in self._talk.said}
        stored = {numbered(said[id]): kept(said[id], text) for id, text in self._talk.stored.items()}
        self._talk.stored.clear()
        self._talk.stored.update(stored)
        self._source.load(self._talk.said)

    async def _inbox(self, *heard: Heard) -> None:
        await self._bot.hear(*heard)
        self._source.heard(len(heard))


class BarePeer:
    """discord.py with one listener."""

    def __init__(self, runner: asyncio.Runner, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "peer.sqlite3", isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(TABLE)
        self._runner = runner
        self._talkers = Talkers()
        self._expected = 0
        self._source = runner.run(Source.open(folder))
        self._client = Inserting(self._connection, self._source)
        with _addressed(self._source):
            self._running = runner.get_loop().create_task(self._client.start(TOKEN))
            runner.run(self._client.connected.wait())

    def close(self) -> None:
        """Disconnect."""
        self._runner.run(self._client.close())
        self._runner.run(asyncio.wait([self._running]))
        self._runner.run(self._source.close())
        self._connection.close()

    def prepare(self) -> None:
        self._source.load(self._talkers.say(MESSAGES).said)
        self._expected += MESSAGES

    def work(self) -> None:
        self._runner.run(self._source.play(OUTSTANDING))

    def check(self) -> None:
        assert self._connection.execute("SELECT count(*) FROM heard").fetchone() == (self._expected,)


class Inserting(discord.Client):
    """A client that inserts a row for each message."""

    def __init__(self, connection: sqlite3.Connection, source: Source) -> None:
        intents = discord.Intents.default()
        intents.message_content = True
        super().__init__(intents=intents)
        self.connected = asyncio.Event()
        self._rows = connection
        self._source = source

    async def on_ready(self) -> None:
        """It is connected."""
        self.connected.set()

    async def on_message(self, message: discord.Message) -> None:
        """Store it."""
        if message.author == self.user:
            return
        thread = str(message.channel.id) if isinstance(message.channel, discord.Thread) else None
        channel = str(message.channel.parent_id) if isinstance(message.channel, discord.Thread) else str(message.channel.id)
        at = message.created_at.isoformat()
        self._rows.execute(INSERT, (DISCORD, channel, str(message.id), str(message.author.id), thread, "answer", message.content, at))
        self._source.heard()


@contextmanager
def _addressed(source: Source) -> Iterator[None]:
    """discord.py knows no other address than Discord's, but in these two places."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = source.api_url, yarl.URL(source.gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


def _config_on_discord(folder: Path) -> Path:
    shutil.copytree(data_dir("config"), folder)
    for file in (folder / "communities").iterdir():
        text = file.read_text("utf-8").replace("platform: room", "platform: discord")
        file.write_text(text.replace(f"  channel: {CHANNEL.channel}\n", f'  channel: "{named(CHANNEL.channel)}"\n'), "utf-8")
    return folder
