"""Discord's ids and times."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copbot_discord.finding import looks_of, mark_of
from copbot_discord.names import instant, snowflake_of, version

MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(MOMENTS)
def test_the_smallest_id_of_a_moment_tells_it_to_the_millisecond(moment: datetime) -> None:
    assert timedelta() <= moment - instant(snowflake_of(moment)) < timedelta(milliseconds=1)


@given(MOMENTS, MOMENTS)
def test_later_ids_are_larger(first: datetime, second: datetime) -> None:
    if instant(snowflake_of(first)) < instant(snowflake_of(second)):
        assert int(snowflake_of(first)) < int(snowflake_of(second))


def test_as_discord_documents_it() -> None:
    assert instant("175928847299117063") == datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC)
    assert snowflake_of(datetime(2000, 1, 1, tzinfo=UTC)) == "0"


def test_edits_are_ordered_by_when_they_were_made() -> None:
    assert version("2018-01-31T19:30:00.000001+00:00") == version("2018-01-31T20:30:00+01:00") + 1
    with pytest.raises(ValueError, match="soon"):
        version("soon")


@given(st.text(), st.integers(1, 20))
def test_a_mark_is_a_nonce(key: str, part: int) -> None:
    assert len(mark_of(key, part)) <= 25
    assert mark_of(key, part) != mark_of(key, part + 1)


def test_white_space_at_the_ends_is_not_seen() -> None:
    assert looks_of(" Why? \n") == looks_of("Why?") != looks_of("Why")
