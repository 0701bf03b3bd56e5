"""Signals, suggestions and the log of restraint (2-domain 3.3, 3.4). The rules are in ``silence``."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Decision(StrEnum):
    """What the bot did about a signal."""

    SENT = "sent"
    SUGGESTED = "suggested"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Restraint:
    """One line of the log of restraint: a signal, the decision, and the number of the rule that made it. Holds no text."""

    chat: int
    asked: int | None
    at: datetime
    signal: str
    decision: Decision
    rule: int | None = None
    prompt: str = ""


class SuggestionState(StrEnum):
    """offered: backstage, not decided. posted, edited, skipped: by a host. expired: nobody took it up."""

    OFFERED = "offered"
    POSTED = "posted"
    EDITED = "edited"
    SKIPPED = "skipped"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Words offered to hosts backstage with Post, Edit, Skip. ``key`` is unique in its chat (``probe:1:2``)."""

    id: int
    chat: int
    asked: int
    key: str
    text: str
    at: datetime
    expires_at: datetime
    state: SuggestionState = SuggestionState.OFFERED
    by: int | None = None
    decided_at: datetime | None = None
