"""Invitations as .ics files."""

from datetime import UTC, datetime

from icalendar import Calendar, Event

PRODUCT = "-//copbot//copbot//EN"


def ics(title: str, starts: datetime, ends: datetime, *, uid: str, description: str, place_name: str, stamp: datetime) -> bytes:
    """An iCalendar file with one event (RFC 5545). Aware instants, in UTC in the file: each calendar shows its own zone.

    The same ``uid`` with a later ``stamp`` moves the event in the calendars that have it.
    """
    event = Event()
    for name, value in (("summary", title), ("description", description), ("location", place_name), ("uid", uid)):
        event.add(name, value)
    for name, moment in (("dtstart", starts), ("dtend", ends), ("dtstamp", stamp)):
        event.add(name, moment.astimezone(UTC))
    calendar = Calendar()
    for name, value in (("prodid", PRODUCT), ("version", "2.0"), ("method", "PUBLISH")):
        calendar.add(name, value)
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
