"""Weekday hours: clock hours that leave out Saturdays, Sundays and listed dates (2-domain 1.8)."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from copbot.domain.schedule import SATURDAY, resolve


def after_weekday_hours(start: datetime, wait: timedelta, zone: ZoneInfo, skipped: Collection[date] = ()) -> datetime:
    """The instant (UTC) at which ``wait`` of weekday time has passed since ``start`` by the wall clock of ``zone``.

    48 weekday hours from a Friday 12:30 end on Tuesday 12:30, also over a clock change.
    """
    at, left = start.astimezone(zone).replace(tzinfo=None), wait
    while True:
        midnight = datetime.combine(at.date() + timedelta(days=1), time())
        if counts(at.date(), skipped):
            if at + left <= midnight:
                return resolve(_on_a_weekday(at + left, skipped), zone).at.astimezone(UTC)
            left -= midnight - at
        at = midnight


def counts(day: date, skipped: Collection[date] = ()) -> bool:
    """Whether the day is one on which people can be expected to answer."""
    return day.weekday() < SATURDAY and day not in skipped


def _on_a_weekday(at: datetime, skipped: Collection[date]) -> datetime:
    """A wait that ends at midnight before a day off ends when the next weekday begins."""
    while not counts(at.date(), skipped):
        at = datetime.combine(at.date() + timedelta(days=1), time())
    return at
