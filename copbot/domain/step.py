"""Steps of a plan and messages on their way out: everything that must happen is a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from copbot.domain.message import Message
from copbot.domain.place import Person, Place, Posted, Target


class StepState(StrEnum):
    """How a step of a plan ends."""

    DUE = "due"
    DONE = "done"
    SKIPPED = "skipped"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a chat's plan does at a time (UTC). ``key`` is unique in its chat: ``announce``, ``ask:2``, ``part_b:4``.

    ``does`` names the behaviour, ``phase`` the format's phase it comes from, ``about`` its details: a question number, a member ...
    """

    id: int
    chat: int
    key: str
    does: str
    due_at: datetime
    state: StepState = StepState.DUE
    phase: str = ""
    number: int | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    done_at: datetime | None = None


class Verb(StrEnum):
    """What an outgoing row asks of the platform. SCHEDULE and UNSCHEDULE keep its calendar, under the chat's own key."""

    POST = "post"
    OPEN_THREAD = "open_thread"
    EDIT = "edit"
    REMOVE = "remove"
    PIN = "pin"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"


class Fate(StrEnum):
    """Where an outgoing row stands. SENT, EXPIRED, CANCELLED and FAILED are ends.

    UNCLEAR: handed to the platform, outcome unknown; the next attempt looks for the key first.
    """

    PENDING = "pending"
    LEASED = "leased"
    UNCLEAR = "unclear"
    SENT = "sent"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way: an outbox row.

    ``key`` is unique for ever and makes a second post of the same row impossible. ``asked`` is the question whose thread an
    OPEN_THREAD row opens. ``edits`` is the key of the row whose message an EDIT, REMOVE or PIN changes. ``starts_at`` and
    ``ends_at`` are the event of a SCHEDULE row. ``lane`` orders rows: within one lane only the lowest unfinished row may be
    claimed (a channel with its threads is one lane; each private place another). ``purpose`` names what it is for (``ask``,
    ``panel``, ``reflection`` ...), for rules and for people reading the table.
    """

    key: str
    lane: str
    target: Target
    message: Message
    due_at: datetime
    verb: Verb = Verb.POST
    purpose: str = ""
    chat: int | None = None
    asked: int | None = None
    member: int | None = None
    title: str = ""
    edits: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    not_after: datetime | None = None
    id: int = 0
    fate: Fate = Fate.PENDING
    attempts: int = 0
    epoch: int = 0
    lease_owner: str | None = None
    lease_until: datetime | None = None
    last_claimed_at: datetime | None = None
    sent_at: datetime | None = None
    posted: Posted | None = None
    trouble: str = ""


def channel_lane(place: Place) -> str:
    """The lane of a channel and all its threads."""
    return f"{place.platform}:{place.channel}"


def private_lane(person: Person) -> str:
    """The lane of one person's private messages."""
    return f"{person.platform}:@{person.id}"


def platform_of(lane: str) -> str:
    """The name of the platform that a lane is on."""
    return lane.partition(":")[0]
