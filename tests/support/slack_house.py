"""Whole chats on the loopback Slack: a bot with the Slack adapter over real sockets, everybody in the workspace, one clock for all."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Protocol

from playhouse import BACKSTAGE, CHANNEL, HOSTS, PEOPLE, london
from slack_loopback.deliveries import Delivery
from slack_loopback.model import Message, Notice, View
from slack_loopback.server import APP_TOKEN, BOT_TOKEN, Loopback
from slack_loopback.workspace import BOT_USER, Time
from typing_extensions import override

from copbot.content import Content
from copbot.domain.heard import Heard
from copbot.ports.platform import Inbox, Setup
from copbot.resources import data_dir
from copbot.runtime.bot import Bot
from copbot.services.commands import SPECS
from copbot.store.keeping import KeepingTable
from copbot.store.store import SqlStore
from copbot.testing.clock import SteppingClock
from copbot_slack import Slack
from copbot_slack.emoji import name_of
from copbot_slack.names import SLACK
from copbot_slack.settings import read_settings

CHANNELS = {CHANNEL: "C0RESNETSLT", BACKSTAGE: "G0RESNETSLTHOSTS"}


def account(who: str) -> str:
    """The id of somebody's account."""
    return f"U0{who.upper()}"


def populate(slack: Loopback) -> None:
    """Everybody, the community's channel, which nobody has joined yet, and the private one of its hosts."""
    for who in PEOPLE:
        slack.workspace.add_user(account(who), who.capitalize())
    slack.workspace.add_channel(CHANNELS[CHANNEL], CHANNEL, BOT_USER)
    slack.workspace.add_channel(CHANNELS[BACKSTAGE], BACKSTAGE, BOT_USER, *map(account, HOSTS), kind="group")


def config_on_slack(folder: Path) -> Path:
    """The shipped config folder with the community's channels in the workspace."""
    config = Path(copytree(data_dir("config"), folder / "config"))
    file = config / "communities" / "resnetslt.yaml"
    text = file.read_text(encoding="utf-8").replace("platform: room", "platform: slack")
    for name in (BACKSTAGE, CHANNEL):
        text = text.replace(f"channel: {name}\n", f"channel: {CHANNELS[name]}\n")
    file.write_text(text, encoding="utf-8")
    return config


class SameTime(Time):
    """The platform's clock, which shows what the bot's shows."""

    def __init__(self, clock: SteppingClock) -> None:
        super().__init__()
        self._clock = clock

    @override
    def now(self) -> float:
        return self._clock.now().timestamp()


class Counting(Protocol):
    """What counts in ``busy`` what a bot has in hand: heard, and not yet committed, told and followed up."""

    busy: int


def counting(adapter: Counting, inbox: Inbox) -> Inbox:
    """The inbox, each event counted while it is in hand."""

    async def counted(*heard: Heard) -> None:
        adapter.busy += 1
        try:
            await inbox(*heard)
        finally:
            adapter.busy -= 1

    return counted


class _Counting(Slack):
    """The adapter, counting."""

    busy = 0

    @override
    async def run(self, inbox: Inbox) -> None:
        await super().run(counting(self, inbox))


@dataclass(frozen=True)
class Trouble:
    """Something that goes wrong at an instant: London time, like ``2018-01-31 19:35:10``."""

    at: str
    what: "Callable[[SlackHouse], Awaitable[None]]"


