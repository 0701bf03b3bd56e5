"""The platform itself: what stands where, who was told what. It outlives every bot, and what is visible on it is the truth."""

import asyncio
from collections.abc import Callable, Mapping
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from copbot.domain.heard import Commanded, Edited, Happening, Heard, Interaction, Joined, Pressed, Removed, Said, Submitted
from copbot.domain.message import Button, Message, Reply
from copbot.domain.place import Person, Place, Posted
from copbot.errors import Gone
from copbot.ports.platform import Threads
from copbot.testing.simulation.weather import Memory, Weather

NAME = "harbour"
SHORT_MEMORY = timedelta(minutes=2)
"""How long a platform that remembers keys for a while does so."""


@dataclass(slots=True)
class Entry:
    """A message. ``texts`` are all its versions; ``changed_at`` is when the last one came, or when it was removed."""

    id: str
    at: datetime
    place: Place
    person: Person | None
    texts: list[str]
    changed_at: datetime
    number: int
    message: Message | None = None
    key: str = ""
    title: str = ""
    thread: Place | None = None
    removed: bool = False
    pinned: bool = False

    @property
    def text(self) -> str:
        """What it says now."""
        return self.texts[-1]

    @property
    def posted(self) -> Posted:
        """Its address, as the bot gets it."""
        return Posted(self.thread or self.place, self.id, self.at)

    def button(self, action: str) -> Button | None:
        """Its button that does this."""
        return next((one for one in self.message.buttons if one.action == action), None) if self.message and not self.removed else None


@dataclass(slots=True)
class Delivery:
    """One event on its way. ``acknowledged``: some copy of the bot has taken it."""

    heard: Heard
    acknowledged: bool = False
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """What the bot told somebody, privately, in return for an interaction."""

    interaction: Interaction
    reply: Reply
    at: datetime


@dataclass(slots=True)
class Told:
    """Everything that one person was told."""

    notes: list[Note] = field(default_factory=list)


