"""Whole chats on the loopback Discord: a bot with the Discord adapter over real sockets, everybody in the guild, one clock for all."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from discord_bots import lobby_of
from discord_guild import ACCOUNTS, CHANNELS
from discord_loopback.filling import fields_of
from discord_loopback.limits import USER_SELECT
from discord_loopback.model import DIRECT, FORUM, Channel, Interaction, Message
from discord_loopback.people import bot
from discord_loopback.rest import POST
from discord_loopback.server import TOKEN, Loopback
from discord_loopback.shapes import message_shape, user_shape
from discord_loopback.world import BOT_USER, GUILD
from playhouse import BACKSTAGE, CHANNEL, PEOPLE, london
from slack_house import SameTime, counting
from typing_extensions import override

from copbot.content import Content
from copbot.domain.heard import Heard, Said
from copbot.domain.heard import Interaction as Acted
from copbot.ports.leases import Leases
from copbot.ports.platform import Inbox, Setup
from copbot.runtime.bot import Bot
from copbot.services.commands import COMMANDS, SPECS
from copbot.store.keeping import KeepingTable
from copbot.store.store import SqlStore
from copbot.testing.clock import SteppingClock
from copbot_discord import Discord
from copbot_discord.names import DISCORD
from copbot_discord.settings import read_settings

LAST = "900000000000000999"
"""Whose words are the last of what the bot has been told of a channel: nobody's, and heard by no bot."""


class Counting(Discord):
    """The adapter, counting what the bot has in hand, and what it was ever offered that somebody did."""

    busy = 0
    acted = 0

    def __init__(self, house: "DiscordHouse", *parts: Any) -> None:
        super().__init__(*parts)
        self._house = house

    @override
    async def run(self, inbox: Inbox) -> None:
        counted = counting(self, inbox)

        async def offered(*heard: Heard) -> None:
            lasts = [one for one in heard if isinstance(one, Said) and one.person.id == LAST]
            self._house.lasts.difference_update(one.message for one in lasts)
            self.acted += sum(isinstance(one, Acted) for one in heard)
            await counted(*(one for one in heard if one not in lasts))

        await super().run(offered)


@dataclass(frozen=True)
class Trouble:
    """Something that goes wrong at an instant: London time, like ``2018-01-31 19:35:10``."""

    at: str
    what: "Callable[[DiscordHouse], Awaitable[None]]"


