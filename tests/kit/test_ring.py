"""What is kept of posts that were begun, by several processes that take turns."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from slack_bots import Kept

from copbot.kit.ring import LENGTH, Begun, Ring, Shape, Shapes

NOON = datetime(2018, 1, 31, 12, tzinfo=UTC)
FIRST = Begun("7:q1", 1, 2, NOON, opens=True, title="Question 1")


@pytest.fixture
def ring() -> Ring:
    return Ring(Kept())


async def test_what_was_kept_comes_back(ring: Ring) -> None:
    second = Begun("7:q1", 2, 2, NOON, thread="1517400000.000100", id="1517400001.000100", file="chat.ics")
    await ring.put("C1", FIRST, second)
    assert await ring.of("C1", "7:q1") == {1: FIRST, 2: second}
    assert await ring.of("C2", "7:q1") == {}


async def test_only_one_process_begins(ring: Ring) -> None:
    assert await ring.begin("C1", FIRST) is None
    assert await ring.begin("C1", replace(FIRST, at=NOON + timedelta(minutes=1))) == FIRST
    assert await ring.of("C1", "7:q1") == {1: FIRST}


async def test_what_was_begun_anew_is_not_dropped_by_who_began_it_first(ring: Ring) -> None:
    anew = replace(FIRST, at=NOON + timedelta(minutes=1))
    await ring.put("C1", anew)
    await ring.drop("C1", FIRST)
    assert await ring.of("C1", "7:q1") == {1: anew}
    await ring.drop("C1", anew)
    assert await ring.of("C1", "7:q1") == {}


async def test_the_oldest_are_forgotten(ring: Ring) -> None:
    for number in range(LENGTH + 1):
        await ring.begin("C1", Begun(f"{number}", 1, 1, NOON))
    assert await ring.of("C1", "0") == {}
    assert await ring.of("C1", "1") != {}


async def test_what_was_posted_before_is_told_by_the_platforms_clock(ring: Ring) -> None:
    await ring.put("C1", Begun("1", 1, 1, NOON, id="1517400009.000100"), Begun("2", 1, 1, NOON, id="1517400001.000100"))
    await ring.put("C1", Begun("3", 1, 1, NOON), Begun("4", 1, 1, NOON, id="1517400020.000100"))
    assert await ring.before("C1", Begun("3", 1, 1, NOON)) == "1517400009.000100"
    assert await ring.before("C1", Begun("1", 1, 1, NOON)) == ""


async def test_a_plain_message_takes_no_room() -> None:
    kept = Kept()
    shapes = Shapes(kept)
    await shapes.put("C1", "1517400000.000100", Shape("Question 1").with_part(2, "2").with_part(3, "3"))
    assert await Shapes(kept).of("C1", "1517400000.000100") == Shape("Question 1", ("2", "3"))
    await shapes.put("C1", "1517400000.000100", Shape())
    assert kept.values == {}
    assert await shapes.of("C1", "1517400000.000100") == Shape()
