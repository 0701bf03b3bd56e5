"""A whole chat in one of many workspaces: Slack calls by HTTP, and every id says which workspace it is in."""

from pathlib import Path
from random import Random

from cryptography.fernet import Fernet
from slack_house import CHANNELS, config_on_slack, counting
from slack_http_house import HttpHouse
from slack_loopback.server import BOT_TOKEN, SECRET
from slack_loopback.workspace import APP, BOT, BOT_USER, TEAM
from slack_many import CLIENT_ID, CLIENT_SECRET, SITE
from slack_sdk.oauth.installation_store import Installation
from typing_extensions import override

from copbot.ports.platform import Inbox, Setup
from copbot.runtime.bot import Bot
from copbot.services.commands import SPECS
from copbot.store.keeping import KeepingTable
from copbot_slack.installations import Installations
from copbot_slack.names import SLACK
from copbot_slack.sealing import Seal
from copbot_slack.settings import read_settings
from copbot_slack.workspaces import Workspaces

KEY = Fernet.generate_key().decode()


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


class ManyHouse(HttpHouse):
    """The house for one workspace, where any number could be."""

    @override
    def settings(self) -> dict[str, str]:
        app = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "signing_secret": SECRET}
        return {**app, "encryption_keys": KEY, "public_url": SITE, "api_url": self.slack.api_url}

    @override
    def renew(self) -> None:
        self._bots += 1
        self.alive = True
        raw = self.settings()
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
    def called(self, id: str) -> str:
        return super().called(id.removeprefix(f"{TEAM}."))
