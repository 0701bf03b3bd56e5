"""How lengths, times, dates and names are written in YAML, and back.

Each reader raises ``PydanticCustomError`` with a stable code; ``ctx["value"]`` is the corrected value where one is known.
"""

import datetime as dt
import re
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from copbot.domain.format import Offset

_MINUTES: Final = {"min": 1, "mins": 1, "minute": 1, "minutes": 1, "hour": 60, "hours": 60}
_DAYS: Final = {"day": 1, "days": 1, "week": 7, "weeks": 7}
_LENGTH = re.compile(r"(\d{1,5})\s*([a-z]+)")
_OFFSET = re.compile(r"([+-])\s?(\d{1,5})\s*([a-z]+)( of next)?")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_LOOSE_CLOCK = re.compile(
    r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?(?:\s*(?:-|–|—|to|until)\s*(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?)?", re.IGNORECASE
)
_DAY_FIRST = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})")


def _read_duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int):
        raise PydanticCustomError("length", 'Say which unit: a length is written like "15 min" or "2 weeks".', {"value": f"{value} min"})
    match = _LENGTH.fullmatch(str(value).strip())
    if match and (length := _length(int(match[1]), match[2])) is not None:
        return length
    raise PydanticCustomError("length", 'A length is written like "15 min", "24 hours", "28 days", "2 weeks" or "24 months".')


def _length(number: int, unit: str) -> timedelta | None:
    if unit in _MINUTES:
        return timedelta(minutes=number * _MINUTES[unit])
    if unit in _DAYS:
        return timedelta(days=number * _DAYS[unit])
    if unit in ("month", "months"):
        # Twelve months make a year of 365 days, so that "24 months" is the domain's 730 days.
        return timedelta(days=round(number * 365 / 12))
    return timedelta(days=number * 365) if unit in ("year", "years") else None


def write_duration(length: timedelta) -> str:
    """The length as YAML has it, in the largest unit that gives a whole number. Whole minutes only."""
    minutes = int(length / timedelta(minutes=1))
    for size, unit in ((7 * 1440, "week"), (1440, "day"), (60, "hour")):
        if minutes and minutes % size == 0:
            number = minutes // size
            return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
    return f"{minutes} min"


def _read_offset(value: object) -> object:
    if isinstance(value, Offset):
        return value
    match = _OFFSET.fullmatch(str(value).strip())
    unit = match[3] if match else ""
    if not match or unit not in _MINUTES | _DAYS:
        raise PydanticCustomError(
            "offset", 'When a step comes is written like "-28 days" or "-60 min" (before) and "+24 hours" or "-1 day of next" (after).'
        )
    number = int(match[1] + match[2])
    if unit in _DAYS:
        return Offset(days=number * _DAYS[unit], of_next=bool(match[4]))
    return Offset(exact=timedelta(minutes=number * _MINUTES[unit]), of_next=bool(match[4]))


