"""Discord as a rig for the platform contract: the loopback Discord and what the bot keeps outlive every adapter."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from discord_bots import ADA, BEN, FORUM, SLT, bot_on, channel_of, lobby_of
from discord_loopback.filling import fields_of, shown_values
from discord_loopback.model import Channel, Interaction, Message, Modal
from discord_loopback.people import bot
from discord_loopback.reading import pressables
from discord_loopback.rest import POST
from discord_loopback.server import Loopback
from discord_loopback.shapes import message_shape, user_shape
from discord_loopback.world import BOT_USER, GUILD
from slack_bots import Kept, Passing
from slack_loopback.faults import Kind

from copbot.domain.heard import Edited, Heard, Said
from copbot.domain.heard import Interaction as Acted
from copbot.domain.message import Message as Words
from copbot.domain.place import Person, Place
from copbot.errors import NotAuthenticated, PlatformError
from copbot.testing.rig import Ears, Fault, Seen, SeenForm
from copbot_discord import Discord
from copbot_discord.components import action_of
from copbot_discord.names import DISCORD
from copbot_discord.wording import CHANGE

LAST = "900000000000000999"
"""Whose words are the last of what the bot has been offered: nobody's, and heard by no test."""


class DiscordRig:
    """One Discord, played by the contract in a text channel or in a forum.

    ``runs`` counts how often the adapter was run; ``shut_out`` is why it is not run any more.
    """

    nowhere = Place(DISCORD, "404000000000000000")
    ada = Person(DISCORD, ADA)
    ben = Person(DISCORD, BEN)

    def __init__(self, discord: Loopback, kind: str = "text") -> None:
        self.discord = discord
        self.channel = Place(DISCORD, FORUM if kind == "forum" else SLT)
        self.kept = Kept()
        self.clock = Passing()
        self.ears = Ears()
        self.runs = 0
        self.shut_out: NotAuthenticated | None = None
        self._acts = self._offered = 0
        self._touched: set[str] = set()
        self._lasts: set[str] = set()
        self._before: dict[str, Mapping[str, str]] = {}
        self._changed = asyncio.Event()
        self._run: asyncio.Task[None] | None = None
        self.platform = self._new()

    def _new(self) -> Discord:
        return bot_on(self.discord, self.kept, self.clock)

    async def open_lobby(self) -> None:
        """In a forum, let the post stand that is the channel to the bot. Elsewhere nothing."""
        if self.channel.channel == FORUM:
            posted = await self.platform.post(self.channel, Words("The lobby is open."), key="lobby-opened")
            self.discord.people.clear(channel_of(self.discord, self.channel), posted.message)

    async def connect(self) -> None:
        if self._run is not None and not self._run.done():
            return
        identified, self.shut_out = self.discord.gateway.identified, None
        self._run = asyncio.create_task(self._stay())
        await self.discord.until(lambda: self.discord.gateway.identified > identified or self.shut_out is not None)
        await self.discord.gateway.flush()
        if self.ears.refused and not self.ears.deaf:
            await self.read_again()

    async def _stay(self) -> None:
        """As the bot does: connect again whenever a run ends, until Discord lets nobody in."""
        while True:
            self.runs += 1
            self._changed.set()
            try:
                await self.platform.run(self._inbox)
            except NotAuthenticated as refused:
                self.shut_out = refused
                self.discord.changed.set()
                return
            except PlatformError:
                await asyncio.sleep(0.01)

    async def read_again(self, *places: Place) -> None:
        """As the bot does where something may have been missed: what history shows and nobody heard is heard."""
        assert self.platform.history is not None
        since = min(one.at for one in (*self.ears.refused, *self.ears.heard))
        heard = {_version(one) for one in self.ears.heard}
        for place in places or [self.channel]:
            for one in await self.platform.history.since(place, since):
                if _version(one) not in heard:
                    await self.ears(one)

    async def kill(self) -> None:
        if self._run is not None:
            self.discord.gateway.cut()
            self._run.cancel()
            with suppress(asyncio.CancelledError):
                await self._run
            self._run = None
        await self.discord.until(lambda: not self.discord.gateway.links)
        self.discord.gateway.forget()

    async def restart(self) -> None:
        await self.kill()
        self.platform = self._new()
        await self.connect()

    async def _inbox(self, *heard: Heard) -> None:
        lasts = [one for one in heard if isinstance(one, Said) and one.person.id == LAST]
        self._lasts.difference_update(one.message for one in lasts)
        try:
            await self.ears(*(one for one in heard if one not in lasts))
        finally:
            self._offered += sum(isinstance(one, Acted) and not one.id.startswith("mention:") for one in heard)
            self._changed.set()

    async def settle(self) -> None:
        """Every interaction has come to the inbox; and of every channel in which people did something, what was said after it."""
        if self._run is None or self._run.done():
            return
        runs = self.runs
        if not self._touched:
            await self.discord.gateway.flush()
        for channel in sorted(self._touched):
            self._say_last(self.discord.world.channel(channel))
        self._touched.clear()
        await self._until(lambda: (self._offered == self._acts and not self._lasts) or self.runs != runs)
        self._lasts.clear()

    def _say_last(self, channel: Channel) -> None:
        """Reported, and not there for anybody to see."""
        world = self.discord.world
        world.add_user(LAST, "Nobody", member=False)
        words = f"That was all, <@{BOT_USER}>."  # which the bot may read whatever its intents are
        last = Message(world.snowflake(), channel.id, LAST, words, world.time.now(), mentions=[BOT_USER])
        shape = message_shape(world, last) | {"author": user_shape(world.users.pop(LAST)), "channel_type": channel.type}
        self._lasts.add(last.id)
        world.events("MESSAGE_CREATE", shape | ({} if channel.members and not channel.is_thread else {"guild_id": GUILD}), channel)

    async def _until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not reached():
                self._changed.clear()
                await self._changed.wait()

    async def break_next(self, fault: Fault, *, after: int = 0) -> None:
        self.discord.rest.faults.once(POST, Kind.LOST if fault is Fault.LOST else Kind.LATER, after=after)

    def at(self, place: Place) -> str:
        """The channel or thread where people act when they act in a place."""
        id = channel_of(self.discord, place)
        self._touched.add(id)
        return id

    async def say(self, person: Person, place: Place, text: str) -> str:
        return self.discord.people.say(person.id, self.at(place), text)

    async def edit(self, person: Person, place: Place, message: str, text: str) -> None:
        self.discord.people.edit(person.id, self.at(place), message, text)

    async def remove(self, person: Person, place: Place, message: str) -> None:
        self.discord.people.delete(person.id, self.at(place), message)

    async def react(self, person: Person, place: Place, message: str, emoji: str, *, on: bool) -> None:
        self.discord.people.react(person.id, self.at(place), message, emoji, on=on)

    async def press(self, person: Person, place: Place, message: str, label: str) -> None:
        self._acts += 1
        self.discord.people.press(person.id, channel_of(self.discord, place), message, label)

    async def command(self, person: Person, place: Place, text: str) -> None:
        self._acts += 1
        self.discord.people.slash(person.id, channel_of(self.discord, place), text)

    async def fill(self, person: Person, fields: Mapping[str, str]) -> None:
        front = await self._front(person)
        assert front is not None, "there is no form to fill in"
        self._before[person.id] = _hints(front)
        self._acts += 1
        self.discord.people.submit(person.id, fields)

    async def shown(self, place: Place, to: Person) -> list[Seen]:
        """On top of a thread stands the message that it hangs on, with the thread's title. A lobby begins with what it is for."""
        people, channel = self.discord.people, self.discord.world.channel(channel_of(self.discord, place))
        if not channel.is_thread:
            return [self._seen(one) for one in people.shown(channel.id)]
        parent = self.discord.world.parent(channel)
        first = [one for one in (parent.messages.get(channel.id), channel.messages.get(channel.id)) if one is not None]
        rest = [self._seen(one) for one in people.shown(channel.id) if one.id != channel.id]
        return rest if channel is lobby_of(self.discord, parent.id) else [*(self._seen(one, channel.name) for one in first), *rest]

    async def told(self, person: Person) -> list[str]:
        return [self.discord.people.read(one) for one in self.discord.people.notices(person.id)]

    async def form(self, person: Person) -> SeenForm | None:
        """The form in front; where the bot says what is wrong with it, whoever sees that presses the button for changing it."""
        front = await self._front(person)
        if front is None:
            return None
        before = self._before.get(person.id, {})
        errors = {id: hint for id, hint in _hints(front).items() if before and hint and hint != before.get(id)}
        return SeenForm(front.body["title"], shown_values(front), errors)

    async def _front(self, person: Person) -> Modal | None:
        people = self.discord.people
        if people.front(person.id) is None:
            for notice in filter(_offers_change, people.notices(person.id)[-1:]):
                pressed = people.press(person.id, notice.channel, notice.id, people.buttons(notice)[0])
                await self.discord.until(partial(_is_answered, pressed))
        return people.front(person.id)

    def _seen(self, message: Message, title: str = "") -> Seen:
        people = self.discord.people
        text = f"{title}\n{people.read(message)}" if title else people.read(message)
        reactions = {emoji: len(by) for emoji, by in message.reactions.items()}
        files = tuple(file.name for file in message.files)
        return Seen(message.id, text, bot(message), tuple(people.buttons(message)), files, reactions, bool(message.pinned))


def _hints(modal: Modal) -> Mapping[str, str]:
    return {id: str(label.get("description") or "") for id, label in fields_of(modal).items()}


def _is_answered(act: Interaction) -> bool:
    return act.answered is not None


def _offers_change(notice: Message) -> bool:
    return any(action_of(button.get("custom_id", "")) == CHANGE for button in pressables(notice.components))


def _version(heard: Heard) -> tuple[str, ...]:
    """What tells whether the core knows it already."""
    if isinstance(heard, Said):
        return ("said", heard.message)
    return ("edited", heard.message, str(heard.version)) if isinstance(heard, Edited) else (repr(heard),)
