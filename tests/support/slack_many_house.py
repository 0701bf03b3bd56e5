"""A whole chat in one of many workspaces: Slack calls by HTTP, and every id says which workspace it is in."""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

from cryptography.fernet import Fernet
from slack_house import CHANNELS, SlackHouse, config_on_slack, counting
from slack_loopback.callbacks import Callbacks
from slack_loopback.server import BOT_TOKEN, SECRET, Loopback
from slack_loopback.workspace import APP, BOT, BOT_USER, TEAM, Workspace
from slack_many import CLIENT_ID, CLIENT_SECRET, SITE
from slack_sdk.oauth.installation_store import Installation
from slack_serving import served
from typing_extensions import override

from copbot.content import Content
from copbot.ports.platform import Inbox, Setup
from copbot.runtime.bot import Bot
from copbot.services.commands import SPECS
from copbot.store.keeping import KeepingTable
from copbot.store.store import SqlStore
from copbot_slack.installations import Installations
from copbot_slack.names import SLACK
from copbot_slack.sealing import Seal
from copbot_slack.settings import read_settings
from copbot_slack.workspaces import Workspaces

KEY = Fernet.generate_key().decode()
NEVER_MIND = json.dumps({"type": "event_callback", "team_id": "T0NOBODY", "event": {"type": "team_join"}})


def config_of_many(folder: Path) -> Path:
    """The shipped config folder with the community's channels named in full."""
    config = config_on_slack(folder)
    file = config / "communities" / "resnetslt.yaml"
    text = file.read_text(encoding="utf-8")
    for channel in CHANNELS.values():
        text = text.replace(f"channel: {channel}\n", f"channel: {TEAM}.{channel}\n")
    file.write_text(text, encoding="utf-8")
    return config


class _Counting(Workspaces):
    """The adapter, counting."""

    busy = 0

    @override
    async def run(self, inbox: Inbox) -> None:
        await super().run(counting(self, inbox))


class ManyHouse(SlackHouse):
    """The house for one workspace, behind a web server. Slack's signatures are of today, or they would be years old."""

    def __init__(self, slack: Loopback, store: SqlStore, content: Content, moment: str) -> None:
        super().__init__(slack, store, content, moment)
        slack.callbacks = Callbacks(Workspace(), SECRET)
        self._servers = AsyncExitStack()

    @override
    def renew(self) -> None:
        self._bots += 1
        self.alive = True
        app = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "signing_secret": SECRET}
        raw = {**app, "encryption_keys": KEY, "public_url": SITE, "api_url": self.slack.api_url}
        keeping = KeepingTable(self.store, SLACK)
        self.adapter = _Counting(read_settings(raw), Setup(SPECS, self.clock, keeping, raw))  # type: ignore[assignment] # by the same port
        chance, owner = Random(self._bots), f"bot {self._bots}"
        self.bot = Bot(self.store, self.content, [self.adapter], self.clock, self.clock, random=chance, owner=owner)

    @override
    async def start(self) -> None:
        came = Installation(app_id=APP, team_id=TEAM, bot_token=BOT_TOKEN, bot_id=BOT, bot_user_id=BOT_USER, user_id="U0SALLY")
        await Installations(KeepingTable(self.store, SLACK), Seal([KEY]), self.clock).async_save(came)
        await super().start()

    @override
    async def connected(self) -> None:
        self.slack.post_to(await self._servers.enter_async_context(served(self.adapter.http)))
        while (await self.slack.callbacks.post(NEVER_MIND, "application/json"))[0] != 200:  # noqa: ASYNC110 - it does not say when it listens
            await asyncio.sleep(0.01)
        self.slack.deliveries.hurry()
        await self.settled()
        await self.bot.reconcile()

    @override
    async def cut(self) -> None:
        """Take the web server away, until ``connected``."""
        await self._servers.aclose()

    @override
    def called(self, id: str) -> str:
        return super().called(id.removeprefix(f"{TEAM}."))
