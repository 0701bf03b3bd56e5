"""One stored Slack message, from the socket's frame to the commit of its response, against a bare slack-bolt app that inserts a row.

CPU time of this process. Both hear the same talk from sources in processes of their own; the peer is Bolt as its pages show it, over
slack_sdk's Socket Mode client for aiohttp, with one inline INSERT for each message, equally durable (WAL, synchronous=FULL).
"""

import asyncio
import shutil
import sqlite3
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from typing_extensions import override

from copbot.ports.keeping import Keeping
from copbot.ports.platform import Setup
from copbot.resources import data_dir
from copbot.store.migrate import migrate
from copbot_slack import make
from copbot_slack.names import SLACK
from tests.benchmarks.hearing_peers import INSERT, TABLE
from tests.benchmarks.hearing_room import WAITING, LiveChat
from tests.benchmarks.measuring import Figure, microseconds, taking_turns
from tests.benchmarks.slack_frames import Source, kept, note_latencies
from tests.benchmarks.talking import Talkers

MESSAGES = 1500
ROUNDS = 7
RATES = (100, 1000)
SECONDS = 4
AT_MOST = 0.5
OUTSTANDING = 2 * WAITING
"""So that batches are as large as hearing's: while one is committed, the next one fills."""

SOCKETS = 2
"""As copbot opens by itself."""


def slack_stored(folder: Path) -> Figure:
    """Both in this process, on files in the same folder."""
    url = f"sqlite:///{folder / 'copbot.sqlite3'}"
    migrate(url)
    with asyncio.Runner() as runner:
        ours, peer = SlackChat(url, runner, folder), BarePeer(runner, folder)
        mine, theirs = taking_turns(ours, peer, ROUNDS)
        for rate in RATES:
            note_latencies(ours.at(rate), rate)
        peer.close()
        ours.close()
    return Figure(microseconds(mine / MESSAGES), microseconds(theirs / MESSAGES), mine / theirs, AT_MOST)


class NothingKept(Keeping):
    """Hearing keeps nothing."""

    @override
    async def get(self, key: str) -> bytes | None:
        return None

    @override
    async def put(self, key: str, value: bytes) -> None:
        raise NotImplementedError

    @override
    async def forget(self, key: str) -> None:
        raise NotImplementedError


class SlackChat(LiveChat):
    """Ours: the live chat of hearing, heard through the Slack adapter."""

    def __init__(self, url: str, runner: asyncio.Runner, folder: Path) -> None:
        super().__init__(url, runner, MESSAGES, config=_config_on_slack(folder / "config"), platform=SLACK)
        self._source = runner.run(Source.open(folder, SOCKETS))
        settings = {"bot_token": "xoxb-loopback", "app_token": "xapp-loopback", "api_url": self._source.api_url}
        self._slack = make(Setup((), self._clock, NothingKept(), settings))
        self._running = runner.get_loop().create_task(self._slack.run(self._bot.hear))

    @override
    def close(self) -> None:
        self._running.cancel()
        self._runner.run(asyncio.wait([self._running]))
        self._runner.run(self._source.close())
        super().close()

    @override
    async def _play(self) -> None:
        await self._source.play(outstanding=OUTSTANDING)

    def at(self, rate: int) -> list[float]:
        """The seconds from frame to acknowledgement while so many come in a second."""
        self._say(rate * SECONDS)
        took = self._runner.run(self._source.play(rate=rate))
        self.check()
        return took

    @override
    def _say(self, messages: int) -> None:
        super()._say(messages)
        said = {each.message: each for each in self._talk.said}
        self._talk.stored.update({id: kept(said[id], text) for id, text in self._talk.stored.items()})
        self._source.load(self._talk.said)


class BarePeer:
    """Bolt with one listener."""

    def __init__(self, runner: asyncio.Runner, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "peer.sqlite3", isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(TABLE)
        self._runner = runner
        self._talkers = Talkers()
        self._heard = self._expected = 0
        self._all = asyncio.Event()
        self._source = runner.run(Source.open(folder, sockets=1))
        self._handler = runner.run(self._connected())

    def close(self) -> None:
        """Disconnect."""
        self._runner.run(self._handler.close_async())  # type: ignore[no-untyped-call] # Bolt's
        self._runner.run(self._source.close())
        self._connection.close()

    def prepare(self) -> None:
        self._source.load(self._talkers.say(MESSAGES).said)
        self._expected += MESSAGES

    def work(self) -> None:
        self._runner.run(self._hear())

    def check(self) -> None:
        assert self._connection.execute("SELECT count(*) FROM heard").fetchone() == (self._expected,)

    async def _hear(self) -> None:
        self._all.clear()
        await self._source.play(outstanding=OUTSTANDING)
        if self._heard < self._expected:
            await self._all.wait()

    async def _connected(self) -> AsyncSocketModeHandler:
        app = AsyncApp(client=_client(self._source))
        app.event("message")(self._insert)
        handler = AsyncSocketModeHandler(app, "xapp-loopback", web_client=_client(self._source))
        handler.client.proxy = None  # loopback addresses are not behind a proxy
        await handler.connect_async()  # type: ignore[no-untyped-call] # Bolt's
        return handler

    async def _insert(self, event: dict[str, Any]) -> None:
        values = ("slack", event["channel"], event["ts"], event["user"], event.get("thread_ts"), "answer", event["text"], event["event_ts"])
        self._connection.execute(INSERT, values)
        self._heard += 1
        if self._heard == self._expected:
            self._all.set()


def _config_on_slack(folder: Path) -> Path:
    shutil.copytree(data_dir("config"), folder)
    for file in (folder / "communities").iterdir():
        file.write_text(file.read_text("utf-8").replace("platform: room", "platform: slack"), "utf-8")
    return folder


def _client(source: Source) -> AsyncWebClient:
    client = AsyncWebClient("xoxb-loopback", source.api_url)
    client.proxy = None
    return client
