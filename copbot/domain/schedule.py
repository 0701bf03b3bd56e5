"""Wall-clock time and instants. A schedule is local time plus an IANA zone; everything stored is UTC.

Rule for clock changes: a local time that does not exist becomes the first instant after the gap; one that exists twice is the
first of the two.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from copbot.domain.community import QuietHours
from copbot.domain.format import Offset

SATURDAY = 5


class Oddity(StrEnum):
    """What a clock change did to a local time."""

    GAP = "gap"
    FOLD = "fold"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The instant (UTC) that a local time means, and whether a clock change made a rule necessary."""

    at: datetime
    oddity: Oddity | None = None


def resolve(local: datetime, zone: ZoneInfo) -> Resolved:
    """The instant that a naive local time means in a zone."""
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == second:
        return Resolved(first)
    if first < second:
        return Resolved(first, Oddity.FOLD)
    return Resolved(_change_between(second, first, zone), Oddity.GAP)


def at_local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a local date and time."""
    return resolve(datetime.combine(day, clock), zone).at


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """The date on the wall when it is ``at``."""
    return at.astimezone(zone).date()


def moment(anchor: datetime, offset: Offset, zone: ZoneInfo, post_at: time) -> datetime:
    """When a step comes that is planned ``offset`` from an anchor (UTC).

    Minutes and hours are exact; whole days mean that local date at ``post_at``, so that nothing of an evening chat is announced at night.
    """
    if offset.days is None:
        return anchor + (offset.exact or timedelta())
    return at_local(local_date(anchor, zone) + timedelta(days=offset.days), post_at, zone)


def is_quiet(at: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> bool:
    """Whether the instant falls in quiet hours."""
    if quiet is None:
        return False
    local = at.astimezone(zone)
    if quiet.weekends and local.weekday() >= SATURDAY:
        return True
    clock = local.time()
    if quiet.start <= quiet.end:
        return quiet.start <= clock < quiet.end
    return clock >= quiet.start or clock < quiet.end


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the zone's offset changes between two instants."""
    old = before.astimezone(zone).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)
