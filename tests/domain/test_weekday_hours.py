from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from copbot.domain.weekday_hours import after_weekday_hours

LONDON = ZoneInfo("Europe/London")


def local(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("start", "hours", "ends"),
    [
        ("2018-02-02T12:30", 48, "2018-02-06T12:30"),  # Friday to Tuesday (2-domain 1.8)
        ("2018-02-06T12:30", 48, "2018-02-08T12:30"),
        ("2018-02-02T12:30", 24, "2018-02-05T12:30"),
        ("2018-02-03T10:00", 24, "2018-02-06T00:00"),  # asked on a Saturday: counted from Monday 00:00
        ("2018-02-02T00:00", 24, "2018-02-05T00:00"),  # Friday over at midnight: then it is Monday
        ("2018-03-23T12:30", 48, "2018-03-27T12:30"),  # the clocks went forward on Sunday 25 March
    ],
)
def test_weekends_do_not_count(start: str, hours: int, ends: str) -> None:
    assert after_weekday_hours(local(start), timedelta(hours=hours), LONDON) == local(ends)


def test_listed_dates_do_not_count() -> None:
    monday = date(2018, 2, 5)
    assert after_weekday_hours(local("2018-02-02T12:30"), timedelta(hours=48), LONDON, [monday]) == local("2018-02-07T12:30")


def test_the_result_is_in_utc() -> None:
    assert after_weekday_hours(local("2018-07-03T12:30"), timedelta(hours=1), LONDON) == datetime(2018, 7, 3, 12, 30, tzinfo=UTC)
