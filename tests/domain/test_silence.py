"""Each rule of silence at its boundary (2-domain 3.4). ``NOW`` is the moment at which the bot would like to speak."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from copbot.domain import silence
from copbot.domain.chat import Chat, Counters, State
from copbot.domain.community import Level
from copbot.domain.format import Budget, Mode
from copbot.domain.place import Place
from copbot.domain.silence import Situation, allowance, may_speak, patience

NOW = datetime(2018, 1, 31, 19, 39, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

CHAT = Chat(1, "c", Place("room", "slt"), "T", "s", "e", State.OPEN, NOW - HOUR, NOW + HOUR, "Europe/London")
FREE = Situation(NOW, CHAT, Counters(1), allowance(Level.LIGHT, Mode.LIVE, Budget()), 0, is_quiet=False)
ASYNC = replace(FREE, allowance=allowance(Level.LIGHT, Mode.ASYNC, Budget()))


def spoke(situation: Situation, **counters: object) -> Situation:
    return replace(situation, counters=situation.counters._replace(**counters))  # type: ignore[arg-type]


def chat(situation: Situation, **fields: object) -> Situation:
    return replace(situation, chat=replace(situation.chat, **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("situation", "rule"),
    [
        pytest.param(FREE, None, id="nothing speaks against it"),
        pytest.param(spoke(FREE, unasked_posts=1), 1, id="1 one post in the question is all that light allows"),
        pytest.param(replace(FREE, unasked_in_window=4), None, id="1 four in the hour leave one"),
        pytest.param(replace(FREE, unasked_in_window=5), 1, id="1 five in the hour"),
        pytest.param(replace(FREE, allowance=allowance(Level.SILENT, Mode.LIVE, Budget())), 1, id="1 silent means none"),
        pytest.param(chat(FREE, last_unasked_at=NOW - 4 * MINUTE + SECOND), 2, id="2 within the gap"),
        pytest.param(chat(FREE, last_unasked_at=NOW - 4 * MINUTE), None, id="2 the gap is over"),
        pytest.param(chat(ASYNC, last_unasked_at=NOW - 24 * HOUR + SECOND), 2, id="2 within the gap, async"),
        pytest.param(chat(ASYNC, last_unasked_at=NOW - 24 * HOUR), None, id="2 the gap is over, async"),
        pytest.param(spoke(FREE, last_human_at=NOW - 59 * SECOND), 3, id="3 somebody may be typing"),
        pytest.param(spoke(FREE, last_human_at=NOW - MINUTE), None, id="3 a minute has passed"),
        pytest.param(spoke(ASYNC, last_human_at=NOW - 2 * HOUR + SECOND), 3, id="3 somebody may be typing, async"),
        pytest.param(spoke(ASYNC, last_human_at=NOW - 2 * HOUR), None, id="3 two hours have passed, async"),
        pytest.param(spoke(ASYNC, unasked_posts=1, last_unasked_at=NOW - 30 * HOUR), 4, id="4 nobody has spoken in the thread since"),
        pytest.param(
            spoke(ASYNC, unasked_posts=1, last_unasked_at=NOW - 30 * HOUR, last_human_at=NOW - 30 * HOUR),
            4,
            id="4 nobody has spoken after it",
        ),
        pytest.param(
            spoke(ASYNC, unasked_posts=1, last_unasked_at=NOW - 30 * HOUR, last_human_at=NOW - 29 * HOUR),
            None,
            id="4 somebody has spoken since",
        ),
        pytest.param(chat(FREE, hushed_until=NOW + SECOND), 9, id="9 hushed"),
        pytest.param(chat(FREE, hushed_until=NOW), None, id="9 the hush is over"),
        pytest.param(chat(FREE, paused_at=NOW - MINUTE), 9, id="9 paused"),
        pytest.param(replace(FREE, is_quiet=True), 10, id="10 quiet hours"),
        pytest.param(chat(FREE, quiet_after_gap_until=NOW + SECOND), 14, id="14 just back"),
        pytest.param(chat(FREE, quiet_after_gap_until=NOW), None, id="14 back for five minutes"),
    ],
)
def test_rules(situation: Situation, rule: int | None) -> None:
    assert may_speak(situation) == rule


def test_the_first_rule_that_forbids_is_named() -> None:
    both = chat(spoke(FREE, unasked_posts=1, last_human_at=NOW), hushed_until=NOW + HOUR)
    assert may_speak(both) == silence.BUDGET
    assert may_speak(spoke(both, unasked_posts=0)) == silence.BREATHING_SPACE


@pytest.mark.parametrize(
    ("level", "mode", "budget", "expected"),
    [
        (Level.LIGHT, Mode.LIVE, Budget(), (1, 5)),
        (Level.STANDARD, Mode.LIVE, Budget(), (2, 8)),
        (Level.LIGHT, Mode.ASYNC, Budget(), (2, 2)),
        (Level.SILENT, Mode.ASYNC, Budget(2), (0, 0)),
        (Level.STANDARD, Mode.LIVE, Budget(1, 5), (1, 5)),
        (Level.LIGHT, Mode.LIVE, Budget(3, 9), (1, 5)),
    ],
)
def test_the_stricter_of_level_and_format_counts(level: Level, mode: Mode, budget: Budget, expected: tuple[int, int]) -> None:
    allowed = allowance(level, mode, budget)
    assert (allowed.per_question, allowed.per_window) == expected


def test_a_format_can_only_widen_the_gap() -> None:
    assert allowance(Level.LIGHT, Mode.LIVE, Budget(gap=MINUTE)).gap == 4 * MINUTE
    assert allowance(Level.LIGHT, Mode.LIVE, Budget(gap=6 * MINUTE)).gap == 6 * MINUTE


def test_hosts_hear_of_it_first() -> None:
    assert (patience(Mode.LIVE).hosts, patience(Mode.LIVE).everyone) == (3 * MINUTE, 4 * MINUTE)
    assert (patience(Mode.ASYNC).hosts, patience(Mode.ASYNC).everyone) == (24 * HOUR, 48 * HOUR)
    assert patience(Mode.LIVE, 8 * MINUTE).hosts == 6 * MINUTE
