"""Whether suggested dates and times can be: weekday, length, clock changes (2-domain.md 7.8, T5)."""

import datetime as dt
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from copbot.content.document import Document
from copbot.content.schema_format import FormatSpec
from copbot.content.schema_question_set import QuestionSetSpec
from copbot.content.values import write_duration
from copbot.domain.schedule import Oddity, resolve
from copbot.ports.library import Problem

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def check_suggested(document: Document, spec: QuestionSetSpec, plan: FormatSpec | None, zone: str | None) -> Iterator[Problem]:
    """What cannot be in the suggested date and time. ``zone`` is the community's."""
    suggested = spec.suggested
    if suggested.date and suggested.day:
        yield from _check_weekday(document, suggested.date, suggested.day)
    if suggested.starts and suggested.ends:
        yield from _check_length(document, suggested.starts, suggested.ends, plan)
    name = suggested.time_zone or zone
    if suggested.date and suggested.starts and name:
        yield from _check_clock_change(document, dt.datetime.combine(suggested.date, suggested.starts), ZoneInfo(name))
    if plan and plan.post_on and suggested.date and WEEKDAYS[suggested.date.weekday()] not in plan.post_on:
        what = f"The format {plan.id} asks on {' and '.join(plan.post_on)}; {spoken(suggested.date)} is none."
        yield document.finding("post-on", what, "suggested", "date", is_warning=True)


def _check_weekday(document: Document, date: dt.date, day: str) -> Iterator[Problem]:
    actual = WEEKDAYS[date.weekday()]
    if actual == day:
        return
    distance = (WEEKDAYS.index(day) - date.weekday() + 3) % 7 - 3
    nearest = date + timedelta(days=distance)
    what = (
        f"{date.isoformat()} is a {actual}, not a {day}. Either {spoken(date)} or {spoken(nearest)}: "
        f'write `day: {actual}`, or `date: "{nearest.isoformat()}"`.'
    )
    yield document.finding("weekday", what, "suggested", "day")


def _check_length(document: Document, starts: dt.time, ends: dt.time, plan: FormatSpec | None) -> Iterator[Problem]:
    length = timedelta(hours=ends.hour - starts.hour, minutes=ends.minute - starts.minute)
    total = plan.total if plan and plan.mode == "live" else None
    paste = f'ends: "{_later(starts, total)}"' if total else ""
    if length <= timedelta(0):
        yield document.finding("ends-before-start", "The end must come after the start.", "suggested", "ends", paste=paste)
    elif total and length != total:
        what = f"{starts:%H:%M} to {ends:%H:%M} is {write_duration(length)}; the format lasts {write_duration(total)}."
        yield document.finding("length", what, "suggested", "ends", paste=paste)


def _later(start: dt.time, length: timedelta) -> str:
    return f"{dt.datetime.combine(dt.date.min, start) + length:%H:%M}"


def _check_clock_change(document: Document, local: dt.datetime, zone: ZoneInfo) -> Iterator[Problem]:
    resolved = resolve(local, zone)
    if resolved.oddity is None:
        return
    when = f"{local:%H:%M} on {spoken(local.date())}"
    if resolved.oddity is Oddity.GAP:
        first = resolved.at.astimezone(zone)
        what = f"{when} does not exist: the clocks go forward. The chat would start at the first moment after, {first:%H:%M}."
        yield document.finding("time-gap", what, "suggested", "starts", is_warning=True)
    else:
        what = f"{when} comes twice: the clocks go back. The first of the two is meant."
        yield document.finding("time-twice", what, "suggested", "starts", is_warning=True)


def spoken(date: dt.date) -> str:
    """The date as people write it: Wednesday 31 January 2018."""
    return f"{date:%A} {date.day} {date:%B %Y}"
