"""Slack's ears and mouth without the rest of the adapter: connected to a loopback Slack, with an inbox that tests can steer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from slack_loopback.server import APP_TOKEN, BOT_TOKEN, SECRET, Loopback

from copbot.domain.heard import Heard, Interaction
from copbot.domain.message import Message, Reply
from copbot.domain.place import Person
from copbot.testing.clock import SteppingClock
from copbot_slack.account import Account
from copbot_slack.answering import Answers
from copbot_slack.http import Endpoint
from copbot_slack.intake import MOST_AT_ONCE, Intake
from copbot_slack.reaching import PostPrivately
from copbot_slack.settings import SlackSettings
from copbot_slack.socket import Patience, listen
from copbot_slack.web import Web

NOW = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)
Then = Callable[[Heard], Awaitable[None]]


async def nothing(*_: Heard) -> None:
    """What a core does that has nothing to say."""


async def until(seen: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until people see something; TimeoutError if it does not come about."""
    async with asyncio.timeout(seconds):
        while not seen():  # noqa: ASYNC110 - what people see does not say when it changes
            await asyncio.sleep(0.01)


class Listener:
    """``heard`` is what the inbox has taken; before it returns it does ``then``, as the core does that tells what it has committed."""

    def __init__(self, slack: Loopback, *, acknowledged_in: float = 2.5, mode: str = "socket") -> None:
        self.slack = slack
        self.settings = SlackSettings(BOT_TOKEN, APP_TOKEN, SECRET, api_url=slack.api_url, ping_seconds=0.5)
        if mode == "http":
            self.settings = replace(self.settings, mode="http")
        self.web = Web(self.settings)
        self.account = Account(self.web)
        self.answers = Answers(self.web, self.account, self._post, acknowledged_in)
        self.endpoint = Endpoint(self.settings) if mode == "http" else None
        self.heard: list[Heard] = []
        self.posted: list[tuple[Person, Message, str]] = []
        self.patience = Patience()
        self.most_at_once = MOST_AT_ONCE
        self.then: Then = nothing
        self.post: PostPrivately = self._note
        self.run: asyncio.Task[None] = asyncio.get_running_loop().create_task(asyncio.sleep(0))

    async def begin(self) -> asyncio.Task[None]:
        """Connect; gives the run, which ends as the adapter's does."""
        me = (await self.account.known()).me
        intake = Intake(me, SteppingClock(NOW), self.answers, self.inbox, self.most_at_once)
        hearing = listen(self.settings, self.web, me, intake, self.patience) if self.endpoint is None else self.endpoint.listen(me, intake)
        run = asyncio.create_task(hearing)
        await asyncio.sleep(0)
        return run

    async def start(self) -> None:
        """Connect; return once Slack can deliver on every socket."""
        wanted = self.slack.links.opened + self.settings.connections
        self.run = await self.begin()
        if self.endpoint is None:
            await self.slack.deliveries.until(lambda: self.slack.links.opened == wanted)

    async def stop(self) -> None:
        """Cut off, as a crash would."""
        self.run.cancel()
        await asyncio.gather(self.run, return_exceptions=True)

    async def inbox(self, *heard: Heard) -> None:
        """Take it all, then do with each what the test wants."""
        self.heard += heard
        for one in heard:
            await self.then(one)

    async def settled(self) -> None:
        """Wait until nothing is on its way any more."""
        await self.slack.deliveries.until(lambda: not self.slack.deliveries.flying)

    async def _post(self, person: Person, message: Message, key: str) -> None:
        await self.post(person, message, key)

    async def _note(self, person: Person, message: Message, key: str) -> None:
        self.posted.append((person, message, key))


def telling(bot: Listener, *replies: Reply) -> None:
    """Let the inbox tell these, one for each interaction, before it returns: as the core does."""
    left = list(replies)

    async def then(heard: Heard) -> None:
        if left:
            await bot.answers.tell(as_interaction(heard), left.pop(0))

    bot.then = then


def waiting(bot: Listener, reply: Reply | None = None) -> asyncio.Event:
    """Let the inbox wait for what it gives, and then tell this."""
    go_on = asyncio.Event()

    async def then(heard: Heard) -> None:
        await go_on.wait()
        if reply is not None:
            await bot.answers.tell(as_interaction(heard), reply)

    bot.then = then
    return go_on


def as_interaction(heard: Heard) -> Interaction:
    """It is one: a command, a press or a form."""
    assert isinstance(heard, Interaction)
    return heard


def only(bot: Listener, kind: type[Heard] = Heard) -> Interaction:  # type: ignore[assignment] # any of the union
    """The one interaction of this kind that was heard."""
    [heard] = [one for one in bot.heard if isinstance(one, kind)]
    return as_interaction(heard)


def told(slack: Loopback, user: str) -> list[str]:
    """What this person alone was shown in channels."""
    return [slack.people.read(notice) for notice in slack.people.notices(user)]


def in_front(slack: Loopback, user: str) -> str | None:
    """What the modal in front of this person says."""
    view = slack.people.front(user)
    return None if view is None else slack.people.read(view)
