"""A process with Slack's adapter for many workspaces, behind a web server of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from slack_bots import Passing
from slack_loopback.server import SECRET
from slack_many import CLIENT_ID, CLIENT_SECRET, SITE, ManySlacks
from slack_serving import served

from copbot.domain.heard import Heard, Interaction
from copbot.domain.message import Reply
from copbot.ports.keeping import Keeping
from copbot.ports.platform import Setup
from copbot_slack import make
from copbot_slack.workspaces import Workspaces


class Copbot:
    """``heard`` is what its inbox has taken; to each interaction it tells the next of ``replies``. ``down``: its database is away.
    ``run`` is its one run."""

    def __init__(self, platform: Workspaces, clock: Passing) -> None:
        self.platform = platform
        self.clock = clock
        self.heard: list[Heard] = []
        self.replies: list[Reply] = []
        self.down = False
        self.run: asyncio.Task[None] = asyncio.get_running_loop().create_task(platform.run(self.inbox))

    async def inbox(self, *heard: Heard) -> None:
        """As the core does: what is told is told before it returns."""
        if self.down:
            raise ConnectionError("down")
        for one in heard:
            self.heard.append(one)
            if isinstance(one, Interaction) and self.replies:
                await self.platform.tell(one, self.replies.pop(0))


def settings_on(many: ManySlacks, keys: str) -> dict[str, Any]:
    """What an operator sets."""
    app = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "signing_secret": SECRET}
    return {**app, "encryption_keys": keys, "public_url": SITE, "api_url": many.api_url}


def workspaces_on(many: ManySlacks, keeping: Keeping, keys: str, clock: Passing) -> Workspaces:
    """The adapter, as its entry point makes it."""
    platform = make(Setup((), clock, keeping, settings_on(many, keys)))
    assert isinstance(platform, Workspaces)
    return platform


@asynccontextmanager
async def copbot_on(many: ManySlacks, keeping: Keeping, keys: str) -> AsyncIterator[Copbot]:
    """Start it, and stop it as a crash does."""
    clock = Passing()
    copbot = Copbot(workspaces_on(many, keeping, keys, clock), clock)
    async with served(copbot.platform.http) as url:
        many.post_to(url)
        yield copbot
        copbot.run.cancel()
        with suppress(asyncio.CancelledError):
            await copbot.run
