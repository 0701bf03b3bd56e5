"""What the room's server remembers. Frozen values; ``RoomState`` replaces them whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from pydantic import ConfigDict

from copbot.domain.message import Button, Form
from copbot.domain.place import Person, Place, Posted

ROOM = "room"
"""The platform's name in every Place and Person."""

BOT = "copbot"
"""The bot's own account in the room."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody one can be in the room. ``time_zone`` is an IANA name; a ``host`` also sees the hosts' channels."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    name: str
    time_zone: str = "Europe/London"
    host: bool = False

    @property
    def person(self) -> Person:
        """The account, as the port names it."""
        return Person(ROOM, self.id)


@dataclass(frozen=True, slots=True)
class Channel:
    """Where people talk. With ``hosts`` it is a private channel that only hosts see."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    title: str
    purpose: str = ""
    hosts: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A small file beside a message."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    name: str
    media_type: str
    content: bytes
    description: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji on a message, and who put it there, in the order they did."""

    emoji: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Entry:
    """A message in a channel, a thread or somebody's private pane. ``author`` is a persona's id or BOT.

    ``channel`` is a channel's id, or ``@`` and a persona's id; ``thread`` is the id of the thread's first message. ``key`` is what the
    bot posted it under; ``base`` is the key of the whole message, which was split into ``parts``.
    A removed message stays as a tombstone without content.
    """

    id: str
    channel: str
    author: str
    text: str
    at: datetime
    thread: str | None = None
    title: str = ""
    opens_thread: bool = False
    buttons: tuple[Button, ...] = ()
    files: tuple[Attachment, ...] = ()
    key: str | None = None
    base: str | None = None
    parts: int = 1
    version: int = 0
    edited_at: datetime | None = None
    removed_at: datetime | None = None
    pinned: bool = False
    replies_to: str | None = None
    reactions: tuple[Reaction, ...] = ()

    @property
    def place(self) -> Place:
        """Where it stands: a thread's first message stands in the channel."""
        return Place(ROOM, self.channel, self.thread)

    @property
    def posted(self) -> Posted:
        """Its address for the bot: of a message that was posted to open a thread, the thread."""
        return Posted(Place(ROOM, self.channel, self.id) if self.opens_thread else self.place, self.id, self.at)

    @property
    def by_bot(self) -> bool:
        """Whether the bot wrote it."""
        return self.author == BOT


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Told:
    """Something only one person sees, until they dismiss it."""

    id: str
    person: str
    channel: str
    at: datetime
    text: str
    thread: str | None = None
    buttons: tuple[Button, ...] = ()
    files: tuple[Attachment, ...] = ()
    by_room: bool = False

    @property
    def place(self) -> Place:
        """Where it is shown."""
        return Place(ROOM, self.channel, self.thread)


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form open in front of one person. While ``waiting`` it was submitted and not yet answered.

    ``interaction`` is the id of what it was opened for, then of its submission; ``replaces`` is the Told whose button opened it.
    """

    person: str
    interaction: str
    channel: str
    form: Form
    thread: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    waiting: bool = False
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Upcoming:
    """An event in the room's calendar. Aware instants in UTC."""

    key: str
    channel: str
    title: str
    starts: datetime
    ends: datetime
    about: str = ""


@dataclass(frozen=True, slots=True)
class Counter:
    """The last number given out in a series, so that no id is ever given twice."""

    last: int
