"""What people do, as neutral events. A raw payload never leaves its adapter.

``at`` is always an aware instant in UTC, as the platform gives it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from copbot.domain.place import Person, Place


class Said(NamedTuple):
    """Somebody posted a message. ``replies_to`` is the message id it explicitly answers, where the platform records that.

    A tuple, as places and people are: one is made for every message, which takes a tenth of the time that a dataclass takes.
    """

    at: datetime
    place: Place
    person: Person
    message: str
    text: str
    mentions: tuple[Person, ...] = ()
    replies_to: str | None = None
    has_files: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """Somebody changed a message. ``version`` grows with every edit; the highest wins. ``said_at`` is when it was first posted."""

    at: datetime
    place: Place
    person: Person
    message: str
    text: str
    version: int
    said_at: datetime
    mentions: tuple[Person, ...] = ()
    replies_to: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """A message is no longer there."""

    at: datetime
    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Reacted:
    """A reaction is now on (or no longer on) a message: state, not change."""

    at: datetime
    place: Place
    person: Person
    message: str
    emoji: str
    on: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody came into a channel."""

    at: datetime
    place: Place
    person: Person
    name: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody left a channel."""

    at: datetime
    place: Place
    person: Person


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """Somebody looks at the bot's own page."""

    at: datetime
    person: Person


@dataclass(frozen=True, slots=True)
class Commanded:
    """``/cop VERB ARGUMENTS`` or a message shortcut. ``id`` is the interaction's id; ``message`` is what a shortcut was used on.

    ``author`` is who wrote that message (the bot's own account for one of its own), None where the platform does not say;
    ``quoted`` is what it says, to be shown to the person who acted and never kept.
    """

    id: str
    at: datetime
    place: Place
    person: Person
    text: str
    message: str | None = None
    name: str = ""
    author: Person | None = None
    quoted: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button under a message of the bot's was pressed."""

    id: str
    at: datetime
    place: Place
    person: Person
    action: str
    value: str
    message: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A form was submitted."""

    id: str
    at: datetime
    place: Place
    person: Person
    form: str
    value: str
    fields: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Completing:
    """Somebody is typing ``option`` of ``/cop verb`` and wants to see what it could be; answered with ``Choices``.

    ``typed`` is as far as they have come, ``options`` what they have written in the others. It changes nothing and nothing of it is kept.
    ``channels`` says what channels are called, by their ids, where people never see those.
    """

    id: str
    at: datetime
    place: Place
    person: Person
    verb: str
    option: str
    typed: str
    options: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    channels: Mapping[str, str] = field(default_factory=dict)


Request = Commanded | Pressed | Submitted
"""Something that somebody wants done, handled once."""

Interaction = Request | Completing
"""Something that the bot answers with a private reply."""

Happening = Said | Edited | Removed | Reacted | Joined | Left | HomeOpened
"""Something that the bot hears and answers to nobody."""

Heard = Interaction | Happening
