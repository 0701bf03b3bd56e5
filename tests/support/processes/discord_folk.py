"""What people do in the loopback Discord."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Protocol

from discord_loopback.commanding import CannotType
from discord_loopback.model import FORUM, Channel, Interaction, Message
from discord_loopback.people import bot
from discord_loopback.reading import pressables
from discord_loopback.server import Loopback
from discord_loopback.world import BOT_USER, World
from processes.config import HOSTS, LONG, MEMBERS, id_of
from processes.loopbacks import REGRETTED

from copbot_discord.components import action_of
from copbot_discord.names import DISCORD
from copbot_discord.wording import LOBBY_NAME

CONFIRM = "draft-confirm"
ANSWERED_IN, TOLD_IN, LOOK = 5.0, 10.0, 0.05
"""Real seconds: a host waits so long for a first answer, so long for the draft, and so long from look to look."""

ACCOUNTS = {who: f"9000000000000000{number:02}" for number, who in enumerate((*HOSTS, *MEMBERS), 1)}


class Reporting(Protocol):
    """What tells the bots of what happens."""

    def reversed(self, do: Callable[[], object]) -> None: ...
    async def flush(self, seconds: float) -> None: ...


class DiscordFolk:
    """Everybody in one guild. What they do is reported when it returns, to whoever listens."""

    def __init__(self, discord: Loopback, reporting: Reporting, random: Random) -> None:
        self._world = discord.world
        self._people = discord.people
        self._reporting = reporting
        self._random = random

    async def schedule(self, host: str, channel: str, wish: str) -> None:
        """Type the command among the hosts, again if nothing comes of it, and confirm the draft."""
        who, where = ACCOUNTS[host], id_of(f"{channel}-hosts", DISCORD)
        async with asyncio.timeout(LONG):
            while (draft := await self._drafted(who, where)) is None:
                await self._tried(lambda: self._people.slash(who, where, wish))
            while not await self._tried(lambda: self._people.press(who, where, *draft)):
                pass

    def questions(self, channel: str) -> list[str]:
        """Those that stand in the channel, oldest first; the take-away is the last."""
        threads = self._world.threads_of(self._world.channel(id_of(channel, DISCORD)))[::-1]
        return [one.id for one in threads if opens(self._world, self._first(one))]

    def own(self, who: str, channel: str, question: str) -> list[str]:
        """What somebody said in a thread, and still stands there."""
        return [message.id for message in self._people.shown(question) if message.author == ACCOUNTS[who]]

    async def say(self, who: str, channel: str, text: str, question: str) -> None:
        """Sometimes it is taken back at once, and Discord tells that first."""
        account = ACCOUNTS[who]
        if self._random.random() >= REGRETTED:
            self._people.say(account, question, text)
        else:
            self._reporting.reversed(lambda: self._people.delete(account, question, self._people.say(account, question, text)))

    async def edit(self, who: str, channel: str, message: str, text: str) -> None:
        self._people.edit(ACCOUNTS[who], self._thread_of(channel, message), message, text)

    async def remove(self, who: str, channel: str, message: str) -> None:
        self._people.delete(ACCOUNTS[who], self._thread_of(channel, message), message)

    async def settle(self) -> None:
        """Whoever listens has heard everything. What a bot has not taken when it ends is in the history."""
        await self._reporting.flush(LONG)

    def _thread_of(self, channel: str, message: str) -> str:
        threads = self._world.threads_of(self._world.channel(id_of(channel, DISCORD)))
        return next(one.id for one in threads if message in one.messages)

    def _first(self, thread: Channel) -> Message | None:
        return self._world.parent(thread).messages.get(thread.id) or thread.messages.get(thread.id)

    async def _drafted(self, who: str, where: str) -> tuple[str, str] | None:
        """The notice with the draft, and the label of the button that confirms it."""
        for _ in range(int(TOLD_IN / LOOK) if self._world.interactions else 1):
            for notice in self._people.notices(who):
                for button in pressables(notice.components):
                    if notice.channel == where and action_of(button["custom_id"]) == CONFIRM:
                        return notice.id, button["label"]
            await asyncio.sleep(LOOK)
        return None

    async def _tried(self, act: Callable[[], Interaction]) -> bool:
        """Whether the bot has answered it."""
        try:
            done = act()
        except CannotType:  # no bot has been there yet
            await asyncio.sleep(LOOK)
            return False
        for _ in range(int(ANSWERED_IN / LOOK)):
            if done.answered is not None:
                return True
            await asyncio.sleep(LOOK)
        return False


def opens(world: World, message: Message | None) -> bool:
    """Whether the bot opened a thread with it."""
    thread = world.channels.get(message.id) if message is not None and bot(message) else None
    return thread is not None and not is_lobby(world, thread)


def is_lobby(world: World, thread: Channel) -> bool:
    """Whether it is where the bot tells a forum what concerns all of it."""
    return thread.owner == BOT_USER and thread.name == LOBBY_NAME and world.parent(thread).type == FORUM
