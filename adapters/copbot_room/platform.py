"""The port on top of the room's server."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from copbot.domain.heard import Interaction
from copbot.domain.message import Message, Reply
from copbot.domain.place import Person, Place, Posted, Profile
from copbot.errors import Gone
from copbot.kit.split import key_of, split
from copbot.ports.platform import CommandSpec, Finding, Home, Inbox, Limits, Setup, Threads
from copbot_room.cast import Cast
from copbot_room.facets import RoomCalendar, RoomDirect, RoomForms, RoomHistory, RoomPins
from copbot_room.model import BOT, ROOM, Entry
from copbot_room.people import People
from copbot_room.server import RoomServer, part_key
from copbot_room.settings import read_settings

LIMITS = Limits(text=4000, buttons=10, title=150)
"""The room's own choice: near Slack's sensible length, so that a chat looks alike in both."""


class Room:
    """The room as an adapter like any other. ``server`` is the chat server behind it, ``people`` what those in the room do."""

    name = ROOM
    threads = Threads.REPLIES
    limits = LIMITS

    def __init__(self, server: RoomServer, commands: Sequence[CommandSpec]) -> None:
        self.server = server
        self.commands = tuple(commands)
        self.people = People(server)
        self.forms = RoomForms(server)
        self.direct = RoomDirect(server)
        self.calendar = RoomCalendar(server)
        self.history = RoomHistory(server)
        self.pins = RoomPins(server)
        self.home: Home | None = None

    @cached_property
    def http(self) -> Any | None:  # noqa: ANN401 - as in the port
        """The room's page as an ASGI application; None if the room is not ``live``."""
        if not self.server.settings.live:
            return None
        from copbot_room.web import page_app

        return page_app(self.people, self.commands)

    def cast(self, channel: str, question_set: str, *, seed: int, since: datetime) -> Cast:
        """Simulated members for a channel, who have done by ``since`` what they would do by then."""
        return Cast(self.people, channel, question_set, seed=seed, since=since)

    async def run(self, inbox: Inbox) -> None:
        """Hand over what was never acknowledged, then what happens, until cancelled. What ``inbox`` raises comes out here."""
        await self.server.line.run(inbox)

    async def post(self, place: Place, message: Message, *, key: str) -> Posted:
        """Post a message. Keyed."""
        return self._post_parts(place, message, key).posted

    async def open_thread(self, place: Place, title: str, message: Message, *, key: str) -> Posted:
        """Post a message under a title; what does not fit stands in the thread. Keyed."""
        return self._post_parts(place, message, key, title if len(title) <= LIMITS.title else f"{title[: LIMITS.title - 1]}…").posted

    def _post_parts(self, place: Place, message: Message, key: str, title: str | None = None) -> Entry:
        parts = split(message, self.limits)
        first = self.server.post(place, parts[0], key=key_of(key, 1, len(parts)), base=key, parts=len(parts), title=title)
        for number, part in enumerate(parts[1:], 2):
            self.server.post(first.posted.place, part, key=key_of(key, number, len(parts)), base=key)
        return first

    async def edit(self, posted: Posted, message: Message) -> None:
        """Replace a message. Of a split one all parts are replaced; what no longer fits into them is a new part. Idempotent."""
        old, parts = self.server.siblings(posted.message), split(message, self.limits)
        for entry, part in zip(old, parts, strict=False):
            self.server.edit(entry.id, part, parts=len(parts))
        for number, part in enumerate(parts[len(old) :], len(old) + 1):
            self.server.post(old[0].posted.place, part, key=part_key(old[0], number), base=old[0].base or "")
        for entry in old[len(parts) :]:
            self.server.remove(entry.id, for_good=False)

    async def remove(self, posted: Posted) -> None:
        """Take a message away, all its parts. Idempotent."""
        for entry in self.server.siblings(posted.message):
            self.server.remove(entry.id)

    async def react(self, posted: Posted, emoji: str) -> None:
        """Put the bot's reaction on a message. Idempotent."""
        self.server.react(posted.message, emoji)

    async def find(self, place: Place, *, key: str) -> Posted | None:
        """What was posted under this key: None also if only some parts of a split message are there, since the same key resumes it."""
        found = self.server.by_key(key)
        return found[0].posted if found and found[0].channel == place.channel else None

    async def tell(self, interaction: Interaction, reply: Reply) -> None:
        """Tell the person who acted; nobody else sees it. It stays until they dismiss it."""
        self.server.tell(interaction, reply)

    async def profile(self, person: Person) -> Profile:
        """Name and zone of a persona, or the bot's own. Raises Gone."""
        if person.id == BOT:
            return Profile(person, BOT, is_bot=True)
        who = self.server.persona(person.id)
        return Profile(person, who.name, who.time_zone)

    async def check(self, place: Place) -> Sequence[Finding]:
        """Whether the channel is there; nothing else can be wrong in the room."""
        try:
            self.server.channel(place.channel)
        except Gone as gone:
            return [Finding(gone.reason, gone.remedy)]
        return []


def make(setup: Setup) -> Room:
    """The room's entry point. Raises ConfigurationError for settings that cannot be used."""
    return Room(RoomServer(read_settings(setup.settings), setup.clock), setup.commands)
