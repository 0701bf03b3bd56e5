"""The rig of the contract for many workspaces: the same Slack, one of several workspaces in it, and ids that say which."""

import asyncio
from collections.abc import Mapping

from cryptography.fernet import Fernet
from slack_loopback.server import BOT_TOKEN, SECRET, Loopback
from slack_loopback.workspace import APP, BOT, BOT_USER, TEAM
from slack_many import CLIENT_ID, CLIENT_SECRET, SITE
from slack_rig import SlackRig
from slack_sdk.oauth.installation_store import Installation
from slack_serving import served
from typing_extensions import override

from copbot.domain.place import Person, Place
from copbot.ports.platform import Setup
from copbot.testing.rig import Seen, SeenForm
from copbot_slack import Slack, make
from copbot_slack.installations import Installations
from copbot_slack.sealing import Seal
from copbot_slack.teams import Bare, Full

FULL, BARE = Full(TEAM), Bare(TEAM)


class ManyRig(SlackRig):
    """What the test names in full goes to the loopback Slack bare."""

    channel = FULL.place(SlackRig.channel)
    nowhere = FULL.place(SlackRig.nowhere)
    ada = FULL.person(SlackRig.ada)
    ben = FULL.person(SlackRig.ben)

    def __init__(self, slack: Loopback) -> None:
        self._key = Fernet.generate_key().decode()
        super().__init__(slack, "http")

    @override
    def _new(self) -> Slack:
        raw = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "signing_secret": SECRET, "encryption_keys": self._key}
        raw |= {"public_url": SITE, "api_url": self.slack.api_url}
        return make(Setup((), self.clock, self.kept, raw))  # type: ignore[return-value] # many of them, by the same port

    async def install(self) -> None:
        """As if somebody had gone the way."""
        came = Installation(app_id=APP, team_id=TEAM, bot_token=BOT_TOKEN, bot_id=BOT, bot_user_id=BOT_USER, user_id="U0SALLY")
        await Installations(self.kept, Seal([self._key]), self.clock).async_save(came)

    @override
    async def connect(self) -> None:
        if self._run is not None and not self._run.done():
            return
        if self._run is None:
            self.slack.post_to(await self._server.enter_async_context(served(self.platform.http)))
        self._run = asyncio.create_task(self._stay())
        await asyncio.sleep(0)
        self.slack.deliveries.hurry()

    @override
    async def say(self, person: Person, place: Place, text: str) -> str:
        return await super().say(BARE.person(person), BARE.place(place), text)

    @override
    async def edit(self, person: Person, place: Place, message: str, text: str) -> None:
        await super().edit(BARE.person(person), BARE.place(place), message, text)

    @override
    async def remove(self, person: Person, place: Place, message: str) -> None:
        await super().remove(BARE.person(person), BARE.place(place), message)

    @override
    async def react(self, person: Person, place: Place, message: str, emoji: str, *, on: bool) -> None:
        await super().react(BARE.person(person), BARE.place(place), message, emoji, on=on)

    @override
    async def press(self, person: Person, place: Place, message: str, label: str) -> None:
        await super().press(BARE.person(person), BARE.place(place), message, label)

    @override
    async def command(self, person: Person, place: Place, text: str) -> None:
        await super().command(BARE.person(person), BARE.place(place), text)

    @override
    async def fill(self, person: Person, fields: Mapping[str, str]) -> None:
        await super().fill(BARE.person(person), fields)

    @override
    async def shown(self, place: Place, to: Person) -> list[Seen]:
        return await super().shown(BARE.place(place), BARE.person(to))

    @override
    async def told(self, person: Person) -> list[str]:
        return await super().told(BARE.person(person))

    @override
    async def form(self, person: Person) -> SeenForm | None:
        return await super().form(BARE.person(person))
