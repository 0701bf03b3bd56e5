"""Whatever goes wrong, as often as it likes: each part and file stands there once, in order. What goes wrong comes from a seed."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from slack_bots import Kept, Passing, bot_on
from slack_loopback.faults import Hold, Kind
from slack_loopback.server import Loopback

from copbot.domain.message import File, Message
from copbot.domain.place import Place, Posted
from copbot.errors import TryLater, Unclear
from copbot_slack import Slack

FIRST = int(os.environ.get("SEED", "0"))
SEEDS = range(FIRST, FIRST + 30)
SLT = Place("slack", "C0SLT")
METHODS = (
    *("chat.postMessage", "chat.update", "chat.delete", "conversations.history", "conversations.replies"),
    *("files.getUploadURLExternal", "files.completeUploadExternal", "files.delete"),
)
LEASE = 30.0
MOST_ATTEMPTS = 200

Attempt = Callable[[Slack], Awaitable[Posted]]


@dataclass
class Storm:
    """Copbots that die and are started again, one at a time, until one of them succeeds. What a dead one asked for may arrive late."""

    slack: Loopback
    random: Random
    kept: Kept = field(default_factory=Kept)
    clock: Passing = field(default_factory=Passing)
    ahead: list[Hold] = field(default_factory=list)
    late: list[Hold] = field(default_factory=list)

    async def survive(self, attempt: Attempt) -> Posted:
        """Try as the sender does: after a lease, and looking first where an outcome is unknown."""
        for _ in range(MOST_ATTEMPTS):
            self._brew()
            bot = bot_on(self.slack, self.kept, self.clock)
            with suppress(TryLater, Unclear, asyncio.CancelledError):
                return await self._lived(asyncio.ensure_future(attempt(bot)))
            if self.random.random() < 0.7:
                await self.calm()
        raise AssertionError("the storm never ended")

    def _brew(self) -> None:
        """Some more trouble ahead; now and then there is none, so that it ends."""
        if self.random.random() < 0.6:
            self.slack.api.faults.once(self.random.choice(METHODS), self.random.choice(list(Kind)), after=self.random.randrange(3))
        if self.random.random() < 0.3:
            self.ahead.append(self.slack.api.faults.hold(self.random.choice(METHODS), done=self.random.random() < 0.5))

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

    async def calm(self) -> None:
        """A lease runs out, and what was on its way has arrived by then. Without it, the next one starts at once."""
        for hold in self.late:
            hold.release.set()
        self.late.clear()
        for _ in range(20):
            await asyncio.sleep(0)
        self.clock.forward(LEASE)


def message_of(random: Random) -> Message:
    """One to three posts, perhaps with a file."""
    paragraphs = [f"part{number} " + "word " * 400 for number in range(random.randint(1, 3))]
    files = (File("chat.ics", "text/calendar", b"BEGIN:VCALENDAR"),) if random.random() < 0.4 else ()
    return Message("\n\n".join(paragraphs), files=files)


def parts(storm: Storm, place: Place, title: str) -> list[str]:
    """The first word of each post there, without its thread's title."""
    shown = storm.slack.people.shown(place.channel, place.thread)
    return [storm.slack.people.read(one).removeprefix(title).split()[0] for one in shown if one.blocks]


@pytest.mark.parametrize("seed", SEEDS)
async def test_everything_stands_there_once(slack: Loopback, seed: int) -> None:
    random = Random(seed)
    storm, message, title = Storm(slack, random), message_of(random), random.choice(("", "Question 1"))

    async def post(bot: Slack) -> Posted:
        found = await bot.find(SLT, key="7:q1")
        if found is not None:
            return found
        return await (bot.open_thread(SLT, title, message, key="7:q1") if title else bot.post(SLT, message, key="7:q1"))

    posted = await storm.survive(post)
    await storm.calm()
    shown = slack.people.shown("C0SLT", posted.place.thread)
    assert posted.message == shown[0].ts
    assert parts(storm, posted.place, title) == [f"part{number}" for number in range(message.text.count("part"))]
    assert [file.name for one in shown for file in one.files] == [file.name for file in message.files]


@pytest.mark.parametrize("seed", SEEDS)
async def test_changes_come_out_as_the_last_one_says(slack: Loopback, seed: int) -> None:
    random = Random(seed)
    storm, title = Storm(slack, random), random.choice(("", "Question 1"))
    bot = bot_on(slack, storm.kept, storm.clock)
    first = message_of(random)
    posted = await (bot.open_thread(SLT, title, first, key="7:q1") if title else bot.post(SLT, first, key="7:q1"))
    for _ in range(3):
        message = message_of(random)

        async def edit(bot: Slack, message: Message = message) -> Posted:
            await bot.edit(posted, message)
            return posted

        await storm.survive(edit)
        await storm.calm()
        assert parts(storm, posted.place, title) == [f"part{number}" for number in range(message.text.count("part"))]

    async def remove(bot: Slack) -> Posted:
        await bot.remove(posted)
        return posted

    await storm.survive(remove)
    await storm.calm()
    assert slack.people.shown("C0SLT") == []
