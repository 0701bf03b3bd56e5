"""Clock changes as people meet them: an hour that is missing or comes twice, a series over Easter, a bot that slept through one."""

from datetime import UTC, date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playhouse import BACKSTAGE, CHANNEL, LONDON, PEOPLE, SEED_2, Open
from wall_clock import config_in, moment, said_beforehand, seen

SERIES, SERIES_BACKSTAGE = "health-visiting", "health-visiting-hosts"
TUESDAYS = [
    *(date(2027, 1, 12), date(2027, 1, 19), date(2027, 1, 26), date(2027, 2, 2), date(2027, 2, 9), date(2027, 2, 23)),
    *(date(2027, 3, 2), date(2027, 3, 9), date(2027, 3, 16), date(2027, 3, 23), date(2027, 4, 13), date(2027, 4, 20)),
]
"""Of the twelve weeks of reflections; 16 February, 30 March and 6 April are holidays. The clocks go forward on 28 March."""

FIRST, LAST = TUESDAYS[0], TUESDAYS[-1]
WITHOUT_PROBES = (4, 7, 9, 11)


async def test_the_health_visiting_series_all_its_rounds_and_steps(open_house: Open) -> None:
    """T27. Maria asked for reflections; she skips the first question of each the next morning."""
    house = await open_house("2027-01-01 12:00", community=SERIES)
    await house.cop("jane", f"schedule set=hv-reflections-12-weeks date={FIRST} time=12:30", SERIES)
    assert "12:30 to Tue 27 Apr 12:30" in house.room.people.told("jane")[-1].text
    await house.press("jane", "draft-confirm")
    await house.cop("maria", "reflect on", SERIES)
    await house.until("2027-01-12 13:00")
    await house.press("maria", "listening")
    for monday in ("2027-02-08", "2027-03-15", "2027-04-26"):
        await house.until(f"{monday} 15:00")
        await house.press("maria", "reflect-skip")
    await house.until("2027-07-01 12:00")
    asked = [(f"{day} 12:30", f"Q{number}") for number, day in enumerate(TUESDAYS, 1)]
    assert seen(house, SERIES, LONDON) == sorted(
        [
            *[("2027-01-05 12:30", "announcement"), ("2027-01-12 12:29", "welcome"), ("2027-04-27 12:29", "close")],
            *asked,
            *[(day, "asked on") for day, _ in asked[1:]],
            *said_beforehand(TUESDAYS, [(2, "12:30", "few voices")]),
        ]
    )
    assert seen(house, SERIES_BACKSTAGE, LONDON) == sorted(
        [
            ("2027-01-12 12:20", "panel"),
            *[(f"{day} 12:30", "probes") for number, day in enumerate(TUESDAYS, 1) if number not in WITHOUT_PROBES],
            *said_beforehand(TUESDAYS, [(1, "12:30", "no answer yet"), (6, "12:30", "weave"), (6, "12:30", "hand on")]),
        ]
    )
    assert seen(house, "@maria", LONDON) == sorted(
        [
            *said_beforehand([TUESDAYS[3], TUESDAYS[7], LAST], [(6, "12:30", "reflect"), (6, "15:00", "so what")]),
            *[("2027-05-11 12:30", "two weeks on"), ("2027-06-08 12:30", "six weeks on")],
        ]
    )
    assert not any("1440 minutes" in text for text in house.texts(SERIES_BACKSTAGE))
    questions = [entry.at.astimezone(UTC) for entry in house.room.people.shown(SERIES) if entry.opens_thread]
    assert [f"{at:%H:%M}" for at in questions] == ["12:30"] * 10 + ["11:30"] * 2


@pytest.mark.parametrize(
    ("zone", "starts", "opens"),
    [
        ("Europe/London", "2026-03-29 01:30", "2026-03-29 01:00"),  # 01:00 to 02:00 is missing: it opens at two
        ("America/New_York", "2026-03-08 02:30", "2026-03-08 07:00"),  # 02:00 to 03:00 is missing: at three
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30"),  # 02:00 to 02:30 is missing: at half past two
        ("Europe/London", "2026-10-25 01:30", "2026-10-25 00:30"),  # 01:00 to 02:00 comes twice: the first
        ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45"),  # 01:30 to 02:00 comes twice
        ("Europe/London", "2026-10-25 01:50", "2026-10-25 00:50"),  # the clock goes back in the middle of it
    ],
)
async def test_a_chat_in_an_hour_that_is_missing_or_comes_twice(
    open_house: Open, tmp_path: Path, zone: str, starts: str, opens: str
) -> None:
    """It opens once, at the instant (UTC) given, and takes as long as ever."""
    house = await open_house("2026-02-01 12:00", config=config_in(zone, tmp_path), zones=dict.fromkeys(PEOPLE, zone))
    day, clock = starts.split()
    await house.schedule(wish=f"set=looking-back date={day} time={clock}")
    opened = moment(opens, ZoneInfo("UTC"))
    await house.until(opened + timedelta(days=2))
    plan = [(0, "welcome"), (3, "Q1"), (8, "Q2"), (13, "Q3"), (18, "last words")]
    expected = [(f"{opened + timedelta(minutes=minutes):%Y-%m-%d %H:%M}", what) for minutes, what in plan]
    assert [one for one in seen(house, CHANNEL, ZoneInfo("UTC")) if one[1] in dict(expected).values()] == expected


