"""Plans of the shipped formats: every step at its time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from copbot.content import Content
from copbot.domain.format import Format
from copbot.domain.plan import Plan, cannot_host, next_possible, plan
from copbot.resources import data_dir

LONDON = ZoneInfo("Europe/London")
HOSTED = {"live-chat-60", "question-a-week", "journal-club-60", "journal-club-48h", "what-so-what-now-what-20"}


@pytest.fixture(scope="module")
def content() -> Content:
    return Content.load(data_dir("config"), data_dir("prompts"))


def planned(content: Content, id: str, starts: datetime, *, has_guest: bool = False) -> Plan:
    questions = content.question_set(id)
    assert questions is not None
    format = content.format(questions.format)
    assert format is not None
    return plan(format, questions, starts, LONDON, has_guest=has_guest)


def on_the_wall(timed: Plan) -> dict[str, str]:
    return {step.key: f"{step.due_at.astimezone(LONDON):%a %d %b %H:%M}" for step in timed.steps}


def test_the_seed_chat_has_the_times_of_its_preview(content: Content) -> None:
    """T1."""
    times = on_the_wall(planned(content, "resnetslt-2018-01-thinking-together", datetime(2018, 1, 31, 19, 30)))
    expected = {
        "announce": "Wed 03 Jan 12:30",
        "reading": "Wed 17 Jan 12:30",
        "week_to_go": "Wed 24 Jan 12:30",
        "day_to_go": "Tue 30 Jan 12:30",
        "hour_to_go": "Wed 31 Jan 18:30",
        "welcome": "Wed 31 Jan 19:30",
        "hello": "Wed 31 Jan 19:33",
        "ask:1": "Wed 31 Jan 19:35",
        "ask:2": "Wed 31 Jan 19:48",
        "ask:3": "Wed 31 Jan 19:58",
        "ask:4": "Wed 31 Jan 20:08",
        "part_b:4": "Wed 31 Jan 20:16",
        "take_away": "Wed 31 Jan 20:24",
        "close": "Wed 31 Jan 20:28",
        "hour_ends": "Wed 31 Jan 20:30",
        "follow_up:week_2": "Wed 14 Feb 12:30",
        "follow_up:week_6": "Wed 14 Mar 12:30",
    }
    assert {key: times[key] for key in expected} == expected


def test_a_series_keeps_its_weekday_and_hour_over_skipped_dates_and_the_clock_change(content: Content) -> None:
    """T27, the planning half."""
    timed = planned(content, "hv-reflections-12-weeks", datetime(2027, 1, 12, 12, 30))
    asks = [step.due_at for step in timed.steps if step.does == "ask"]
    days = ("12 Jan", "19 Jan", "26 Jan", "02 Feb", "09 Feb", "23 Feb", "02 Mar", "09 Mar", "16 Mar", "23 Mar", "13 Apr", "20 Apr")
    assert [f"{at.astimezone(LONDON):%d %b %H:%M}" for at in asks] == [f"{day} 12:30" for day in days]
    assert [at.hour for at in asks] == [12] * 10 + [11] * 2
    reflections = [step.number for step in timed.steps if step.does == "follow_up" and step.number]
    assert reflections == [4, 8, 12]


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("Europe/London", date(2026, 3, 31)),
        ("Europe/London", date(2026, 10, 27)),
        ("America/New_York", date(2026, 3, 10)),
        ("America/New_York", date(2026, 11, 3)),
        ("Australia/Lord_Howe", date(2026, 4, 7)),
        ("Australia/Lord_Howe", date(2026, 10, 6)),
    ],
)
def test_a_series_is_announced_at_its_own_hour_before_a_clock_change_too(content: Content, zone: str, begins: date) -> None:
    """The clocks change on the Sunday between the announcement and the first question."""
    questions, format = content.question_set("hv-reflections-12-weeks"), content.format("question-a-week")
    assert questions is not None
    assert format is not None
    steps = plan(format, questions, datetime.combine(begins, time(12, 30)), ZoneInfo(zone)).steps
    announced = next(step.due_at for step in steps if step.does == "announce").astimezone(ZoneInfo(zone))
    assert f"{announced:%Y-%m-%d %H:%M}" == f"{begins - timedelta(days=7)} 12:30"


def test_a_series_begins_on_its_own_weekday(content: Content) -> None:
    timed = planned(content, "hv-reflections-12-weeks", datetime(2027, 1, 14, 12, 30))
    assert timed.starts_at == datetime(2027, 1, 19, 12, 30, tzinfo=UTC)


def test_without_a_guest_the_last_question_gets_the_guests_minutes(content: Content) -> None:
    starts = datetime(2027, 1, 12, 19, 30)
    alone = on_the_wall(planned(content, "jc-virtual-cops-health-visitors", starts))
    together = on_the_wall(planned(content, "jc-virtual-cops-health-visitors", starts, has_guest=True))
    assert "ask_the_author" not in alone
    assert together["ask_the_author"] == "Tue 12 Jan 20:20"
    assert alone["take_away"] == together["take_away"] == "Tue 12 Jan 20:25"


def test_all_twelve_formats_load_and_some_can_be_hosted(content: Content) -> None:
    formats = content.formats()
    assert len(formats) == 12
    assert {format.id for format in formats if not cannot_host(format)} == HOSTED


@pytest.mark.parametrize("format", Content.load(data_dir("config"), data_dir("prompts")).formats(), ids=lambda format: format.id)
def test_every_format_plans_in_order_and_ends_on_time(content: Content, format: Format) -> None:
    questions = next((one for one in content.question_sets() if one.format == format.id), content.question_sets()[0])
    timed = plan(format, questions, datetime(2027, 1, 12, 12, 30), LONDON)
    assert [step.due_at for step in timed.steps] == sorted(step.due_at for step in timed.steps)
    assert len({step.key for step in timed.steps}) == len(timed.steps)
    if format.total is not None:
        assert timed.ends_at - timed.starts_at == format.total


def test_the_next_possible_start_is_the_same_hour_on_the_next_day_that_lies_ahead() -> None:
    now = datetime(2018, 1, 31, 20, 0, tzinfo=UTC)
    assert next_possible(datetime(2018, 1, 15, 19, 30), now, LONDON) == datetime(2018, 2, 1, 19, 30)
    assert next_possible(datetime(2018, 1, 15, 21, 0), now, LONDON) == datetime(2018, 1, 31, 21, 0)
    assert next_possible(datetime(2018, 1, 15, 19, 30), now - timedelta(hours=1), LONDON) == datetime(2018, 1, 31, 19, 30)
