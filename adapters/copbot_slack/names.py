"""Slack's ids and times as the port's values.

A message's id is its ``ts``: seconds and microseconds since 1970, unique in its channel (4-platforms.md A6). A thread is named by its
root's ``ts``. The root itself stands in the channel; replies, also broadcast ones, stand in the thread.
"""

from datetime import UTC, datetime, timedelta

from copbot.domain.place import Person, Place

SLACK = "slack"
"""The platform's name in every Place and Person."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECONDS = 1_000_000


def person(user: str) -> Person:
    """The account with this id, ``U...`` or ``W...``."""
    return Person(SLACK, user)


def place(channel: str, ts: str = "", thread_ts: str | None = None) -> Place:
    """Where a message with this ``ts`` stands: a root has itself as ``thread_ts`` and stands in the channel."""
    return Place(SLACK, channel, thread_ts if thread_ts and thread_ts != ts else None)


def version(ts: str) -> int:
    """Microseconds since 1970: the version of an edit, from ``edited.ts``. Raises ValueError for what is no ``ts``."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * _MICROSECONDS + int(fraction[:6].ljust(6, "0") if fraction else 0)


def instant(ts: str) -> datetime:
    """The instant of a ``ts``, aware, in UTC, exact to the microsecond. Raises ValueError for what is no ``ts``."""
    return _EPOCH + timedelta(microseconds=version(ts))


def ts_of(moment: datetime) -> str:
    """The ``ts`` of an aware instant, to ask for what was said since."""
    microseconds = (moment - _EPOCH) // timedelta(microseconds=1)
    return f"{microseconds // _MICROSECONDS}.{microseconds % _MICROSECONDS:06d}"