async def test_a_chat_that_is_moved_over_the_change_keeps_its_hour(open_house: Open) -> None:
    house = await open_house("2026-03-01 12:00")
    await house.schedule(wish=f"set={SEED_2} date=2026-03-25 time=19:30")
    await house.until("2026-03-20 12:00")
    await house.cop("sally", "reschedule date=2026-04-01 time=19:30")
    await house.press("sally", "move-confirm")
    await house.until("2026-04-01 19:50")
    assert [one for one in seen(house, CHANNEL, LONDON) if one[0] > "2026-03-20 12:00"] == sorted(
        [
            ("2026-03-25 12:30", "week to go"),
            ("2026-03-31 12:30", "day to go"),
            *[("2026-04-01 18:30", "hour to go"), ("2026-04-01 19:30", "welcome"), ("2026-04-01 19:33", "hello")],
            *[("2026-04-01 19:35", "Q1"), ("2026-04-01 19:39", "nudge"), ("2026-04-01 19:48", "Q2"), ("2026-04-01 19:48", "asked on")],
        ]
    )


async def test_a_bot_that_slept_through_the_change_does_what_is_still_of_use_and_tells_the_rest(open_house: Open) -> None:
    """Down from Saturday 11:00 GMT to Sunday 12:00 BST, 25 hours by the wall, 24 by any stopwatch."""
    house = await open_house("2026-02-20 12:00")
    await house.schedule(wish=f"set={SEED_2} date=2026-03-29 time=19:30")
    await house.schedule(wish=f"set={SEED_2} date=2026-04-25 time=19:30")
    await house.until("2026-03-28 11:00")
    await house.bot.stop()
    house.clock.set(moment("2026-03-29 12:00", LONDON))
    await house.restart()
    await house.until("2026-03-29 19:31")
    assert [one for one in seen(house, CHANNEL, LONDON) if one[0] > "2026-03-28 11:00"] == [
        ("2026-03-29 12:00", "announcement"),
        ("2026-03-29 18:30", "hour to go"),
        ("2026-03-29 19:30", "welcome"),
    ]
    told = [entry.text for entry in house.everything(BACKSTAGE) if "now it would come too late" in entry.text]
    assert ["day_to_go" in told[0], "hosts_check" in told[1], *("due at Sat 28 Mar 12:30" in text for text in told)] == [True] * 4


async def test_a_community_that_moves_keeps_what_is_booked_and_books_in_its_new_zone(open_house: Open, tmp_path: Path) -> None:
    config = config_in("Europe/London", tmp_path)
    house = await open_house("2026-02-02 12:00", config=config)
    await house.schedule(wish="set=looking-back date=2026-03-18 time=19:30")
    await house.until("2026-03-01 12:00")
    file = config / "communities" / "resnetslt.yaml"
    file.write_text(file.read_text().replace("time_zone: Europe/London", "time_zone: America/New_York"))
    house.content.reload()
    await house.schedule(wish="set=looking-back date=2026-03-19 time=19:30")
    await house.until("2026-03-21 12:00")
    opened = [(at, what) for at, what in seen(house, CHANNEL, ZoneInfo("UTC")) if what == "welcome"]
    assert opened == [("2026-03-18 19:30", "welcome"), ("2026-03-19 23:30", "welcome")]


async def test_members_elsewhere_read_and_hear_in_their_own_time(open_house: Open) -> None:
    """London and New York are four hours apart between 8 and 29 March 2026, else five. Tom's mornings begin at eight of his own."""
    house = await open_house("2026-02-02 12:00", zones={"tom": "America/New_York"})
    await house.schedule(wish=f"set={SEED_2} date=2026-03-25 time=19:30")
    await house.cop("tom", "reflect on")
    assert "Wed 25 Mar 15:30" in await house.cop("tom", "upcoming")
    assert "Wed 25 Mar 19:30" in await house.cop("maria", "upcoming")
    await house.press("tom", "coming")
    await house.until("2026-05-10 12:00")
    new_york = ZoneInfo("America/New_York")
    assert seen(house, "@tom", new_york) == [("2026-03-26 16:30", "reflect"), ("2026-04-08 12:30", "two weeks on")]
