"""Whole chats in Slack's HTTP mode: Slack posts to the bot's own web server, and signs."""

import asyncio
import json
from contextlib import AsyncExitStack

from slack_house import SlackHouse
from slack_loopback.callbacks import Callbacks
from slack_loopback.server import BOT_TOKEN, SECRET, Loopback
from slack_loopback.workspace import Workspace
from slack_serving import served
from typing_extensions import override

from copbot.content import Content
from copbot.store.store import SqlStore

NEVER_MIND = json.dumps({"type": "event_callback", "team_id": "T0NOBODY", "event": {"type": "team_join"}})


class HttpHouse(SlackHouse):
    """The house behind a web server. Slack's signatures are of today, or they would be years old."""

    def __init__(self, slack: Loopback, store: SqlStore, content: Content, moment: str) -> None:
        super().__init__(slack, store, content, moment)
        slack.callbacks = Callbacks(Workspace(), SECRET)
        self._servers = AsyncExitStack()

    @override
    def settings(self) -> dict[str, str]:
        return {"bot_token": BOT_TOKEN, "signing_secret": SECRET, "mode": "http", "api_url": self.slack.api_url}

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
