"""Private, opt-in messages after a chat, and what members write back: stored for that member alone (2-domain 3.1)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from copbot.domain.response import MessageKey


class Stage(StrEnum):
    """When a follow-up comes: a day, two weeks, six weeks after the chat."""

    DAY_1 = "day_1"
    WEEK_2 = "week_2"
    WEEK_6 = "week_6"


class FollowUpState(StrEnum):
    """waiting: planned. asked: a question is with the member. answered: all questions are. stopped, skipped: by the member."""

    WAITING = "waiting"
    ASKED = "asked"
    ANSWERED = "answered"
    SKIPPED = "skipped"
    STOPPED = "stopped"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One private follow-up of one member: a few questions (``prompts``: ids), sent one at a time from ``due_at`` (UTC).

    ``round`` is the question of a series after which it comes, else 0.
    """

    id: int
    chat: int
    member: int
    stage: Stage
    prompts: tuple[str, ...]
    due_at: datetime
    state: FollowUpState = FollowUpState.WAITING
    position: int = 0
    asked_at: datetime | None = None
    round: int = 0


@dataclass(frozen=True, slots=True)
class Reflection:
    """What a member wrote in answer to one question of a follow-up. Shown to nobody else.

    ``message`` is the direct message it was, None if it was written in a form; ``version`` that of its last edit taken over.
    ``text`` is empty while the message holds nothing that may be kept.
    """

    id: int
    member: int
    chat: int
    follow_up: int
    prompt: str
    text: str
    at: datetime
    message: MessageKey | None = None
    version: int = 0


class Outcome(StrEnum):
    """What came of a commitment. All are good answers."""

    DONE = "done"
    PARTLY = "partly"
    NOT_YET = "not_yet"
    CHANGED_MIND = "changed_mind"
    LET_GO = "let_go"


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a member said they would try. Private."""

    id: int
    member: int
    chat: int
    text: str
    at: datetime
    outcome: Outcome | None = None
    outcome_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReflectPreference:
    """How a member wants to reflect: with which model (None: what the question set says)."""

    member: int
    model: str | None
    at: datetime
