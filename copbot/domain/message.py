"""What the bot says: text in common Markdown, with buttons, fields, an image or files beside it.

Links with the private schemes ``person:``, ``time:`` and ``place:`` are rendered by each adapter in its
platform's own way: ``[Ada](person:room:ada)``, ``[19:30](time:2018-01-31T19:30:00+00:00)``, ``[#slt](place:room:slt)``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from copbot.domain.place import Person

FORM_FIELDS = 5
"""A form asks at most five things that everybody must see: Discord's limit for modals."""


class Look(StrEnum):
    """How much a button asks for attention."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """A press of it arrives as ``Pressed(action, value)``.

    ``value`` carries what the press expects to act on, so that a stale press can be told from a fresh one.
    """

    label: str
    action: str
    value: str = ""
    look: Look = Look.PLAIN


@dataclass(frozen=True, slots=True)
class File:
    """A small file beside a message, such as an .ics invitation. ``description`` is its alternative text."""

    name: str
    media_type: str
    content: bytes
    description: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """Something the bot says. ``text`` alone must carry the meaning: it is what notifications and screen readers get."""

    text: str
    buttons: tuple[Button, ...] = ()
    files: tuple[File, ...] = ()

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a message needs text")


class FieldKind(StrEnum):
    """What a form field asks for. Where a platform has no picker for a kind, it is a line of text."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    CHOICE = "choice"
    DATE = "date"
    """``2018-01-31``."""
    TIME = "time"
    """``19:30``."""
    PEOPLE = "people"
    """Names with commas between them; somebody picked is ``person:slack:U1``."""
    CHANNEL = "channel"
    """A channel's id, one of the options."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: of a CHOICE or CHANNEL field, or of what is being typed."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. ``people`` are those of ``value`` (of kind PEOPLE) whose accounts are known."""

    name: str
    label: str
    kind: FieldKind = FieldKind.LINE
    value: str = ""
    hint: str = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A dialog; its submission arrives as ``Submitted(form=name, value=value, fields=...)``.

    ``spare`` fields follow the others where a platform's forms are long enough. Elsewhere they are missing from the submission: then they
    mean what they would have been filled with.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    value: str = ""
    submit: str = "Continue"
    spare: tuple[Field, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.fields) <= FORM_FIELDS:
            raise ValueError(f"a form has 1 to {FORM_FIELDS} fields, not {len(self.fields)}")


@dataclass(frozen=True, slots=True)
class Invitation:
    """An entry for somebody's own calendar; told as an .ics file. Instants are UTC; ``uid`` stays the same when the chat moves."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    about: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Private:
    """Told to the one person who acted. What is in ``attach`` is made into files on the way out.

    ``window``: the title of a window of its own, for what people stay with for a while; where there are none, it is a message like others.
    """

    message: Message
    attach: tuple[Invitation, ...] = ()
    window: str = ""


@dataclass(frozen=True, slots=True)
class FormErrors:
    """What to mend in the form just submitted: field name -> what is wrong and what to write instead."""

    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to tell; what changed can be seen."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the option being typed could be, best first; told to who is ``Completing`` it. An option's ``value`` is what is then sent."""

    options: tuple[Option, ...] = ()


Reply = Private | Form | FormErrors | Choices | Nothing
"""What the bot tells a person in return for an interaction. Always private."""
