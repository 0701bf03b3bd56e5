"""What a platform's tests provide so that the contract can be played on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from copbot.domain.heard import Heard
from copbot.domain.place import Person, Place
from copbot.ports.platform import Platform


class Fault(StrEnum):
    """What goes wrong with one request of the bot's."""

    LATER = "later"
    """Refused before anything is done; the adapter raises TryLater."""

    LOST = "lost"
    """Done, but the answer gets lost; the adapter raises Unclear."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as somebody in the room sees it. ``text`` is plain, with a thread's title (if it has one) in front of it."""

    id: str
    text: str
    by_bot: bool
    buttons: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    reactions: Mapping[str, int] = field(default_factory=dict)
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class SeenForm:
    """A form as the person in front of it sees it: field name -> value, field name -> what is wrong with it."""

    title: str
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


class Ears:
    """An inbox that works: keeps what it heard, or refuses it as a bot does whose database is not there."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.refused: list[Heard] = []
        self.deaf = False

    async def __call__(self, *heard: Heard) -> None:
        """Take all of it, or raise ConnectionError while ``deaf``."""
        if self.deaf:
            self.refused += heard
            raise ConnectionError("deaf")
        self.heard += heard


class Rig(Protocol):
    """A room with people in it and a bot that may be killed. Assertions look at what people see, never at calls.

    Methods of people return when it is done on the platform; ``settle`` waits until the bot has been offered all of it.
    """

    platform: Platform
    """The adapter now running; another object after ``restart``."""

    ears: Ears
    channel: Place
    nowhere: Place
    """A channel that does not exist."""

    ada: Person
    ben: Person

    async def connect(self) -> None:
        """Run the adapter with ``ears``; return once it listens. Connected already: nothing."""
        ...

    async def kill(self) -> None:
        """Stop the adapter as a crash would: nothing is finished, only what it keeps survives."""
        ...

    async def restart(self) -> None:
        """``kill``, then a new adapter on what survived, and ``connect``."""
        ...

    async def settle(self) -> None:
        """Wait until everything that people did so far has been offered to a connected bot."""
        ...

    async def break_next(self, fault: Fault, *, after: int = 0) -> None:
        """Let one posting request fail, once ``after`` of them went well."""
        ...

    async def say(self, person: Person, place: Place, text: str) -> str:
        """Somebody posts; gives the message's id."""
        ...

    async def edit(self, person: Person, place: Place, message: str, text: str) -> None:
        """Somebody changes their message."""
        ...

    async def remove(self, person: Person, place: Place, message: str) -> None:
        """Somebody deletes their message."""
        ...

    async def react(self, person: Person, place: Place, message: str, emoji: str, *, on: bool) -> None:
        """Somebody puts a reaction on or takes it off."""
        ...

    async def press(self, person: Person, place: Place, message: str, label: str) -> None:
        """Somebody presses the button with this label."""
        ...

    async def command(self, person: Person, place: Place, text: str) -> None:
        """Somebody types a command; ``text`` is what follows ``/cop``."""
        ...

    async def fill(self, person: Person, fields: Mapping[str, str]) -> None:
        """Somebody submits the form in front of them."""
        ...

    async def shown(self, place: Place, to: Person) -> list[Seen]:
        """What stands in a channel, or in a thread with the message that it hangs on, as this person sees it; oldest first."""
        ...

    async def told(self, person: Person) -> list[str]:
        """The plain texts of what the bot told this person alone, oldest first."""
        ...

    async def form(self, person: Person) -> SeenForm | None:
        """The form in front of this person."""
        ...
