from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar

from copbot.kit.calendar_file import ics

LONDON = ZoneInfo("Europe/London")


def test_an_invitation_has_its_instants_in_utc() -> None:
    content = ics(
        "Thinking together, über alles; really",
        datetime(2018, 7, 31, 19, 30, tzinfo=LONDON),
        datetime(2018, 7, 31, 20, 30, tzinfo=LONDON),
        uid="chat-7@copbot",
        description="Four questions\nin an hour",
        place_name="#slt",
        stamp=datetime(2018, 7, 1, 9, 0, tzinfo=UTC),
    )
    assert b"DTSTART:20180731T183000Z" in content
    [event] = Calendar.from_ical(content).walk("VEVENT")
    assert event["SUMMARY"] == "Thinking together, über alles; really"
    assert event["DESCRIPTION"] == "Four questions\nin an hour"
    assert event["UID"] == "chat-7@copbot"
    assert event.decoded("DTEND") == datetime(2018, 7, 31, 19, 30, tzinfo=UTC)
