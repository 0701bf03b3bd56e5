"""What a text in common Markdown consists of, for renderers."""

from dataclasses import dataclass
from datetime import datetime

from copbot.domain.place import Person, Place


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words."""

    text: str


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A new line in the same paragraph."""


@dataclass(frozen=True, slots=True)
class Code:
    """Words in fixed width."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Bold."""

    children: "tuple[Inline, ...]"


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Italic."""

    children: "tuple[Inline, ...]"


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a page or a mail address: ``http:``, ``https:`` and ``mailto:`` only."""

    url: str
    children: "tuple[Inline, ...]"


@dataclass(frozen=True, slots=True)
class PersonLink:
    """``[Ada](person:room:ada)``: a mention of one person."""

    person: Person
    children: "tuple[Inline, ...]"


@dataclass(frozen=True, slots=True)
class TimeLink:
    """``[19:30](time:2018-01-31T19:30:00+00:00)``: an aware instant, shown in each reader's own zone where a platform can."""

    moment: datetime
    children: "tuple[Inline, ...]"


@dataclass(frozen=True, slots=True)
class PlaceLink:
    """``[#slt](place:room:slt)`` or, for a thread, ``[Q2](place:room:slt/m12)``."""

    place: Place
    children: "tuple[Inline, ...]"


Inline = Text | LineBreak | Code | Strong | Emphasis | Link | PersonLink | TimeLink | PlaceLink


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines in fixed width, without the last newline. ``language`` is what stands behind the fence."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody else's words."""

    blocks: "tuple[Block, ...]"


@dataclass(frozen=True, slots=True)
class BulletList:
    """Items without numbers."""

    items: "tuple[tuple[Block, ...], ...]"


@dataclass(frozen=True, slots=True)
class OrderedList:
    """Items numbered from ``start``."""

    items: "tuple[tuple[Block, ...], ...]"
    start: int = 1


Block = Paragraph | CodeBlock | Quote | BulletList | OrderedList
