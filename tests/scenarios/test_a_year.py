"""A year of a community in each of three zones: every post at its wall-clock time, also over both clock changes.

What must be seen is written down here as local dates and times; nothing of it is computed with copbot's own functions.
"""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playhouse import BACKSTAGE, CHANNEL, PEOPLE, House, Open
from wall_clock import config_in, moment, said_beforehand, seen

SERIES, SERIES_BACKSTAGE = "health-visiting", "health-visiting-hosts"

CHANGES = {
    "Europe/London": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
}
"""The Sundays on which the clocks change; in the south the first is in autumn."""

WHAT_CAME_UP = """
kind: question_set
version: 1
id: what-came-up
title: "What came up"
community: ResNetSLT
language: en-GB
format: live-chat-60
questions:
  - {number: 1, text: "What came up?", minutes: 25, if_quiet: "Yes, no and 'not sure' all count."}
  - {number: 2, text: "What would help?", minutes: 24, if_quiet: "Yes, no and 'not sure' all count. Which?"}
"""

FIRST = date(2026, 2, 4)
"""A Wednesday."""

ANNOUNCED = ((-28, "12:30", "announcement"), (-14, "12:30", "reading"))
REMINDED = ((-7, "12:30", "week to go"), (-1, "12:30", "day to go"), (0, "18:30", "hour to go"))
HELD = (
    (0, "19:30", "welcome"),
    (0, "19:33", "hello"),
    (0, "19:35", "Q1"),
    (0, "20:00", "Q2"),
    (0, "20:00", "asked on"),
    (0, "20:21", "minutes left"),
    (0, "20:24", "Take-away"),
    (0, "20:24", "asked on"),
    (0, "20:28", "close"),
)
UNASKED = ((0, "19:39", "nudge"), (0, "20:04", "nudge"))
"""Nobody answers. At weekends, which are quiet, nothing is said unasked."""

TO_HOSTS = (
    (-1, "12:30", "checklist"),
    (0, "19:20", "panel"),
    (0, "19:38", "no answer yet"),
    (0, "20:03", "no answer yet"),
    (0, "20:27", "no answer yet"),
    (1, "21:30", "transcript"),
    (7, "12:30", "summary"),
)
TO_WHO_TOOK_PART = (
    (2, "08:00", "reflect"),
    (2, "09:00", "so what"),
    (2, "09:00", "now what"),
    (14, "12:30", "two weeks on"),
    (42, "12:30", "six weeks on"),
)
"""The first is due a day after the end, at 20:30. That is late for a private message, so it comes on Friday at eight."""


async def book(house: House, who: str, wish: str, channel: str) -> None:
    """Schedule and confirm."""
    assert "Draft" in await house.cop(who, f"schedule {wish}", channel)
    await house.press(who, "draft-confirm")


async def look_back(house: House, who: str, day: date, zone: ZoneInfo) -> None:
    """Take part in that day's chat, and skip the questions of the first reflection at nine in the morning two days later."""
    await house.until(moment(f"{day} 19:34", zone))
    await house.press(who, "listening")
    await house.until(moment(f"{day + timedelta(days=2)} 09:00", zone))
    for _ in range(3):
        await house.press(who, "reflect-skip")


@pytest.mark.parametrize(("name", "weeks"), [("Europe/London", 2), ("America/New_York", 4), ("Australia/Lord_Howe", 4)])
async def test_a_year_of_live_chats(open_house: Open, tmp_path: Path, name: str, weeks: int) -> None:
    """On Wednesdays, and on the Sundays of the changes. Those up to the summer are booked in January, the others in June."""
    zone, wednesdays = ZoneInfo(name), [FIRST + timedelta(weeks=number) for number in range(0, 52, weeks)]
    days = sorted([*wednesdays, *CHANGES[name]])
    before_a_change = [max(day for day in wednesdays if day < change) for change in CHANGES[name]]
    config = config_in(name, tmp_path, what_came_up=WHAT_CAME_UP)
    house = await open_house("2026-01-05 00:00", config=config, zones=dict.fromkeys(PEOPLE, name))
    for half, (booked, who) in enumerate((("2026-01-05 23:00", "maria"), ("2026-06-01 10:00", "tom"))):
        await house.until(moment(booked, zone))
        await house.cop(who, "reflect on")
        for day in days[half * len(days) // 2 : (half + 1) * len(days) // 2]:
            await book(house, "sally", f"set=what-came-up date={day} time=19:30", CHANNEL)
        await look_back(house, who, before_a_change[half], zone)
    await house.until(moment("2027-03-15 12:00", zone))
    planned, unasked = said_beforehand(days, [*ANNOUNCED, *REMINDED, *HELD]), said_beforehand(wednesdays, UNASKED)
    assert seen(house, CHANNEL, zone) == sorted([*planned, *unasked])
    assert seen(house, BACKSTAGE, zone) == said_beforehand(days, TO_HOSTS)
    for who, day in zip(("maria", "tom"), before_a_change, strict=True):
        assert seen(house, f"@{who}", zone) == said_beforehand([day], TO_WHO_TOOK_PART)
