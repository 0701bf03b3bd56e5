"""Discord's ids and times as the port's values.

A snowflake holds the milliseconds since the first second of 2015 in its upper bits, so that later ids are larger ones
(https://docs.discord.com/developers/reference#snowflakes). A thread that hangs on a message has that message's id (4-platforms.md B3).
"""

from datetime import UTC, datetime, timedelta

from copbot.domain.place import Person, Place

DISCORD = "discord"
"""The platform's name in every Place and Person."""

_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_SHIFT = 22


def person(user: str) -> Person:
    """The account with this id."""
    return Person(DISCORD, user)


def place(channel: str, thread: str | None = None) -> Place:
    """A channel, or a thread in it. A forum without a thread is its lobby."""
    return Place(DISCORD, channel, thread)


def instant(snowflake: str) -> datetime:
    """When a thing with this id was made, aware, in UTC, exact to the millisecond. Raises ValueError for what is no snowflake."""
    return _EPOCH + (int(snowflake) >> _SHIFT) * _MILLISECOND


def snowflake_of(moment: datetime) -> str:
    """The smallest id that a thing made at this aware instant can have, or "0", to ask for what was said since."""
    return str(max((moment - _EPOCH) // _MILLISECOND, 0) << _SHIFT)


def instant_of(timestamp: str) -> datetime:
    """An ISO 8601 timestamp of Discord's, aware, in UTC. Raises ValueError."""
    return datetime.fromisoformat(timestamp).astimezone(UTC)


def version(edited_timestamp: str) -> int:
    """Microseconds since 1970: the version of an edit. Raises ValueError for what is no timestamp."""
    return (instant_of(edited_timestamp) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
