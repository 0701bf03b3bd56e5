"""Chats, the questions put to people in them, and the roles people have there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from copbot.domain.place import Place, Posted


class State(StrEnum):
    """The life of a chat: draft -> planned -> open -> closing -> closed, or cancelled.

    ``closing``: the hour is over, threads are still open for late answers.
    """

    DRAFT = "draft"
    PLANNED = "planned"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    CANCELLED = "cancelled"


AHEAD = (State.PLANNED, State.OPEN, State.CLOSING)
"""States in which a chat still has something to do."""

ON_PLAN = (*AHEAD, State.CLOSED)
"""States in which steps fall due: private follow-ups come weeks after a chat has closed."""

HEARING = (State.OPEN, State.CLOSING)
"""States in which what people say belongs to a chat."""


class Role(StrEnum):
    """What a member is in one chat."""

    HOST = "host"
    CO_HOST = "co_host"
    GUEST = "guest"
    PRESENTER = "presenter"
    PARTICIPANT = "participant"


FACILITATORS = (Role.HOST, Role.CO_HOST)


@dataclass(frozen=True, slots=True)
class Chat:
    """One hosted discussion in exactly one channel. All instants are UTC; ``time_zone`` is where its wall clock hangs.

    ``edition`` is the hash of the frozen question set, format and wording. ``change`` counts what hosts did to the
    plan, so that a stale button press can be told. ``topic`` is shown to people; ``version`` counts schedulings of it.
    """

    id: int
    community: str
    place: Place
    title: str
    question_set: str
    edition: str
    state: State
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    created_by: int | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    paused_at: datetime | None = None
    hushed_until: datetime | None = None
    noticed_at: datetime | None = None
    last_unasked_at: datetime | None = None
    quiet_after_gap_until: datetime | None = None
    change: int = 0

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the chat's wall clock."""
        return ZoneInfo(self.time_zone)


class AskedState(StrEnum):
    """waiting: due or on its way; open: people can answer in its thread; closed: the next one is open or the chat over."""

    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as put to people in one chat. ``number`` 0 has a ``name`` instead: an unplanned question of a host, the take-away round.

    ``thread`` is where its answers live, once posted; ``root`` is the message that asks it.
    """

    id: int
    chat: int
    number: int
    text: str
    state: AskedState
    asked_at: datetime
    has_part_b: bool = False
    part_b_at: datetime | None = None
    closes_at: datetime | None = None
    root: Posted | None = None
    name: str = ""

    @property
    def label(self) -> str:
        """How people call it: Q1, Q2 ... or its name."""
        return f"Q{self.number}" if self.number else self.name

    @property
    def tag(self) -> str:
        """What stands for it in the keys of public messages: of a planned question the same if it is asked anew in a restored database."""
        return str(self.number) if self.number else f"x{self.id}"


class Counters(NamedTuple):
    """What the rules need to know about an asked question, kept in its one row and updated with every response.

    ``last_human_at`` moves for everybody who speaks, also those who opted out (rule 13); nothing else does for them. A tuple, as
    responses are.
    """

    asked: int
    last_human_at: datetime | None = None
    messages: int = 0
    voices: int = 0
    peer: int = 0
    first_at: datetime | None = None
    unasked_posts: int = 0
    last_unasked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoleInChat:
    """A member's role in one chat."""

    chat: int
    member: int
    role: Role


class Coming(StrEnum):
    """What a member said about taking part."""

    COMING = "coming"
    LISTENING = "listening"


@dataclass(frozen=True, slots=True)
class Attendance:
    """A member pressed "I'll be there" or "I'm listening"."""

    chat: int
    member: int
    coming: Coming
    at: datetime


@dataclass(frozen=True, slots=True)
class Act:
    """What a host did, so that others can be told: "Lucy posted Q3 8 s ago"."""

    chat: int
    member: int
    verb: str
    about: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pin:
    """A message pinned for the summary."""

    chat: int
    posted: Posted
    by: int
    at: datetime


OPEN_AFTERWARDS = timedelta(hours=24)
"""How long threads stay open after a chat if its format does not say."""
