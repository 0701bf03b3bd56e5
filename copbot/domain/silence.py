"""When the bot must say nothing (2-domain 3.4), and when nobody has answered (3.3). The numbers are those of 3.4.

Clockwork, private notes and what answers a command are exempt. Rules 5 to 8, 11 to 13 and 15 come with their signals.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from copbot.domain.chat import Chat, Counters
from copbot.domain.community import Level
from copbot.domain.format import Budget, Mode

NO_ANSWER_YET = "no_answer_yet"

BUDGET, GAP, BREATHING_SPACE, TWICE_RUNNING, HUSH, QUIET_HOURS, UNCERTAIN = 1, 2, 3, 4, 9, 10, 14


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a question stays without an answer before hosts hear of it, and before the bot says something itself."""

    hosts: timedelta
    everyone: timedelta


LIVE_PATIENCE = Patience(timedelta(minutes=3), timedelta(minutes=4))
ASYNC_PATIENCE = Patience(timedelta(hours=24), timedelta(hours=48))
"""In weekday hours."""


def patience(mode: Mode, everyone: timedelta | None = None) -> Patience:
    """The usual patience of the mode; if a format sets its own, hosts hear of it the same share of the time earlier."""
    usual = LIVE_PATIENCE if mode is Mode.LIVE else ASYNC_PATIENCE
    if everyone is None:
        return usual
    return Patience(everyone * (usual.hosts / usual.everyone), everyone)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How often the bot may speak unasked: at most so many times in a question, so many in a window, with pauses between."""

    per_question: int
    per_window: int
    window: timedelta
    gap: timedelta
    breathing_space: timedelta


NONE_AT_ALL = Allowance(0, 0, timedelta(hours=1), timedelta(), timedelta())
LIVE = {
    Level.LIGHT: Allowance(1, 5, timedelta(hours=1), timedelta(minutes=4), timedelta(seconds=60)),
    Level.STANDARD: Allowance(2, 8, timedelta(hours=1), timedelta(minutes=4), timedelta(seconds=60)),
}
ASYNC = Allowance(2, 2, timedelta(weeks=1), timedelta(hours=24), timedelta(hours=2))
"""For ``light`` and ``standard`` alike: 3.4 gives no larger figure for talk in one's own time."""


def allowance(level: Level, mode: Mode, budget: Budget) -> Allowance:
    """What the community's level and the format's budget allow; where both say something, the stricter of the two."""
    if level is Level.SILENT:
        return NONE_AT_ALL
    usual = LIVE[level] if mode is Mode.LIVE else ASYNC
    hourly = budget.unasked_posts_per_hour if mode is Mode.LIVE else None
    return Allowance(
        per_question=_least(usual.per_question, budget.unasked_posts_per_question),
        per_window=_least(usual.per_window, hourly),
        window=usual.window,
        gap=max(usual.gap, budget.gap or timedelta()),
        breathing_space=usual.breathing_space,
    )


def _least(usual: int, own: int | None) -> int:
    return usual if own is None else min(usual, own)


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules look at. ``unasked_in_window`` counts unasked posts in the chat within the allowance's window before ``now``."""

    now: datetime
    chat: Chat
    counters: Counters
    allowance: Allowance
    unasked_in_window: int
    is_quiet: bool


def may_speak(situation: Situation) -> int | None:
    """The number of the first rule that forbids an unasked post in the question's thread, or None."""
    return next((number for number, forbids in RULES if forbids(situation)), None)


def breathing_until(situation: Situation) -> datetime | None:
    """Until when rule 3 asks to wait, as somebody may be typing a reply."""
    spoke = situation.counters.last_human_at
    return spoke + situation.allowance.breathing_space if spoke else None


def _budget(situation: Situation) -> bool:
    allowed = situation.allowance
    return situation.counters.unasked_posts >= allowed.per_question or situation.unasked_in_window >= allowed.per_window


def _gap(situation: Situation) -> bool:
    last = situation.chat.last_unasked_at
    return last is not None and situation.now < last + situation.allowance.gap


def _breathing_space(situation: Situation) -> bool:
    until = breathing_until(situation)
    return until is not None and situation.now < until


def _twice_running(situation: Situation) -> bool:
    ours, theirs = situation.counters.last_unasked_at, situation.counters.last_human_at
    return ours is not None and (theirs is None or theirs <= ours)


def _hush(situation: Situation) -> bool:
    until = situation.chat.hushed_until
    return situation.chat.paused_at is not None or (until is not None and situation.now < until)


def _quiet_hours(situation: Situation) -> bool:
    return situation.is_quiet


def _uncertain(situation: Situation) -> bool:
    until = situation.chat.quiet_after_gap_until
    return until is not None and situation.now < until


RULES: tuple[tuple[int, Callable[[Situation], bool]], ...] = (
    (BUDGET, _budget),
    (GAP, _gap),
    (BREATHING_SPACE, _breathing_space),
    (TWICE_RUNNING, _twice_running),
    (HUSH, _hush),
    (QUIET_HOURS, _quiet_hours),
    (UNCERTAIN, _uncertain),
)