class Harbour:
    """The platform. ``weather`` says what goes wrong; people's methods return at once, whatever becomes of the event."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        random: Random,
        time: Callable[[], datetime],
        weather: Weather,
        threads: Threads,
        trace: Callable[..., None],
    ) -> None:
        self.loop = loop
        self.random = random
        self.time = time
        self.weather = weather
        self.threads = threads
        self.trace = trace
        self.entries: dict[str, Entry] = {}
        self.told: list[Note] = []
        self.connections: list[Connection] = []
        self.closed_to_bot: dict[str, datetime] = {}
        self.unreachable: set[Person] = set()
        self.names: dict[Person, str] = {}
        self.deliveries: list[Delivery] = []
        self.on_the_wire = 0
        self.world: Context = copy_context()
        self._numbers = 0

    # What people do.

    def join(self, person: Person, place: Place, name: str) -> None:
        """Somebody comes into a channel."""
        self.names[person] = name
        self._happens(Joined(self.time(), place, person, name))

    def say(self, person: Person, place: Place, text: str) -> Entry:
        """Somebody posts."""
        entry = self._enter(place, person, text)
        self._happens(Said(entry.at, place, person, entry.id, text, name=self.names[person]))
        return entry

    def edit(self, entry: Entry, text: str) -> None:
        """Somebody changes their message."""
        entry.texts.append(text)
        entry.changed_at = self.time()
        self._happens(self._edited(entry))

    def remove(self, entry: Entry) -> Delivery:
        """Somebody deletes their message."""
        entry.removed = True
        entry.changed_at = self.time()
        return self._happens(Removed(entry.changed_at, entry.place, entry.id))

    def command(self, person: Person, place: Place, text: str, on: Entry | None = None) -> Commanded:
        """Somebody types ``/cop text``, or uses it from the menu of a message."""
        author, quoted = (on.person, on.text) if on else (None, "")
        heard = Commanded(self._id("i"), self.time(), place, person, text, on.id if on else None, self.names[person], author, quoted)
        self._happens(heard)
        return heard

    def press(self, person: Person, place: Place, button: Button, message: str | None) -> Pressed:
        """Somebody presses a button."""
        heard = Pressed(self._id("i"), self.time(), place, person, button.action, button.value, message, self.names[person])
        self._happens(heard)
        return heard

    def submit(self, person: Person, place: Place, form: str, value: str, fields: Mapping[str, str]) -> Submitted:
        """Somebody submits a form."""
        heard = Submitted(self._id("i"), self.time(), place, person, form, value, fields, self.names[person])
        self._happens(heard)
        return heard

    def seen(self, place: Place) -> list[Entry]:
        """What stands in a place, oldest first."""
        return [entry for entry in self.entries.values() if entry.place == place and not entry.removed]

    def told_for(self, interaction: Interaction) -> Reply | None:
        """What the bot told in return, if it did."""
        return next((note.reply for note in self.told if note.interaction.id == interaction.id), None)

    # What the bot does, once the request has arrived.

    def post(self, place: Place, message: Message, key: str, title: str | None = None) -> Posted:
        """Show a message, with ``title`` one that starts a thread; or nothing new, as far as this platform remembers keys."""
        known = self.find(place, key)
        if known is not None and self._remembers(known):
            return known.posted
        entry = self._enter(place, None, message.text)
        entry.message, entry.key = message, key
        if title is not None:
            entry.title, entry.thread = title, self._thread_of(entry)
        self.trace("visible", key, "in", place.channel, place.thread, "AGAIN" if known is not None else "")
        return entry.posted

    def find(self, place: Place, key: str) -> Entry | None:
        """The first message posted under a key."""
        return next((entry for entry in self.entries.values() if entry.key == key and entry.place.top == place.top), None)

    def change(self, posted: Posted, message: Message) -> None:
        """Replace a message of the bot's. Raises Gone."""
        entry = self._standing(posted)
        entry.message = message
        entry.texts.append(message.text)
        self.trace("changed", entry.key)

    def take_away(self, posted: Posted) -> None:
        """Remove a message of the bot's."""
        if posted.message in self.entries:
            self.entries[posted.message].removed = True

    def pin(self, posted: Posted) -> None:
        """Mark a message. Raises Gone."""
        self._standing(posted).pinned = True

    def since(self, place: Place, moment: datetime) -> list[Happening]:
        """What happened in a place since the moment, to messages of people, oldest first."""
        concerned = [one for one in self.entries.values() if one.place == place and one.person is not None and one.changed_at >= moment]
        return sorted((self._as_it_is(one) for one in concerned), key=lambda one: one.at)

    def connect(self, connection: "Connection") -> None:
        """From now on events come this way, too."""
        self.connections.append(connection)

    # How events travel.

    def _happens(self, heard: Heard) -> Delivery:
        delivery = Delivery(heard)
        self.deliveries.append(delivery)
        self.trace("people", _in_short(heard))
        self._send(delivery)
        if self.random.random() < self.weather.twice:
            self._send(delivery)
        return delivery

    def _send(self, delivery: Delivery) -> None:
        late = self.random.uniform(1, 20) if self.random.random() < self.weather.delayed else self.random.uniform(0.01, 0.3)
        self.loop.call_later(late, self._arrive, delivery, context=self.world)

    def _arrive(self, delivery: Delivery) -> None:
        up = [one for one in self.connections if one.is_up]
        if self.random.random() < self.weather.falls and up:
            self.random.choice(up).fall()
            up = [one for one in up if one.is_up]
        for connection in up if self.weather.everybody else [self.random.choice(up)] if up else []:
            connection.carry(delivery)
        delivery.tries += 1
        if self.weather.again and delivery.tries < 4 and not isinstance(delivery.heard, Commanded | Pressed | Submitted):
            self.loop.call_later(self.random.uniform(5, 30), self._once_more, delivery, context=self.world)

    def _once_more(self, delivery: Delivery) -> None:
        if not delivery.acknowledged:
            self._arrive(delivery)

    # Small things.

    def _enter(self, place: Place, person: Person | None, text: str) -> Entry:
        id = self._id("m")
        entry = Entry(id, self.time(), place, person, [text], self.time(), self._numbers)
        self.entries[id] = entry
        return entry

    def _id(self, letter: str) -> str:
        self._numbers += 1
        return f"{letter}{self._numbers}"

    def _thread_of(self, entry: Entry) -> Place:
        thread = entry.id if self.threads is Threads.REPLIES else f"t{entry.id}"
        return Place(NAME, entry.place.channel, thread)

    def _remembers(self, entry: Entry) -> bool:
        match self.weather.memory:
            case Memory.ALWAYS:
                return True
            case Memory.FOR_A_WHILE:
                return self.time() - entry.at < SHORT_MEMORY
            case Memory.NEVER:
                return False

    def _standing(self, posted: Posted) -> Entry:
        entry = self.entries.get(posted.message)
        if entry is None or entry.removed:
            raise Gone(NAME, "the message is no longer there", "Post it again by hand.")
        return entry

    def _edited(self, entry: Entry) -> Edited:
        person = entry.person or Person(NAME, "")
        version = len(entry.texts) - 1
        name = self.names[person]
        return Edited(entry.changed_at, entry.place, person, entry.id, entry.text, version, entry.at, name=name)

    def _as_it_is(self, entry: Entry) -> Happening:
        if entry.removed:
            return Removed(entry.changed_at, entry.place, entry.id)
        if len(entry.texts) > 1:
            return self._edited(entry)
        person = entry.person or Person(NAME, "")
        return Said(entry.at, entry.place, person, entry.id, entry.text, name=self.names[person])


class Connection:
    """One copy's line to the platform. Events wait in ``arriving`` until the copy takes them; a line that fell carries nothing."""

    def __init__(self, is_alive: Callable[[], bool]) -> None:
        self._is_alive = is_alive
        self._fallen = False
        self.arriving: asyncio.Queue[Delivery | None] = asyncio.Queue()

    @property
    def is_up(self) -> bool:
        """Whether events come through; a paused copy does not take them, but they wait for it."""
        return not self._fallen and self._is_alive()

    def carry(self, delivery: Delivery) -> None:
        """Bring an event to the copy."""
        self.arriving.put_nowait(delivery)

    def close(self) -> None:
        """Carry nothing any more: the copy hangs up."""
        self._fallen = True

    def fall(self) -> None:
        """Break; the copy notices."""
        self.close()
        self.arriving.put_nowait(None)


def _in_short(heard: Heard) -> str:
    """An event for the trace: what, who, where, which message, which words."""
    names = ("id", "person", "place", "message", "form", "action", "value", "text", "version")
    found = ((name, getattr(heard, name, None)) for name in names)
    return f"{type(heard).__name__} " + " ".join(f"{name}={_word(value)}" for name, value in found if value is not None)


def _word(value: object) -> object:
    match value:
        case Person(id=id):
            return id
        case Place(channel=channel, thread=thread):
            return f"{channel}/{thread}" if thread else channel
        case _:
            return value
