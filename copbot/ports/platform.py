"""The port: what an adapter owes the core.

What a platform cannot do is an optional facet that is None, so that forgetting the fallback does not type-check. Each verb keeps a
promise, tested by ``copbot.testing.contract.PlatformContract``:

- ``post`` and ``open_thread`` are *keyed*: the same key again returns the first ``Posted`` and shows nothing new.
- ``edit``, ``remove``, ``react`` and ``Pins.pin`` are *idempotent*.
- ``tell`` is *at most once*. ``Calendar`` looks up first.
- A message longer than ``limits.text`` becomes several posts with keys ``key.1`` ... ``key.n``, resumable; ``Posted`` is the first.

Adapters raise only the errors of ``copbot.errors.PlatformError``'s tree.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from copbot.domain.heard import Happening, Heard, Interaction
from copbot.domain.message import Form, Message, Reply
from copbot.domain.place import Person, Place, Posted, Profile
from copbot.ports.clock import Clock
from copbot.ports.keeping import Keeping
from copbot.ports.leases import Leases


class Inbox(Protocol):
    """Takes what was heard, several things at once where they came together; returns after all of it is committed, so that the platform is
    acknowledged only then. What it raises says that something of it was not; given again, what was committed already changes nothing.
    """

    async def __call__(self, *heard: Heard) -> None: ...


class Threads(StrEnum):
    """How a platform keeps one question's answers together."""

    NONE = "none"
    REPLIES = "replies"
    CHANNELS = "channels"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much fits: characters in one message, buttons under it, characters of a thread's title."""

    text: int
    buttons: int
    title: int


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """One ``name=value`` argument of a verb.

    ``choices`` are all the values there are, if they are few and fixed. ``completed``: while somebody types it, ``Completing`` asks what
    it could be; other values may be right, too.
    """

    name: str
    summary: str
    choices: tuple[str, ...] = ()
    completed: bool = False


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One ``/cop`` verb, for registration and help. ``opens_form``: with these arguments missing it answers with a form.

    ``free`` is the hint for free text after the verb, if it takes any. ``on_message`` is what it is called in a message's own menu; empty:
    it is not there.
    """

    verb: str
    summary: str
    usage: str
    options: tuple[OptionSpec, ...] = ()
    free: str = ""
    opens_form: bool = False
    on_message: str = ""

    @property
    def option_names(self) -> tuple[str, ...]:
        """The names of its ``name=value`` arguments."""
        return tuple(option.name for option in self.options)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that will go wrong in a place, and how to mend it."""

    what: str
    remedy: str


class Forms(Protocol):
    """Dialogs with up to five fields."""

    async def open(self, interaction: Interaction, form: Form) -> None:
        """Show the form to the person who acted; at most once."""
        ...


class Direct(Protocol):
    """Private messages to one person."""

    async def place(self, person: Person) -> Place:
        """Where this person's private messages go. Raises Refused if they do not want any."""
        ...


class Calendar(Protocol):
    """Events that people can see coming."""

    async def schedule(self, place: Place, title: str, starts: datetime, ends: datetime, *, key: str, about: str = "") -> None:
        """Create or move the event of this key."""
        ...

    async def cancel(self, place: Place, *, key: str) -> None:
        """Take the event of this key away, if it is there."""
        ...


class History(Protocol):
    """What was said while nobody listened."""

    @property
    def tells_removals(self) -> bool:
        """Whether ``since`` tells of what was removed. Where it does not, what is known and not shown any more was removed."""
        return True

    async def since(self, place: Place, moment: datetime) -> Sequence[Happening]:
        """Everything people said, edited or removed in the place since the moment, oldest first."""
        ...


class Pins(Protocol):
    """Messages marked for everybody."""

    async def pin(self, posted: Posted) -> None:
        """Mark the message."""
        ...


class Home(Protocol):
    """The bot's own page, which each person sees in their own way."""

    async def show(self, person: Person, page: Sequence[Message]) -> None:
        """Put this on the person's page, in place of what stood there."""
        ...


class Platform(Protocol):
    """One chat platform, as the core sees it."""

    @property
    def name(self) -> str: ...
    @property
    def threads(self) -> Threads: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def forms(self) -> Forms | None: ...
    @property
    def direct(self) -> Direct | None: ...
    @property
    def calendar(self) -> Calendar | None: ...
    @property
    def history(self) -> History | None: ...
    @property
    def pins(self) -> Pins | None: ...
    @property
    def home(self) -> Home | None: ...
    @property
    def http(self) -> Any | None:  # noqa: ANN401 - an ASGI application, whatever made it
        """An ASGI application that the web server mounts at ``/``, or None."""
        ...

    async def run(self, inbox: Inbox) -> None:
        """Connect and hand over what is heard until cancelled.

        End, or raise, where events may have been missed: the bot connects again, and reads them in the history.
        """
        ...

    async def post(self, place: Place, message: Message, *, key: str) -> Posted:
        """Post a message. Keyed."""
        ...

    async def open_thread(self, place: Place, title: str, message: Message, *, key: str) -> Posted:
        """Post a message that starts a thread of its own; ``Posted.place`` is the thread. Keyed."""
        ...

    async def edit(self, posted: Posted, message: Message) -> None:
        """Replace a message of the bot's. Idempotent."""
        ...

    async def remove(self, posted: Posted) -> None:
        """Take a message of the bot's away. Idempotent."""
        ...

    async def react(self, posted: Posted, emoji: str) -> None:
        """Put the bot's reaction on a message. Idempotent."""
        ...

    async def find(self, place: Place, *, key: str) -> Posted | None:
        """The message posted under this key, if the platform still knows: asked before anything unclear is sent again."""
        ...

    async def tell(self, interaction: Interaction, reply: Reply) -> None:
        """Tell the person who acted, privately. At most once. ``Choices`` are told only to who is ``Completing`` a command."""
        ...

    async def profile(self, person: Person) -> Profile:
        """What the platform says about a person. Raises Gone if there is no such person."""
        ...

    async def check(self, place: Place) -> Sequence[Finding]:
        """What would go wrong if a chat were held in this place."""
        ...


@dataclass(frozen=True, slots=True)
class Setup:
    """What an adapter is made from. ``settings`` is the adapter's own part of copbot's settings.

    ``leases`` share out what only one of several processes may do; None: this process is alone on its database.
    """

    commands: Sequence[CommandSpec]
    clock: Clock
    keeping: Keeping
    settings: Mapping[str, Any] = field(default_factory=dict)
    leases: Leases | None = None


Make = Callable[[Setup], Platform]
"""What an entry point of the group ``copbot.adapters`` is."""