def write_offset(offset: Offset) -> str:
    """The offset as YAML has it."""
    if offset.exact is not None:
        sign = "-" if offset.exact < timedelta(0) else "+"
        minutes = int(abs(offset.exact) / timedelta(minutes=1))
        number, unit = (minutes // 60, "hours") if minutes and minutes % 60 == 0 else (minutes, "min")
        written = f"{sign}{number} {unit}"
    else:
        written = f"{offset.days:+d} {'day' if offset.days in (1, -1) else 'days'}"
    return written + (" of next" if offset.of_next else "")


def _read_time(value: object) -> object:
    if isinstance(value, dt.time):
        return value
    match = _CLOCK.fullmatch(str(value).strip())
    if match:
        return dt.time(int(match[1]), int(match[2]))
    start, end = _kindly(str(value).strip())
    context = {key: text for key, text in (("value", start), ("ends", end)) if text}
    raise PydanticCustomError("time", "A time is written as hours and minutes of the 24-hour clock, in quotes.", context)


def _kindly(text: str) -> tuple[str, str]:
    """What "7.30 - 8.30pm" most likely means; empty where there is no guess."""
    match = _LOOSE_CLOCK.fullmatch(text)
    if not match:
        return "", ""
    half = (match[3] or match[6] or "").lower()
    return _on_the_24_hour_clock(match[1], match[2], half), _on_the_24_hour_clock(match[4], match[5], (match[6] or half).lower())


def _on_the_24_hour_clock(hour: str | None, minute: str | None, half: str) -> str:
    if hour is None or int(hour) > 23 or int(minute or 0) > 59:
        return ""
    shift = 12 if half == "pm" and int(hour) < 12 else -12 if half == "am" and int(hour) == 12 else 0
    return f"{int(hour) + shift:02}:{int(minute or 0):02}"


def _read_date(value: object) -> object:
    if isinstance(value, dt.date):
        return value
    text = str(value).strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return dt.date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("date", "There is no such day in the calendar.") from None
    match = _DAY_FIRST.fullmatch(text)
    context = (
        {"value": f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"} if match and int(match[2]) <= 12 and int(match[1]) <= 31 else {}
    )
    raise PydanticCustomError("date", "Use year-month-day" + (": {value}." if context else ", for example 2018-01-31."), context)


def _read_zone(value: object) -> object:
    text = str(value).strip()
    if "/" in text or text == "UTC":
        try:
            ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError):
            pass
        else:
            return text
    near = ["Europe/London"] if text.upper() in ("GMT", "BST", "UK", "LONDON") else get_close_matches(text, available_timezones(), 1, 0.6)
    context = {"value": near[0]} if near else {}
    raise PydanticCustomError("time-zone", "Not a time zone. Zones are named like Europe/London.", context)


def _read_doi(value: object) -> object:
    return re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", str(value).strip(), flags=re.IGNORECASE)


def _read_link(value: object) -> object:
    text = str(value).strip()
    if re.fullmatch(r"https?://\S+", text):
        return text
    raise PydanticCustomError("link", "A link starts with https:// and holds no spaces.")


def _read_or_never(value: object) -> object:
    return timedelta(0) if value == "never" else _read_duration(value)


def _write_or_never(length: timedelta) -> str:
    return write_duration(length) if length else "never"


def _iso(moment: dt.date | dt.time) -> str:
    return moment.isoformat() if isinstance(moment, dt.date) else moment.strftime("%H:%M")


_LENGTH_SCHEMA: Final = {
    "type": "string",
    "pattern": r"^\d+ *(min|minutes?|hours?|days?|weeks?|months?|years?)$",
    "examples": ["15 min", "2 weeks"],
}
_TEXT_SCHEMA: Final = {"type": "string"}

Duration = Annotated[timedelta, BeforeValidator(_read_duration), PlainSerializer(write_duration), WithJsonSchema(_LENGTH_SCHEMA)]
DurationOrNever = Annotated[
    timedelta,
    BeforeValidator(_read_or_never),
    PlainSerializer(_write_or_never),
    WithJsonSchema({"anyOf": [{"const": "never"}, _LENGTH_SCHEMA]}),
]
When = Annotated[
    Offset,
    BeforeValidator(_read_offset),
    PlainSerializer(write_offset),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[+-]\d+ *(min|minutes?|hours?|days?|weeks?)( of next)?$", "examples": ["-28 days", "+24 hours"]}
    ),
]
TimeOfDay = Annotated[
    dt.time,
    BeforeValidator(_read_time),
    PlainSerializer(_iso),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,2}:\d{2}$", "examples": ["19:30"]}),
]
LocalDate = Annotated[
    dt.date,
    BeforeValidator(_read_date),
    PlainSerializer(_iso),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2018-01-31"]}),
]
Zone = Annotated[str, BeforeValidator(_read_zone), WithJsonSchema({"type": "string", "examples": ["Europe/London"]})]
Doi = Annotated[str, BeforeValidator(_read_doi), WithJsonSchema(_TEXT_SCHEMA)]
Link = Annotated[str, BeforeValidator(_read_link), WithJsonSchema({"type": "string", "format": "uri"})]
OptionalLink = Annotated[
    str, BeforeValidator(lambda value: value and _read_link(value)), WithJsonSchema({"type": "string", "format": "uri"})
]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$", max_length=60)]
OptionalId = Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9-]*)?$", max_length=60)]
"""An id or nothing. One type instead of a union, because a union reports every one of its members."""
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=40)]
"""Ids inside a file: phases, rules, roles."""
Short = Annotated[str, Field(min_length=1, max_length=240)]
Line = Annotated[str, Field(min_length=1, max_length=90)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