class SlackHouse:
    """A bot in a workspace, on a clock that stands still until the test goes on. ``troubles`` come one after the other, in their time."""

    def __init__(self, slack: Loopback, store: SqlStore, content: Content, moment: str) -> None:
        self.slack = slack
        self.people = slack.people
        self.store = store
        self.content = content
        self.clock = SteppingClock(london(moment))
        self.slack.workspace.time = SameTime(self.clock)
        self.troubles: list[Trouble] = []
        self._bots = 0
        self.renew()

    def renew(self) -> None:
        """A bot that has not started yet, on the same database."""
        self._bots += 1
        self.alive = True
        raw = self.settings()
        self.adapter = _Counting(read_settings(raw), Setup(SPECS, self.clock, KeepingTable(self.store, SLACK), raw))
        chance, owner = Random(self._bots), f"bot {self._bots}"
        self.bot = Bot(self.store, self.content, [self.adapter], self.clock, self.clock, random=chance, owner=owner)

    def settings(self) -> dict[str, str]:
        """The adapter's, as an operator would write them."""
        return {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "api_url": self.slack.api_url}

    async def start(self) -> None:
        """Connect; then everybody joins the channel."""
        await self.bot.start()
        await self.come_in()

    async def come_in(self) -> None:
        """Wait for the connection of a bot that has started; then everybody joins."""
        await self.connected()
        for who in PEOPLE:
            self.people.join(account(who), CHANNELS[CHANNEL])
        await self.settled()

    async def connected(self) -> None:
        """Wait until all sockets are there, then take what waited for them and read what was missed, as a bot at work does."""
        wanted = self.adapter.settings.connections
        await self.slack.deliveries.until(lambda: len(self.slack.links.links) == wanted)
        self.slack.deliveries.hurry()
        await self.settled()
        await self.bot.reconcile()

    async def settled(self) -> None:
        """Wait until nothing is on its way, and nothing in the bot's hands."""
        async with asyncio.timeout(10):
            while self.slack.deliveries.flying or self.adapter.busy:  # noqa: ASYNC110 - what the bot has in hand does not say when it ends
                await asyncio.sleep(0.002)

    async def until(self, moment: datetime | str) -> None:
        """Let time pass, step by step, up to a moment, with all troubles on the way."""
        goal = london(moment) if isinstance(moment, str) else moment
        while self.troubles and london(self.troubles[0].at) <= goal:
            trouble = self.troubles.pop(0)
            await self._pass(london(trouble.at))
            await trouble.what(self)
        await self._pass(goal)

    async def _pass(self, goal: datetime) -> None:
        while (due := await self._turn()) is not None and due <= goal:
            self.clock.set(due)
        self.clock.set(goal)
        await self._turn()

    async def _turn(self) -> datetime | None:
        due = await self.bot.turn() if self.alive else None
        await self.settled()
        return due

    async def cut(self) -> None:
        """Break all sockets off, until ``connected``."""
        self.slack.links.cut()
        await self.slack.deliveries.until(lambda: not self.slack.links.links)

    async def kill(self) -> None:
        """End the bot as a crash does: its sockets break, and nobody says goodbye. Until ``restart`` nobody is there."""
        await self.cut()
        await self.bot.stop()
        self.alive = False

    async def restart(self) -> None:
        """Another bot on the same database."""
        self.renew()
        await self.bot.start()
        await self.connected()

    async def die_posting(self, moment: str) -> None:
        """Let the next post stand in Slack and its bot die before it hears of that; another takes over."""
        hold = self.slack.api.faults.hold("chat.postMessage", done=True)
        passing = asyncio.create_task(self._pass(london(moment)))
        await asyncio.wait_for(hold.reached.wait(), 10)
        passing.cancel()
        with suppress(asyncio.CancelledError):
            await passing
        await self.kill()
        hold.release.set()
        await self.restart()

    async def say(self, who: str, text: str, label: str = "", *, to: str = "", broadcast: bool = False) -> str:
        """Say something in the channel or in a question's thread. ``to``, the message that it answers, is nothing that Slack records."""
        thread = self.thread(label) if label else None
        ts = self.people.say(account(who), CHANNELS[CHANNEL], text, thread, broadcast=broadcast)
        await self.settled()
        return ts

    async def edit(self, who: str, message: str, text: str) -> None:
        """Change one's own message."""
        self.people.edit(account(who), CHANNELS[CHANNEL], message, text)
        await self.settled()

    async def delete(self, who: str, message: str) -> None:
        """Delete one's own message."""
        self.people.delete(account(who), CHANNELS[CHANNEL], message)
        await self.settled()

    async def react(self, who: str, message: str, emoji: str) -> None:
        """Put a reaction on a message."""
        self.people.react(account(who), CHANNELS[CHANNEL], message, name_of(emoji))
        await self.settled()

    async def command(self, who: str, text: str) -> None:
        """Type a command in the channel."""
        await self._act(who, lambda: self.people.slash(account(who), CHANNELS[CHANNEL], text))

    async def mention(self, who: str, text: str, label: str) -> None:
        """Say a command to the bot in a question's thread, where Slack has no slash commands."""
        await self.say(who, f"@copbot {text}", label)
        await self._turn()

    async def shortcut(self, who: str, message: str, verb: str) -> None:
        """Choose an entry of a message's menu."""
        await self._act(who, lambda: self.people.shortcut(account(who), CHANNELS[CHANNEL], message, verb))

    async def submit(self, who: str, fields: dict[str, str]) -> None:
        """Fill in the modal in front and submit it; people are picked."""
        view = self.people.front(account(who))
        assert view is not None, f"nothing is in front of {who}"
        pickers = {id for id, block in view.inputs.items() if block["element"]["type"] == "multi_users_select"}
        chosen = {id: account(value) if id in pickers else value for id, value in fields.items()}
        self.people.submit(account(who), chosen)
        await self.settled()
        await self._turn()

    async def press(self, who: str, label: str) -> None:
        """Press a button: in the modal in front, else under the newest thing that has it."""
        front = self.people.front(account(who))
        if front is not None and label in self.people.buttons(front):
            self.people.press_view(account(who), label)
            await self.settled()
            await self._turn()
            return
        shown = self._newest(who, label)
        await self._act(who, lambda: self.people.press(account(who), shown.channel, shown.ts, label))

    async def at_home(self, who: str, label: str) -> None:
        """Look at the Home tab, and press a button there."""
        self.people.open_home(account(who))
        await self.settled()
        await self._act(who, lambda: self.people.press_home(account(who), label))

    async def _act(self, who: str, act: Callable[[], Delivery]) -> None:
        """What is in front is closed first."""
        if self.people.front(account(who)) is not None:
            self.people.close(account(who))
        act()
        await self.settled()
        await self._turn()

    def _newest(self, who: str, label: str) -> Message | Notice:
        mine = [channel.id for channel in self.slack.workspace.channels.values() if account(who) in channel.members]
        posts: list[Message | Notice] = [post for channel in mine for post in self.everything(channel)]
        shown = [one for one in (*posts, *self.people.notices(account(who))) if label in self.people.buttons(one)]
        assert shown, f"{who} sees no button {label!r}"
        return max(shown, key=lambda one: one.ts)

    def everything(self, channel: str) -> list[Message]:
        """All messages of a channel and its threads."""
        return sorted(self.slack.workspace.channels[channel].messages.values(), key=lambda one: one.ts)

    def posts(self, name: str = CHANNEL) -> list[str]:
        """What the bot has posted in a channel and its threads, as people read it."""
        return [self.people.read(one) for one in self.everything(CHANNELS[name]) if one.bot]

    def thread(self, label: str) -> str:
        """The thread of a question: ``Q1``."""
        shown = self.people.shown(CHANNELS[CHANNEL])
        return next(one.ts for one in shown if one.bot and self.people.read(one).startswith(f"{label} "))

    def asked(self) -> list[str]:
        """Labels of the questions that stand in the channel, in order."""
        firsts = [self.people.read(one).split()[0] for one in self.people.shown(CHANNELS[CHANNEL]) if one.bot]
        return [first for first in firsts if re.fullmatch(r"Q\d|Extra|Take-away", first)]

    def told(self, who: str) -> list[str]:
        """What this person alone has been shown: notes, private messages, and what is in front of them."""
        front = self.people.front(account(who))
        told: list[Message | Notice | View] = [*self.people.notices(account(who)), *([front] if front else [])]
        told += [one for one in self.people.shown(self.slack.workspace.direct(account(who)).id) if one.bot]
        return [self.people.read(one) for one in told]

    def files(self, who: str) -> dict[str, bytes]:
        """The files in this person's private messages, by name."""
        private = self.people.shown(self.slack.workspace.direct(account(who)).id)
        return {file.name: file.content or b"" for one in private for file in one.files}

    def called(self, id: str) -> str:
        """Who has this account."""
        return next(who for who in PEOPLE if account(who) == id)
