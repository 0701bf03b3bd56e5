"""Filters of the wording templates."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from copbot.content.rules_dates import spoken
from copbot.domain.markup import escape, shorten

_HOURS_UNTIL = timedelta(hours=72)
"""Up to here a length is spoken of in hours, as hosts do: "48 hours", not "2 days"."""


class _Timed(Protocol):
    """A chat, as far as its times go."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def time_zone(self) -> str: ...


def duration(length: timedelta | float) -> str:
    """A length in words: "13 minutes", "1 hour 30 minutes", "24 hours", "5 days", "2 weeks". A number is minutes."""
    exact = length if isinstance(length, timedelta) else timedelta(minutes=length)
    if abs(exact) < timedelta(minutes=1) and exact:
        return _counted(int(exact.total_seconds()), "second")
    minutes = int(exact / timedelta(minutes=1))
    if exact >= _HOURS_UNTIL and minutes % 1440 == 0:
        days = minutes // 1440
        return _counted(days // 7, "week") if days % 7 == 0 and days > 7 else _counted(days, "day")
    hours, rest = divmod(minutes, 60)
    parts = [_counted(hours, "hour")] if hours else []
    return " ".join([*parts, _counted(rest, "minute")] if rest or not parts else parts)


def _counted(number: int, unit: str) -> str:
    return f"{number} {plural(number, unit, f'{unit}s')}"


def plural(number: float, one: str, other: str) -> str:
    """The word that goes with a number, without the number.

    In a template: ``{{ n }} {{ n | plural("voice", "voices") }}``.
    """
    return one if number == 1 else other


def count(number: float, one: str, other: str) -> str:
    """A number with its word.

    In a template: ``{{ n | count("voice", "voices") }}``.
    """
    return f"{number:g} {plural(number, one, other)}"


def clock(at: datetime, zone: str | ZoneInfo) -> str:
    """The time on the wall in that zone: "19:35"."""
    return f"{_local(at, zone):%H:%M}"


def day(at: datetime | date, zone: str | ZoneInfo | None = None) -> str:
    """The date: "Wednesday 31 January 2018". A datetime needs the zone."""
    if isinstance(at, datetime) and zone is not None:
        return spoken(_local(at, zone).date())
    return spoken(at)


def brief_day(at: datetime, zone: str | ZoneInfo) -> str:
    """The date in short: "Wed 31 Jan"."""
    local = _local(at, zone)
    return f"{local:%a} {local.day} {local:%b}"


def clock_on(at: datetime, chat: _Timed) -> str:
    """The time on the chat's wall, with the date if it is not that of the chat's start: "19:35", "Tue 19 Jan 12:30"."""
    same_day = _local(at, chat.time_zone).date() == _local(chat.starts_at, chat.time_zone).date()
    return clock(at, chat.time_zone) if same_day else f"{brief_day(at, chat.time_zone)} {clock(at, chat.time_zone)}"


def when(at: datetime, zone: str | ZoneInfo) -> str:
    """The private link that platforms show in each reader's own zone: ``[Wed 31 Jan 19:30](time:2018-01-31T19:30:00+00:00)``."""
    local = _local(at, zone)
    return f"[{local:%a} {local.day} {local:%b %H:%M}](time:{at.astimezone(UTC).isoformat()})"


def _local(at: datetime, zone: str | ZoneInfo) -> datetime:
    return at.astimezone(zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone))


FILTERS: Final[Mapping[str, object]] = MappingProxyType(
    {
        "duration": duration,
        "count": count,
        "clock": clock,
        "clock_on": clock_on,
        "day": day,
        "brief_day": brief_day,
        "when": when,
        "plural": plural,
        "plain": escape,
        "shorten": shorten,
    }
)
"""``plain`` is for people's own words and names: it shows them as they are, never as markup."""
