"""What a rehearsal asks of the platform it plays on: people who act, and a cast that plays them. The room has both."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from copbot.domain.message import Button


class Actors(Protocol):
    """What people can do there."""

    async def command(self, person_id: str, channel: str, text: str, thread: str | None = None) -> None:
        """Type a command."""
        ...

    async def press(self, person_id: str, message_id: str, action: str, value: str | None = None) -> None:
        """Press a button."""
        ...

    def told(self, person_id: str) -> Sequence["Note"]:
        """The notes that only this person sees, oldest first."""
        ...


class Note(Protocol):
    """Something that only one person sees."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def buttons(self) -> tuple[Button, ...]: ...


class Cast(Protocol):
    """The simulated members."""

    def next(self) -> datetime | None:
        """When somebody next does something."""
        ...

    async def play(self, now: datetime) -> int:
        """Let everybody do what they do by now; how many things happened."""
        ...


@runtime_checkable
class Stage(Protocol):
    """A platform on which a chat can be rehearsed."""

    @property
    def people(self) -> Actors: ...

    def cast(self, channel: str, question_set: str, *, seed: int, since: datetime) -> Cast:
        """Simulated members for a channel, who have done by ``since`` what they would do by then."""
        ...


PERSONAS: Sequence[Mapping[str, Any]] = (
    {"id": "sally", "name": "Sally", "host": True},
    {"id": "lucy", "name": "Lucy", "host": True},
    {"id": "maria", "name": "Maria"},
    {"id": "tom", "name": "Tom"},
    {"id": "aisha", "name": "Aisha"},
    {"id": "ben", "name": "Ben"},
    {"id": "chloe", "name": "Chloe"},
    {"id": "dev", "name": "Dev"},
    {"id": "robin", "name": "Robin"},
)
"""Who is in the room. Sally and Lucy host; nobody plays Robin but whoever sits in front of the page."""


def personas(admins: Sequence[str], zone: str) -> list[dict[str, Any]]:
    """Who is in the room of a community; the first is the host who schedules: its first admin, if it names any."""
    first, *others = PERSONAS
    host = {"id": admins[0].lstrip("@"), "name": admins[0].lstrip("@").capitalize(), "host": True} if admins else first
    return [{**persona, "time_zone": zone} for persona in (host, *others)]
