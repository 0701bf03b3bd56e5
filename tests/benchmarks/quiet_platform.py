"""A platform in memory that remembers when it was handed what. Nobody ever says anything there."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from copbot.domain.heard import Happening, Interaction
from copbot.domain.message import Message, Reply
from copbot.domain.place import Person, Place, Posted, Profile
from copbot.ports.clock import Clock
from copbot.ports.platform import Finding, Inbox, Limits, Threads

NAME = "memory"


@dataclass(frozen=True, slots=True)
class Opened:
    """A thread, and when the platform was asked for it."""

    at: datetime
    place: Place
    title: str
    text: str


class Silence:
    """A history in which nothing was said."""

    tells_removals = True

    async def since(self, place: Place, moment: datetime) -> Sequence[Happening]:
        """Nothing."""
        return []


class PrivateMessages:
    """A private place for everybody."""

    async def place(self, person: Person) -> Place:
        """Theirs."""
        return Place(NAME, f"@{person.id}")


class QuietPlatform:
    """``opened`` are the threads in the order in which they were asked for; ``enough`` is set when there are as many as ``awaited``."""

    name = NAME
    threads = Threads.REPLIES
    limits = Limits(text=4000, buttons=10, title=150)
    forms = calendar = pins = home = http = None

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count(1)
        self.direct = PrivateMessages()
        self.history = Silence()
        self.opened: list[Opened] = []
        self.awaited = 0
        self.enough = asyncio.Event()

    async def run(self, inbox: Inbox) -> None:
        """Nothing is ever heard."""
        await asyncio.Event().wait()

    async def post(self, place: Place, message: Message, *, key: str) -> Posted:
        """Take a message."""
        return Posted(place, str(next(self._numbers)))

    async def open_thread(self, place: Place, title: str, message: Message, *, key: str) -> Posted:
        """Take a message that starts a thread."""
        self.opened.append(Opened(self._clock.now(), place, title, message.text))
        if len(self.opened) == self.awaited:
            self.enough.set()
        posted = await self.post(place, message, key=key)
        return Posted(Place(place.platform, place.channel, posted.message), posted.message)

    async def edit(self, posted: Posted, message: Message) -> None:
        """Take a change."""

    async def remove(self, posted: Posted) -> None:
        """Take a removal."""

    async def react(self, posted: Posted, emoji: str) -> None:
        """Take a reaction."""

    async def find(self, place: Place, *, key: str) -> Posted | None:
        """Nothing gets lost here, so that nothing is ever looked for."""
        raise AssertionError("nothing was unclear")

    async def tell(self, interaction: Interaction, reply: Reply) -> None:
        """Nobody interacts."""
        raise AssertionError("nobody asked")

    async def profile(self, person: Person) -> Profile:
        """A name."""
        return Profile(person, person.id)

    async def check(self, place: Place) -> Sequence[Finding]:
        """All is well."""
        return []
