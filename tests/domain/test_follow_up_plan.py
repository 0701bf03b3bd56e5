from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copbot.domain.community import QuietHours
from copbot.domain.follow_up import Commitment, FollowUp, FollowUpState, Outcome, Stage
from copbot.domain.follow_up_plan import (
    a_week_later,
    allowed_moment,
    considerate_moment,
    ended_unanswered,
    gone_quiet,
    last_use,
    open_commitment,
    reflection_prompts,
    stage_prompts,
)
from copbot.domain.prompt import Autonomy, Prompt

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
DUE = datetime(2018, 2, 14, 12, 30, tzinfo=UTC)


def london(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=LONDON)


def prompt(id: str, model: str, step: str, stage: str = "day_1") -> Prompt:
    return Prompt(id, "reflect", stage, "member_dm", Autonomy.OPT_IN, "?", model, step)


PROMPTS: Mapping[str, Prompt] = {
    each.id: each
    for each in (
        prompt("driscoll-now-what", "driscoll", "now_what"),
        prompt("driscoll-so-what", "driscoll", "so_what"),
        prompt("driscoll-what", "driscoll", "what"),
        prompt("kolb-try", "kolb", "experiment"),
        prompt("wk2-tried", "value_creation", "applied", "week_2"),
        prompt("wk2-used", "value_creation", "applied", "week_2"),
        prompt("wk6-different", "value_creation", "realised", "week_6"),
        prompt("wk6-how-know", "value_creation", "realised", "week_6"),
    )
}


@pytest.mark.parametrize(
    ("when", "day_valued", "moment"),
    [
        ("2018-02-17T12:30", True, "2018-02-19T12:30"),  # T21: a Saturday
        ("2018-02-02T20:30", False, "2018-02-05T08:00"),  # T21: Friday evening
        ("2018-02-01T20:30", False, "2018-02-02T08:00"),  # 7.3: Thursday evening
        ("2018-02-14T12:30", True, "2018-02-14T12:30"),
        ("2018-02-14T08:00", False, "2018-02-14T08:00"),
        ("2018-02-14T07:59", False, "2018-02-14T08:00"),
        ("2018-02-14T18:59", False, "2018-02-14T18:59"),
        ("2018-02-14T19:00", False, "2018-02-15T08:00"),
        ("2018-02-14T07:30", True, "2018-02-14T12:30"),
    ],
)
def test_private_messages_come_in_working_hours(when: str, day_valued: bool, moment: str) -> None:
    assert allowed_moment(london(when), LONDON, day_valued=day_valued) == london(moment)