class DiscordHouse:
    """A bot in a guild, on a clock that stands still until the test goes on. ``troubles`` come one after the other, in their time."""

    def __init__(self, discord: Loopback, store: SqlStore, content: Content, clock: SteppingClock) -> None:
        self.discord = discord
        self.people = discord.people
        self.world = discord.world
        self.store = store
        self.content = content
        self.clock = clock
        self.world.time = SameTime(clock)
        self.troubles: list[Trouble] = []
        self.lasts: set[str] = set()
        self._acts = 0
        self._touched: set[str] = set()
        self._bots = 0
        self.renew()

    def renew(self) -> None:
        """A bot that has not started yet, on the same database."""
        self._bots += 1
        self.alive = True
        self._acts = 0
        self.adapter, self.bot = self.made(self.store, f"bot {self._bots}")

    def made(self, store: SqlStore, owner: str, *, shards: int = 1, leases: Leases | None = None) -> tuple[Counting, Bot]:
        """The adapter and the bot of a process."""
        raw = {"token": TOKEN, "api_url": self.discord.api_url, "gateway_url": self.discord.gateway_url, "shards": shards}
        adapter = Counting(self, read_settings(raw), Setup(SPECS, self.clock, KeepingTable(store, DISCORD), raw, leases))
        return adapter, Bot(store, self.content, [adapter], self.clock, self.clock, random=Random(owner), owner=owner)

    async def start(self) -> None:
        """Connect; then everybody joins the guild."""
        await self.bot.start()
        await self.come_in()

    async def come_in(self) -> None:
        """Wait for the connection of a bot that has started; then everybody joins."""
        await self.connected()
        for who in PEOPLE:
            self.people.join(ACCOUNTS[who])
        self._touched.add(CHANNELS[BACKSTAGE])
        await self.settled()

    async def connected(self) -> None:
        """Wait until the gateway's session stands, then read what was missed, as a bot at work does."""
        await self.discord.until(lambda: any(link.session for link in self.discord.gateway.links))
        await self.settled()
        await self.bot.reconcile()

    async def settled(self) -> None:
        """Wait until the bot has been told of everything that people did, and has nothing in hand.

        In the channels in which they did something, something is said after it. (To ask for heartbeats would be simpler; discord.py sends
        110 of them in a minute and no more.)
        """
        if not self.discord.gateway.links:
            return
        for channel in sorted(self._touched & self.world.channels.keys()):
            self._say_last(self.world.channel(channel))
        self._touched.clear()
        async with asyncio.timeout(10):
            while self.lasts or self.adapter.busy or self.adapter.acted < self._acts:  # noqa: ASYNC110 - nothing says when that ends
                await asyncio.sleep(0.002)

    def _say_last(self, channel: Channel) -> None:
        """Reported, and not there for anybody to see."""
        self.world.add_user(LAST, "Nobody", member=False)
        words = f"That was all, <@{BOT_USER}>."  # which the bot may read whatever its intents are
        last = Message(self.world.snowflake(), channel.id, LAST, words, self.world.time.now(), mentions=[BOT_USER])
        shape = message_shape(self.world, last) | {"author": user_shape(self.world.users.pop(LAST)), "channel_type": channel.type}
        self.lasts.add(last.id)
        self.world.events("MESSAGE_CREATE", shape | ({} if channel.type == DIRECT else {"guild_id": GUILD}), channel)

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
        """Break the connection off; the bot comes again by itself and resumes."""
        resumed = self.discord.gateway.resumed
        self.discord.gateway.cut()
        await self.discord.until(lambda: self.discord.gateway.resumed > resumed)
        await self.settled()

    async def lose_session(self) -> None:
        """Break the connection off for so long that Discord has forgotten what it was told."""
        identified = self.discord.gateway.identified
        self.discord.gateway.cut()
        self.discord.gateway.forget()
        await self.discord.until(lambda: self.discord.gateway.identified > identified)
        await self.connected()

    async def kill(self) -> None:
        """End the bot as a crash does: its connection breaks, and nobody says goodbye. Until ``restart`` nobody is there."""
        self.discord.gateway.cut()
        await self.bot.stop()
        await self.discord.until(lambda: not self.discord.gateway.links)
        self.discord.gateway.forget()
        self.alive = False

    async def restart(self) -> None:
        """Another bot on the same database."""
        self.renew()
        await self.bot.start()
        await self.connected()

    async def die_posting(self, moment: str) -> None:
        """Let the next post stand in Discord and its bot die before it hears of that; another takes over."""
        hold = self.discord.rest.faults.hold(POST, done=True)
        passing = asyncio.create_task(self._pass(london(moment)))
        await asyncio.wait_for(hold.reached.wait(), 10)
        passing.cancel()
        with suppress(asyncio.CancelledError):
            await passing
        await self.kill()
        hold.release.set()
        await self.restart()

    def here(self) -> str:
        """Where people talk to everybody: the channel, or in a forum the bot's post that stands for it."""
        channel = self.world.channel(CHANNELS[CHANNEL])
        lobby = lobby_of(self.discord, channel.id) if channel.type == FORUM else channel
        return lobby.id if lobby else ""

    def _at(self, who: str, label: str = "") -> str:
        """The channel or thread where somebody acts. A question that stands there without a thread is given one by whoever comes first."""
        id = self.thread(label) if label else self.here()
        if not id:
            root = next(one for one in self.people.shown(self.here()) if bot(one) and self.people.read(one).startswith(f"{label} "))
            id = self.people.open_thread(ACCOUNTS[who], self.here(), root.id, f"{label} as {who} sees it")
        self._touched.add(id)
        return id

    async def say(self, who: str, text: str, label: str = "", *, to: str = "", broadcast: bool = False) -> str:
        """Say something to everybody or in a question's thread, as a reply to a message or not."""
        id = self.people.say(ACCOUNTS[who], self._at(who, label), text, answers=to or None)
        await self.settled()
        return id

    async def edit(self, who: str, message: str, text: str) -> None:
        """Change one's own message."""
        self.people.edit(ACCOUNTS[who], self._holding(message), message, text)
        await self.settled()

    async def delete(self, who: str, message: str) -> None:
        """Delete one's own message."""
        self.people.delete(ACCOUNTS[who], self._holding(message), message)
        await self.settled()

    async def react(self, who: str, message: str, emoji: str) -> None:
        """Put a reaction on a message."""
        self.people.react(ACCOUNTS[who], self._holding(message), message, emoji)
        await self.settled()

    def _holding(self, message: str) -> str:
        """The channel or thread in which a message stands."""
        id = next(one.id for one in self.world.channels.values() if message in one.messages and one.type != FORUM)
        self._touched.add(id)
        return id

    async def command(self, who: str, text: str) -> None:
        """Type a command where everybody is; before there is such a place, among the hosts."""
        await self._act(who, lambda: self.people.slash(ACCOUNTS[who], self.here() or CHANNELS[BACKSTAGE], text))

    async def mention(self, who: str, text: str, label: str) -> None:
        """Say a command to the bot in a question's thread."""
        self._acts += 1
        await self.say(who, f"@copbot {text}", label)
        await self._turn()

    async def shortcut(self, who: str, message: str, verb: str) -> None:
        """Choose an entry of a message's menu."""
        entry, place = COMMANDS[verb].spec.on_message, self._holding(message)
        await self._act(who, lambda: self.people.shortcut(ACCOUNTS[who], place, message, entry))

    async def submit(self, who: str, fields: dict[str, str]) -> None:
        """Fill in the modal in front and submit it; people are picked."""
        modal = self.people.front(ACCOUNTS[who])
        assert modal is not None, f"nothing is in front of {who}"
        pickers = {id for id, one in fields_of(modal).items() if one["component"]["type"] == USER_SELECT}
        chosen = {id: ACCOUNTS[value] if id in pickers else value for id, value in fields.items()}
        await self._act(who, lambda: self.people.submit(ACCOUNTS[who], chosen), close=False)

    async def press(self, who: str, label: str) -> None:
        """Press a button under the newest thing that has it."""
        shown = self._newest(who, label)
        await self._act(who, lambda: self.people.press(ACCOUNTS[who], shown.channel, shown.id, label))

    async def at_home(self, who: str, label: str) -> None:
        """Discord has no page of the bot's own; the switches that stand there are those of the command."""
        await self.command(who, "privacy")
        await self.press(who, label)

    async def _act(self, who: str, act: Callable[[], Interaction], *, close: bool = True) -> None:
        """What is in front is closed first. Discord wants every act answered."""
        if close and self.people.front(ACCOUNTS[who]) is not None:
            self.people.close(ACCOUNTS[who])
        self._acts += 1
        done = act()
        await self.discord.until(lambda: done.answered is not None)
        await self.settled()
        await self._turn()

    def _newest(self, who: str, label: str) -> Message:
        posts = [post for id, one in self.world.channels.items() if self._sees(who, one) for post in self.people.shown(id)]
        shown = [one for one in (*posts, *self.people.notices(ACCOUNTS[who])) if label in self.people.buttons(one)]
        assert shown, f"{who} sees no button {label!r}"
        return max(shown, key=lambda one: int(one.id))

    def _sees(self, who: str, channel: Channel) -> bool:
        return self.world.may(ACCOUNTS[who], channel, "VIEW_CHANNEL")

    def everything(self, name: str = CHANNEL) -> list[Message]:
        """All messages of a channel and its threads, what opened a thread once."""
        channel = self.world.channel(CHANNELS[name])
        found = [post for one in (channel, *self.world.threads_of(channel)) for post in self.people.shown(one.id)]
        return sorted(found, key=lambda one: int(one.id))

    def posts(self, name: str = CHANNEL) -> list[str]:
        """What the bot has posted in a channel and its threads, as people read it."""
        return [self.people.read(one) for one in self.everything(name) if bot(one)]

    def threads(self) -> list[Channel]:
        """The threads of questions, oldest first."""
        found = self.world.threads_of(self.world.channel(CHANNELS[CHANNEL]))[::-1]
        return [one for one in found if one.id != self.here()]

    def thread(self, label: str) -> str:
        """The thread of a question: ``Q1``; empty if it has none yet."""
        return next((one.id for one in self.threads() if one.name.startswith(label)), "")

    def asked(self) -> list[str]:
        """Labels of the questions that have threads, in order."""
        return [one.name.split()[0].rstrip(":") for one in self.threads()]

    def told(self, who: str) -> list[str]:
        """What this person alone has been shown: notes and private messages."""
        return [self.people.read(one) for one in self._private(who)]

    def files(self, who: str) -> dict[str, bytes]:
        """The files that this person alone was given, by name."""
        return {file.name: file.content for one in self._private(who) for file in one.files}

    def _private(self, who: str) -> list[Message]:
        direct = [one for one in self.people.shown(self.world.direct(ACCOUNTS[who]).id) if bot(one)]
        return [*self.people.notices(ACCOUNTS[who]), *direct]

    def called(self, id: str) -> str:
        """Who has this account."""
        return next(who for who, account in ACCOUNTS.items() if account == id)
