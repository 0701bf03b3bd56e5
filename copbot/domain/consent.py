"""What each member lets copbot keep about them (2-domain 6.2)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Scope(StrEnum):
    """The five switches of ``/cop privacy``."""

    ACTIVITY = "activity"
    TEXT = "text"
    QUOTE = "quote"
    FOLLOW_UP = "follow_up"
    RESEARCH = "research"


ON, OFF = "on", "off"
NAMED, NO_NAME, NEVER = "named", "no_name", "never"
STATES: dict[Scope, tuple[str, ...]] = {
    Scope.ACTIVITY: (ON, OFF),
    Scope.TEXT: (ON, OFF),
    Scope.QUOTE: (NAMED, NO_NAME, NEVER),
    Scope.FOLLOW_UP: (ON, OFF),
    Scope.RESEARCH: (ON, OFF),
}
"""What each switch can be set to."""

NOTICE_VERSION = "1"
"""The version of the privacy notice that a choice was made under."""


class Consent(NamedTuple):
    """One choice of one member. Rows are only ever added; the newest of a scope counts. ``via`` is how it was made.

    A tuple, as members are: a batch reads those of all its members.
    """

    member: int
    scope: Scope
    state: str
    at: datetime
    via: str
    notice: str = NOTICE_VERSION
    id: int = 0


@dataclass(frozen=True, slots=True)
class OffTheRecord:
    """From ``since`` until ``until`` (None: until the chat closes) nothing the member says in the chat is kept."""

    chat: int
    member: int
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class IdentifierEvent:
    """That a possible identifier was seen, and what came of it. Never the text. ``message`` is only an address.

    ``version`` is the version of the message (0: as first posted) that was seen: an answer to the note holds for that version alone.
    """

    id: int
    chat: int | None
    member: int
    kind: str
    platform: str
    channel: str
    message: str
    at: datetime
    outcome: str = "noted"
    version: int = 0
