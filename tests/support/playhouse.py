"""Whole chats in the room: people act, time passes, and the tests look at what stands there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from copbot.content import Content
from copbot.domain.chat import Chat, State
from copbot.domain.response import Response
from copbot.domain.step import Step
from copbot.runtime.bot import Bot
from copbot.store.store import SqlStore
from copbot.testing.clock import SteppingClock
from copbot_room import Room
from copbot_room.model import Entry

LONDON = ZoneInfo("Europe/London")
CHANNEL, BACKSTAGE = "resnetslt", "resnetslt-hosts"
SEED_2 = "resnetslt-2018-01-thinking-together"
HOSTS = ("sally", "lucy", "jane")
PEOPLE = (*HOSTS, "maria", "tom", "aisha", "ben", "chloe", "dev")


def london(text: str) -> datetime:
    """An instant from London wall-clock time, like ``2018-01-31 19:35``."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@dataclass
class House:
    """A bot in a room, on a clock that stands still until the test goes on."""

    store: SqlStore
    content: Content
    clock: SteppingClock
    room: Room
    bot: Bot

    async def until(self, moment: datetime | str) -> None:
        """Let time pass, step by step, up to a moment."""
        goal = london(moment) if isinstance(moment, str) else moment
        while True:
            due = await self.bot.turn()
            if due is None or due > goal:
                self.clock.set(goal)
                await self.bot.turn()
                return
            assert due > self.clock.now() or due <= goal
            self.clock.set(due)

    async def after(self, minutes: float) -> None:
        """Let so many minutes pass."""
        await self.until(self.clock.now() + timedelta(minutes=minutes))

    async def restart(self) -> None:
        """Stop the bot as a crash would, and start another on the same store and room."""
        await self.bot.stop()
        self.bot = Bot(self.store, self.content, [self.room], self.clock, self.clock, random=Random(2), owner="second")
        await self.bot.start()

    async def cop(self, who: str, text: str, channel: str = CHANNEL) -> str:
        """Type a command; what the bot tells that person, in words."""
        before = {(note.id, note.text) for note in self.room.people.told(who)}
        await self.room.people.command(who, channel, f"/cop {text}")
        await self.bot.turn()
        return "\n".join(note.text for note in self.room.people.told(who) if (note.id, note.text) not in before)

    async def press(self, who: str, action: str, *, value: str | None = None) -> str:
        """Press a button of the newest private note, private message, or post that has one; what the bot tells in return."""
        before = {(note.id, note.text) for note in self.room.people.told(who)}
        await self.room.people.press(who, self.find_button(who, action), action, value)
        await self.bot.turn()
        return "\n".join(note.text for note in self.room.people.told(who) if (note.id, note.text) not in before)

    def find_button(self, who: str, action: str) -> str:
        """The newest thing this person sees that has the button."""
        notes = [(note.at, note.id, note.buttons) for note in self.room.people.told(who)]
        channels = [channel.id for channel in self.room.people.channels(who)] + [f"@{who}"]
        posts = [(entry.at, entry.id, entry.buttons) for channel in channels for entry in self.everything(channel)]
        found = [id for _, id, buttons in sorted([*posts, *notes], key=lambda one: one[0]) if any(b.action == action for b in buttons)]
        assert found, f"{who} sees no button {action!r}"
        return found[-1]

    def everything(self, channel: str) -> list[Entry]:
        """Posts of a channel and of its threads."""
        top = self.room.people.shown(channel)
        return [*top, *(reply for entry in top for reply in self.room.people.shown(channel, entry.id)[1:])]

    def texts(self, channel: str = CHANNEL, thread: str | None = None) -> list[str]:
        """What the bot has posted there."""
        return [entry.text for entry in self.room.people.shown(channel, thread) if entry.by_bot]

    def thread(self, label: str) -> str:
        """The thread of a question: ``Q1``."""
        return next(entry.id for entry in self.room.people.shown(CHANNEL) if entry.opens_thread and entry.title.startswith(label))

    def asked(self) -> list[str]:
        """Labels of the questions that stand in the channel, in order."""
        return [entry.title.split()[0] for entry in self.room.people.shown(CHANNEL) if entry.opens_thread]

    def posted_at(self, label: str) -> str:
        """When a question was posted, London time."""
        entry = next(one for one in self.room.people.shown(CHANNEL) if one.opens_thread and one.title.startswith(label))
        return f"{entry.at.astimezone(LONDON):%H:%M}"

    def panel(self) -> Entry:
        """The host panel."""
        return next(entry for entry in self.room.people.shown(BACKSTAGE) if "(chat " in entry.text)

    async def chat(self, nth: int = 1) -> Chat:
        """The chat as it is stored. Chats are counted, for PostgreSQL leaves gaps between ids where something was rolled back."""
        chats = await self.store.read(lambda uow: uow.chats.in_states(list(State)))
        return sorted(chats, key=lambda chat: chat.id)[nth - 1]

    async def responses(self) -> list[Response]:
        """The responses of the first chat."""
        id = (await self.chat()).id
        return await self.store.read(lambda uow: uow.responses.of_chat(id))

    async def steps(self) -> dict[str, Step]:
        """The first chat's steps by key."""
        id = (await self.chat()).id
        return {step.key: step for step in await self.store.read(lambda uow: uow.steps.of(id))}

    async def schedule(self, who: str = "sally", wish: str = f"set={SEED_2} date=2018-01-31 time=19:30 with=Lucy") -> str:
        """Schedule and confirm; what was told at the end."""
        await self.cop(who, f"schedule {wish}")
        return await self.press(who, "draft-confirm")


Open = Callable[..., Awaitable[House]]
