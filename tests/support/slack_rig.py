"""Slack as a rig for the platform contract: the loopback Slack and what the bot keeps outlive every adapter."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import replace

from slack_bots import Kept, Passing, bot_on
from slack_loopback.faults import Kind
from slack_loopback.filling import shown_values
from slack_loopback.model import Message, Notice, View
from slack_loopback.server import SECRET, Loopback
from slack_serving import served

from copbot.domain.heard import Heard, Submitted
from copbot.domain.place import Person, Place
from copbot.errors import NotAuthenticated, PlatformError
from copbot.testing.rig import Ears, Fault, Seen, SeenForm
from copbot_slack import Slack
from copbot_slack.emoji import emoji_of, name_of
from copbot_slack.names import SLACK

POST = "chat.postMessage"
WRONGLY_ACKNOWLEDGED_IN = 0.2
"""Seconds in which an adapter at fault acknowledges what its inbox refused: Slack's own three would be waited for in vain."""

NEVER_MIND = '{"type": "url_verification", "challenge": "are you there?"}'


class SlackRig:
    """One Slack, played by the contract in Socket Mode or in HTTP mode.

    ``runs`` counts how often the adapter was run; ``shut_out`` is why it is not run any more.
    """

    channel = Place(SLACK, "C0SLT")
    nowhere = Place(SLACK, "C0NOWHERE")
    ada = Person(SLACK, "U0ADA")
    ben = Person(SLACK, "U0BEN")

    def __init__(self, slack: Loopback, mode: str = "socket") -> None:
        self.slack = slack
        self.kept = Kept()
        self.clock = Passing()
        self.ears = Ears()
        self.runs = 0
        self.shut_out: NotAuthenticated | None = None
        self._mode = mode
        self._holding = 0
        self._run: asyncio.Task[None] | None = None
        self._server = AsyncExitStack()
        self.platform = self._new()

    def _new(self) -> Slack:
        return bot_on(self.slack, self.kept, self.clock, mode=self._mode, signing_secret=SECRET, ping_seconds=0.5)

    async def connect(self) -> None:
        if self._run is not None and not self._run.done():
            return
        opened = self.slack.links.opened + self.platform.settings.connections
        if self._mode == "http" and self._run is None:
            self.slack.post_to(await self._server.enter_async_context(served(self.platform.http)))
        self._run = asyncio.create_task(self._stay())
        if self._mode == "http":
            while (await self.slack.callbacks.post(NEVER_MIND, "application/json"))[0] != 200:  # noqa: ASYNC110 - it does not say when it listens
                await asyncio.sleep(0.01)
        else:
            await self.slack.deliveries.until(lambda: self.slack.links.opened >= opened)
        self.slack.deliveries.hurry()

    async def _stay(self) -> None:
        """As the bot does: connect again whenever a run ends, until Slack lets nobody in."""
        while True:
            self.runs += 1
            try:
                await self.platform.run(self._inbox)
            except NotAuthenticated as refused:
                self.shut_out = refused
                self.slack.deliveries.changed.set()
                return
            except PlatformError:
                await asyncio.sleep(0.01)

    async def kill(self) -> None:
        if self._run is not None:
            self._run.cancel()
            with suppress(asyncio.CancelledError):
                await self._run
            self._run, self._holding = None, 0
        await self._server.aclose()
        await self.slack.deliveries.until(lambda: not self.slack.links.links)

    async def restart(self) -> None:
        await self.kill()
        self.platform = self._new()
        await self.connect()

    async def _inbox(self, *heard: Heard) -> None:
        """What refuses lets Slack's time run out soon; what was submitted is told before its inbox returns, as the core does."""
        try:
            await self.ears(*heard)
        except ConnectionError:
            asyncio.get_running_loop().call_later(WRONGLY_ACKNOWLEDGED_IN, self.slack.links.expire)
            raise
        if any(isinstance(one, Submitted) for one in heard):
            self._holding += 1
            self.slack.deliveries.changed.set()
            await self._acknowledged()
            self._holding -= 1
            self.slack.deliveries.changed.set()

    async def _acknowledged(self) -> None:
        flying = self.slack.deliveries.flying
        await self.slack.deliveries.until(lambda: not any(one.payload.get("type") == "view_submission" for one in flying))

    async def settle(self) -> None:
        """All is acknowledged or refused, but for what was submitted and waits for what the test will tell."""
        await self.slack.deliveries.until(lambda: len(self.slack.deliveries.flying) == self._holding)

    async def break_next(self, fault: Fault, *, after: int = 0) -> None:
        self.slack.api.faults.once(POST, Kind.LOST if fault is Fault.LOST else Kind.LATER, after=after)

    async def say(self, person: Person, place: Place, text: str) -> str:
        return self.slack.people.say(person.id, place.channel, text, place.thread)

    async def edit(self, person: Person, place: Place, message: str, text: str) -> None:
        self.slack.people.edit(person.id, place.channel, message, text)

    async def remove(self, person: Person, place: Place, message: str) -> None:
        self.slack.people.delete(person.id, place.channel, message)

    async def react(self, person: Person, place: Place, message: str, emoji: str, *, on: bool) -> None:
        self.slack.people.react(person.id, place.channel, message, name_of(emoji), on=on)

    async def press(self, person: Person, place: Place, message: str, label: str) -> None:
        self.slack.people.press(person.id, place.channel, message, label)

    async def command(self, person: Person, place: Place, text: str) -> None:
        self.slack.people.slash(person.id, place.channel, text)

    async def fill(self, person: Person, fields: Mapping[str, str]) -> None:
        self.slack.people.submit(person.id, fields)

    async def shown(self, place: Place, to: Person) -> list[Seen]:
        """A file of the bot's own follows its message as one without words: here it counts as part of it."""
        seen: list[Seen] = []
        for one in map(self._seen, self.slack.people.shown(place.channel, place.thread)):
            if seen and one.by_bot and one.files and not one.text:
                seen[-1] = replace(seen[-1], files=(*seen[-1].files, *one.files))
            else:
                seen.append(one)
        return seen

    async def told(self, person: Person) -> list[str]:
        await self._acknowledged()
        front = self.slack.people.front(person.id)
        told: list[Notice | View] = [*self.slack.people.notices(person.id), *([front] if front and not front.inputs else [])]
        return [self.slack.people.read(one) for one in told]

    async def form(self, person: Person) -> SeenForm | None:
        await self._acknowledged()
        front = self.slack.people.front(person.id)
        if front is None or not front.inputs:
            return None
        return SeenForm(front.body["title"]["text"], shown_values(front), dict(front.errors))

    def _seen(self, message: Message) -> Seen:
        people = self.slack.people
        buttons, files = tuple(people.buttons(message)), tuple(file.name for file in message.files)
        reactions = {emoji_of(name): len(by) for name, by in message.reactions.items()}
        return Seen(message.ts, people.read(message), message.bot is not None, buttons, files, reactions, message.pinned)
