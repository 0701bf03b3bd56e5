"""Local time and instants, over clock changes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copbot.domain.community import QuietHours
from copbot.domain.format import Offset
from copbot.domain.schedule import Oddity, is_quiet, moment, resolve

LONDON, NEW_YORK, LORD_HOWE = ZoneInfo("Europe/London"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")
ZONES = (LONDON, NEW_YORK, LORD_HOWE)


@pytest.mark.parametrize(
    ("local", "zone", "on_the_wall"),
    [
        ("2026-03-29 01:30", LONDON, "02:00"),
        ("2026-03-08 02:15", NEW_YORK, "03:00"),
        ("2026-10-04 02:15", LORD_HOWE, "02:30"),
    ],
)
def test_a_time_that_does_not_exist_is_the_first_after_the_gap(local: str, zone: ZoneInfo, on_the_wall: str) -> None:
    resolved = resolve(datetime.fromisoformat(local), zone)
    assert resolved.oddity is Oddity.GAP
    assert f"{resolved.at.astimezone(zone):%H:%M}" == on_the_wall


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        ("2026-10-25 01:30", LONDON, "2026-10-25T00:30"),
        ("2026-11-01 01:30", NEW_YORK, "2026-11-01T05:30"),
        ("2026-04-05 01:45", LORD_HOWE, "2026-04-04T14:45"),
    ],
)
def test_a_time_that_comes_twice_is_the_first(local: str, zone: ZoneInfo, utc: str) -> None:
    resolved = resolve(datetime.fromisoformat(local), zone)
    assert resolved.oddity is Oddity.FOLD
    assert resolved.at == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.sampled_from(ZONES))
def test_whatever_exists_once_comes_back_as_it_went(local: datetime, zone: ZoneInfo) -> None:
    resolved = resolve(local.replace(microsecond=0), zone)
    if resolved.oddity is not Oddity.GAP:
        assert resolved.at.astimezone(zone).replace(tzinfo=None) == local.replace(microsecond=0)


def test_whole_days_keep_the_time_on_the_wall_and_hours_are_exact() -> None:
    starts = resolve(datetime(2026, 3, 30, 19, 30), LONDON).at
    assert moment(starts, Offset(days=-2), LONDON, time(12, 30)) == datetime(2026, 3, 28, 12, 30, tzinfo=UTC)
    assert moment(starts, Offset(exact=timedelta(hours=-48)), LONDON, time(12, 30)) == starts - timedelta(hours=48)


@pytest.mark.parametrize(
    ("local", "quiet"),
    [
        ("2018-01-31 18:59", False),
        ("2018-01-31 19:00", True),
        ("2018-02-01 07:59", True),
        ("2018-02-01 08:00", False),
        ("2018-02-03 12:00", True),
    ],
)
def test_quiet_hours_over_midnight_and_at_weekends(local: str, quiet: bool) -> None:
    hours = QuietHours(time(19), time(8), weekends=True)
    assert is_quiet(resolve(datetime.fromisoformat(local), LONDON).at, hours, LONDON) is quiet
