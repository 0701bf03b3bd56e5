"""Formats: the timed plan of a chat, as data."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum

from copbot.domain.community import QuietHours


class Mode(StrEnum):
    """At the same time, each in their own time, or two people."""

    LIVE = "live"
    ASYNC = "async"
    PAIR = "pair"


class Log(StrEnum):
    """What a format allows to be written down about people."""

    ACTIVITY = "activity"
    PRESENCE_ONLY = "presence_only"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Offset:
    """When a step before or after a chat comes.

    ``exact`` (minutes, hours) counts from the start for steps before and from the end for steps after; ``days``
    means that local date at the format's ``post_at``. Exactly one of the two is set. Negative is before.
    """

    days: int | None = None
    exact: timedelta | None = None
    of_next: bool = False


@dataclass(frozen=True, slots=True)
class IfQuiet:
    """What may be said when nobody has answered for ``after``."""

    after: timedelta
    use: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phase:
    """One step of a format. ``lasts`` for phases of the chat itself, ``when`` for those before and after it."""

    id: str
    does: str
    lasts: timedelta | None = None
    when: Offset | None = None
    who: str = "everyone"
    others: str = ""
    post: str = ""
    prompt: str = ""
    also: tuple[str, ...] = ()
    rule: str = ""
    pace: str = ""
    if_quiet: IfQuiet | None = None
    next: str = ""
    only_if: str = ""
    skip_if: str = ""
    saves: str = ""
    audience: str = ""
    stage: str = ""
    which: tuple[int, ...] = ()
    stays_open: timedelta | None = None
    warn_before_end: timedelta | None = None
    votes_each: int | None = None
    size: int | None = None
    companion_card: str = ""
    practitioner_card: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """How often the bot may speak unasked in this format (2-domain 3.4, rules 1 and 2). None: the level's default."""

    unasked_posts_per_question: int | None = None
    unasked_posts_per_hour: int | None = None
    gap: timedelta | None = None


@dataclass(frozen=True, slots=True)
class GroupSize:
    """For how many people the format is made."""

    at_least: int = 1
    comfortable: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """A way of talking together."""

    id: str
    title: str
    mode: Mode
    total: timedelta | None = None
    source: str = ""
    group_size: GroupSize = field(default_factory=GroupSize)
    roles: tuple[str, ...] = ()
    room: str = ""
    log: Log = Log.ACTIVITY
    rules: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    before: tuple[Phase, ...] = ()
    during: tuple[Phase, ...] = ()
    each_round: tuple[Phase, ...] = ()
    after: tuple[Phase, ...] = ()
    budget: Budget = field(default_factory=Budget)
    every: timedelta | None = None
    post_at: time = time(12, 30)
    post_on: tuple[str, ...] = ()
    quiet_hours: QuietHours | None = None
    odd_numbers: str = ""
