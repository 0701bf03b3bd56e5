"""Somebody sets the clock of a machine on SQLite in the middle of a chat: nothing is doubled, nothing is silently lost."""

from datetime import timedelta

from playhouse import BACKSTAGE, House

EVERYTHING = ["Q1", "Q2", "Q3", "Q4", "Take-away"]


def turn_clock(house: House, by: timedelta) -> None:
    """What ``SteppingClock`` does not do of its own accord."""
    house.clock._now += by


async def test_a_clock_that_is_set_back_doubles_nothing(live: House) -> None:
    await live.until("2018-01-31 19:49")
    posted = live.texts()
    turn_clock(live, -timedelta(hours=2))
    await live.until("2018-01-31 19:30")
    assert live.texts() == posted
    await live.until("2018-01-31 20:31")
    assert live.asked() == EVERYTHING


async def test_a_post_that_was_unclear_then_is_still_looked_for(live: House) -> None:
    await live.until("2018-01-31 19:47")
    live.room.server.lose_next_answer()
    await live.until("2018-01-31 19:48:05")
    turn_clock(live, -timedelta(hours=2))
    await live.until("2018-01-31 20:31")
    assert live.asked() == EVERYTHING


async def test_a_clock_that_is_set_ahead_makes_late_what_was_due_and_the_hosts_are_told(live: House) -> None:
    await live.until("2018-01-31 19:46")
    turn_clock(live, timedelta(minutes=13))
    await live.until("2018-01-31 20:31")
    assert len(live.asked()) == len(set(live.asked()))
    told = "\n".join(live.texts(BACKSTAGE))
    missing = [label for label in EVERYTHING[:4] if label not in live.asked()]
    assert all(label in told for label in missing)
    assert live.asked()[-1] == "Take-away"
