"""Who and where, in no platform's words."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Person(NamedTuple):
    """An account on one platform."""

    platform: str
    id: str


class Place(NamedTuple):
    """Somewhere a message can be posted: a channel, a thread in it, or one person's private messages.

    ``channel`` and ``thread`` are the platform's own ids; nothing but the adapter reads meaning into them.
    """

    platform: str
    channel: str
    thread: str | None = None

    @property
    def top(self) -> "Place":
        """The channel that this place belongs to."""
        return Place(self.platform, self.channel)


@dataclass(frozen=True, slots=True, order=True)
class Posted:
    """The address of a message that a platform has accepted. For a thread, ``place`` is the thread itself.

    ``at`` is when it was posted (UTC), where the platform knows; it is no part of the address.
    """

    place: Place
    message: str
    at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ThreadOf:
    """The thread of an asked question, wherever that will be once it is open."""

    asked: int


@dataclass(frozen=True, slots=True)
class Privately:
    """One person's direct messages."""

    person: Person


Target = Place | ThreadOf | Privately
"""Where an outgoing message goes."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a platform tells about a person. ``time_zone`` is an IANA name or None if the platform does not say."""

    person: Person
    name: str
    time_zone: str | None = None
    is_bot: bool = False
