"""Whatever goes wrong, as often as it likes: each part and file stands there once, in order. What goes wrong comes from a seed."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from discord_bots import FORUM, SLT, bot_on, lobby_of
from discord_loopback.rest import POST
from discord_loopback.server import Loopback
from discord_loopback.world import BOT_USER, NONCE_SECONDS
from slack_bots import Kept, Passing
from slack_loopback.faults import Hold, Kind

from copbot.domain.message import Button, File, Message
from copbot.domain.place import Place, Posted
from copbot.errors import TryLater, Unclear
from copbot_discord import Discord

FIRST = int(os.environ.get("SEED", "0"))
SEEDS = range(FIRST, FIRST + 30)
TEXT, IN_FORUM = Place("discord", SLT), Place("discord", FORUM)
OPERATIONS = (
    *(POST, POST, "update_message", "delete_message", "list_messages", "create_thread_from_message"),
    *("get_active_guild_threads", "list_public_archived_threads", "get_message", "get_channel"),
)
LEASE = 30.0
MOST_ATTEMPTS = 200
CALM = (0.0, LEASE, NONCE_SECONDS + LEASE)

Attempt = Callable[[Discord], Awaitable[Posted]]


@dataclass
class Storm:
    """Copbots that die and are started again, one at a time, until one of them succeeds. What a dead one asked for may arrive late."""

    discord: Loopback
    random: Random
    kept: Kept = field(default_factory=Kept)
    clock: Passing = field(default_factory=Passing)
    ahead: list[Hold] = field(default_factory=list)
    late: list[Hold] = field(default_factory=list)

    async def survive(self, attempt: Attempt) -> Posted:
        """Try as the sender does: after a lease, and looking first where an outcome is unknown."""
        for _ in range(MOST_ATTEMPTS):
            self._brew()
            bot = bot_on(self.discord, self.kept, self.clock)
            with suppress(TryLater, Unclear, asyncio.CancelledError):
                return await self._lived(asyncio.ensure_future(attempt(bot)))
            await self.calm(self.random.choice(CALM))
        raise AssertionError("the storm never ended")

    def _brew(self) -> None:
        """Some more trouble ahead; now and then there is none, so that it ends."""
        if self.random.random() < 0.6:
            kind = self.random.choice([kind for kind in Kind if kind not in {Kind.INTERNAL, Kind.INTERNAL_DONE, Kind.BROKEN_DONE}])
            self.discord.rest.faults.once(self.random.choice(OPERATIONS), kind, after=self.random.randrange(3))
        if self.random.random() < 0.3:
            self.ahead.append(self.discord.rest.faults.hold(self.random.choice(OPERATIONS), done=self.random.random() < 0.5))

    async def _lived(self, task: asyncio.Future[Posted]) -> Posted:
        """What the attempt came to; a request that is held is the moment of its death."""
        reached = [asyncio.create_task(hold.reached.wait()) for hold in self.ahead]
        until: set[asyncio.Future[Any]] = {task, *reached}
        await asyncio.wait(until, return_when=asyncio.FIRST_COMPLETED)
        for waiting in reached:
            waiting.cancel()
        self.late += [hold for hold in self.ahead if hold.reached.is_set()]
        self.ahead = [hold for hold in self.ahead if not hold.reached.is_set()]
        if not task.done():
            task.cancel()
        return await task

    async def calm(self, seconds: float = LEASE) -> None:
        """So much time passes; after some, what was on its way has arrived. At once, it may arrive later: the next one dies or not."""
        if not seconds:
            return
        await self.discord.until(self._arrived)
        self.late.clear()
        self.clock.forward(seconds)
        self.discord.world.time.forward(seconds)

    def _arrived(self) -> bool:
        """Whether nothing is on its way, now that nothing is held up."""
        for hold in (*self.late, *self.ahead):
            if hold.reached.is_set():
                hold.release.set()
        return not self.discord.rest.flying


def message_of(random: Random) -> Message:
    """One to three posts, perhaps with a file and a button."""
    paragraphs = [f"part{number} " + "word " * 300 for number in range(random.randint(1, 3))]
    files = (File("chat.ics", "text/calendar", b"BEGIN:VCALENDAR"),) if random.random() < 0.4 else ()
    buttons = (Button("Next", "next", "7:q2"),) if random.random() < 0.4 else ()
    return Message("\n\n".join(paragraphs), buttons, files)


def shown(storm: Storm, posted: Posted, first: Place) -> list[Any]:
    """The bot's posts there: in a thread of a text channel, with that on which it hangs; in a lobby, without its beginning."""
    people, world = storm.discord.people, storm.discord.world
    lobby = lobby_of(storm.discord) if first == IN_FORUM and posted.place == first else None
    own = [one for one in people.shown(lobby.id if lobby else posted.place.thread or SLT) if one.author == BOT_USER and one.content]
    root = [world.channel(SLT).messages[posted.message]] if first == TEXT and posted.place != first else []
    return [*root, *(one for one in own if lobby is None or one.id != lobby.id)]


def parts(storm: Storm, posted: Posted, first: Place) -> list[str]:
    return [one.content.split()[0] for one in shown(storm, posted, first)]


@pytest.mark.parametrize("place", [TEXT, IN_FORUM], ids=["text", "forum"])
@pytest.mark.parametrize("seed", SEEDS)
async def test_everything_stands_there_once(discord: Loopback, seed: int, place: Place) -> None:
    random = Random(seed)
    discord.world.nonces_in_history = random.random() < 0.5
    storm, message, title = Storm(discord, random), message_of(random), random.choice(("", "Question 1"))

    async def post(bot: Discord) -> Posted:
        found = await bot.find(place, key="7:q1")
        if found is not None:
            return found
        return await (bot.open_thread(place, title, message, key="7:q1") if title else bot.post(place, message, key="7:q1"))

    posted = await storm.survive(post)
    await storm.calm()
    there = shown(storm, posted, place)
    assert posted.message == there[0].id
    assert parts(storm, posted, place) == [f"part{number}" for number in range(message.text.count("part"))]
    assert [file.name for one in there for file in one.files] == [file.name for file in message.files]
    threads = discord.world.threads_of(discord.world.channel(place.channel))
    assert len(threads) == bool(title or place == IN_FORUM)


@pytest.mark.parametrize("place", [TEXT, IN_FORUM], ids=["text", "forum"])
@pytest.mark.parametrize("seed", SEEDS)
async def test_changes_come_out_as_the_last_one_says(discord: Loopback, seed: int, place: Place) -> None:
    random = Random(seed)
    storm, title = Storm(discord, random), random.choice(("", "Question 1"))
    bot = bot_on(discord, storm.kept, storm.clock)
    first = message_of(random)
    posted = await (bot.open_thread(place, title, first, key="7:q1") if title else bot.post(place, first, key="7:q1"))
    for _ in range(3):
        message = message_of(random)

        async def edit(bot: Discord, message: Message = message) -> Posted:
            await bot.edit(posted, message)
            return posted

        await storm.survive(edit)
        await storm.calm()
        assert parts(storm, posted, place) == [f"part{number}" for number in range(message.text.count("part"))]

    async def remove(bot: Discord) -> Posted:
        await bot.remove(posted)
        return posted

    await storm.survive(remove)
    await storm.calm()
    places = {SLT, posted.place.thread or SLT} & set(discord.world.channels)
    assert [one for id in places for one in discord.people.shown(id) if one.content] == []