MOMENTS = st.integers(0, 6_000_000).map(lambda minutes: datetime(2018, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@given(MOMENTS, st.sampled_from([LONDON, NEW_YORK]), st.booleans())
def test_the_moment_is_never_earlier_and_always_allowed(when: datetime, zone: ZoneInfo, day_valued: bool) -> None:
    moment = allowed_moment(when, zone, day_valued=day_valued)
    local = moment.astimezone(zone)
    assert when <= moment <= when + timedelta(days=4)
    assert local.weekday() < 5
    assert time(8) <= local.time() < time(19)
    assert allowed_moment(moment, zone, day_valued=day_valued) == moment


def test_the_community_s_quiet_hours_count_too() -> None:
    quiet = QuietHours(time(17), time(10))
    assert considerate_moment(london("2018-02-14T17:30"), LONDON, quiet, LONDON, day_valued=False) == london("2018-02-15T10:00")
    always = QuietHours(time(7), time(20))
    assert considerate_moment(london("2018-02-14T17:30"), LONDON, always, LONDON, day_valued=False) == london("2018-02-14T17:30")


def test_the_members_own_zone_decides() -> None:
    assert allowed_moment(london("2018-02-14T12:30"), NEW_YORK, day_valued=True) == datetime(2018, 2, 14, 12, 30, tzinfo=NEW_YORK)


def test_a_model_s_questions_come_in_its_own_order() -> None:
    assert reflection_prompts(PROMPTS, ["driscoll"]) == ("driscoll-what", "driscoll-so-what", "driscoll-now-what")


def test_the_member_s_model_wins_if_there_are_words_for_it() -> None:
    assert reflection_prompts(PROMPTS, ["kolb", "driscoll"]) == ("kolb-try",)
    assert reflection_prompts(PROMPTS, ["gibbs", "driscoll"])[0] == "driscoll-what"


def chosen(stage: Stage, *, has_commitment: bool = False, used: datetime | None = None) -> tuple[str, ...]:
    return stage_prompts(stage, PROMPTS, ["driscoll"], has_commitment=has_commitment, used_asked_at=used, due=DUE)


def test_after_two_weeks_those_with_a_commitment_are_asked_about_it() -> None:
    assert chosen(Stage.WEEK_2, has_commitment=True, used=DUE) == ("wk2-tried",)


def test_others_are_asked_at_most_once_in_thirty_days_whether_they_used_anything() -> None:
    assert chosen(Stage.WEEK_2) == ("wk2-used",)
    assert chosen(Stage.WEEK_2, used=DUE - timedelta(days=29)) == ()
    assert chosen(Stage.WEEK_2, used=DUE - timedelta(days=30)) == ("wk2-used",)


def test_after_six_weeks_two_questions() -> None:
    assert chosen(Stage.WEEK_6) == ("wk6-different", "wk6-how-know")


def follow_up(
    id: int, state: FollowUpState, asked: datetime | None, prompts: tuple[str, ...] = ("wk2-used",), position: int = 0
) -> FollowUp:
    return FollowUp(id, id, 1, Stage.WEEK_2, prompts, DUE, state, position, asked)


def test_two_unanswered_in_a_row_end_it_until_the_member_starts_again() -> None:
    days = [DUE + timedelta(days=number) for number in range(4)]
    two = [follow_up(1, FollowUpState.UNANSWERED, days[1]), follow_up(2, FollowUpState.UNANSWERED, days[2])]
    assert gone_quiet(two, days[0])
    assert not gone_quiet(two[:1], days[0])
    assert not gone_quiet([*two, follow_up(3, FollowUpState.ANSWERED, days[3])], days[0])
    assert not gone_quiet(two, days[2]), "they started again in between"
    assert gone_quiet([*two, follow_up(3, FollowUpState.WAITING, None)], days[0])


def test_who_answered_some_questions_did_answer() -> None:
    assert ended_unanswered(follow_up(1, FollowUpState.ASKED, DUE)) is FollowUpState.UNANSWERED
    assert ended_unanswered(follow_up(1, FollowUpState.ASKED, DUE, position=1)) is FollowUpState.ANSWERED


def test_last_use_counts_what_is_still_to_come() -> None:
    assert last_use([], "wk2-used") is None
    assert last_use([follow_up(1, FollowUpState.WAITING, None)], "wk2-used") == DUE


def test_the_newest_open_commitment_of_the_chat() -> None:
    said = [
        Commitment(1, 1, 7, "a", DUE),
        Commitment(2, 1, 7, "b", DUE),
        Commitment(3, 1, 7, "c", DUE, Outcome.DONE, DUE),
        Commitment(4, 1, 8, "d", DUE),
    ]
    found = open_commitment(said, 7)
    assert found is not None
    assert found.text == "b"
    assert open_commitment(said, 9) is None


def test_a_week_later_is_the_same_time_on_the_wall_over_a_clock_change() -> None:
    assert a_week_later(london("2026-03-25T09:10"), LONDON) == datetime(2026, 4, 1, 8, 10, tzinfo=UTC)
    assert a_week_later(london("2026-10-21T09:10"), LONDON) == datetime(2026, 10, 28, 9, 10, tzinfo=UTC)
