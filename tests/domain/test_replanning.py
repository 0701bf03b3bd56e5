"""How hosts bend a plan: invariants for any of them, in any order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from copbot.domain import replanning
from copbot.domain.step import Step, StepState

START = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)


def step(id: int, does: str, minute: float, number: int | None = None) -> Step:
    return Step(id, 1, f"{does}:{number or ''}", does, START + timedelta(minutes=minute), number=number)


def hour() -> list[Step]:
    """The seed chat's hour."""
    return [
        step(1, "welcome", 0),
        step(2, "ask", 5, 1),
        step(3, "ask", 18, 2),
        step(4, "ask", 28, 3),
        step(5, "ask", 38, 4),
        step(6, "part_b", 46, 4),
        step(7, "warn", 51),
        step(8, "ask_round", 54),
        step(9, "close", 58),
        step(10, "end", 60),
        step(11, "follow_up", 60 * 24),
    ]


def played(steps: list[Step], minute: float) -> list[Step]:
    now = START + timedelta(minutes=minute)
    return [replace(one, state=StepState.DONE) if one.state is StepState.DUE and one.due_at <= now else one for one in steps]


def take_over(steps: list[Step], changed: tuple[Step, ...]) -> list[Step]:
    by_id = {one.id: one for one in changed}
    return [by_id.get(one.id, one) for one in steps]


def minutes(steps: list[Step], does: str) -> list[float]:
    return [(one.due_at - START) / timedelta(minutes=1) for one in steps if one.does == does and one.state is not StepState.SKIPPED]


def test_bringing_a_question_forward_moves_the_later_ones_and_nothing_else() -> None:
    """T13."""
    steps = played(hour(), 12)
    after = take_over(steps, replanning.bring_forward(steps, START + timedelta(minutes=12)))
    assert minutes(after, "ask") == [5, 12, 22, 32]
    assert minutes(after, "part_b") == [40]
    assert [minutes(after, does) for does in ("warn", "ask_round", "close", "end")] == [[51], [54], [58], [60]]


def test_a_second_half_that_no_longer_fits_comes_halfway_through_what_is_left() -> None:
    steps = played(hour(), 12)
    extension = replanning.extend(steps, timedelta(minutes=10))
    after = take_over(steps, extension.changed)
    assert minutes(after, "ask") == [5, 28, 38, 48]
    assert minutes(after, "part_b") == [51]


def test_the_last_question_keeps_three_minutes() -> None:
    steps = played(hour(), 12)
    assert replanning.extend(steps, timedelta(minutes=13)).fits
    refused = replanning.extend(steps, timedelta(minutes=14))
    assert not refused.fits
    assert refused.spare == timedelta(minutes=13)


def test_skipping_takes_the_second_half_along() -> None:
    steps = played(hour(), 40)
    steps[4] = replace(steps[4], state=StepState.DUE)
    after = take_over(steps, replanning.skip(steps))
    assert [one.state for one in after if one.number == 4] == [StepState.SKIPPED] * 2


acts = st.lists(st.tuples(st.sampled_from(["next", "extend", "skip", "later"]), st.integers(1, 20), st.integers(1, 6)), max_size=12)


@given(acts)
def test_whatever_hosts_do_the_plan_stays_in_order(done: list[tuple[str, int, int]]) -> None:
    steps, minute = hour(), 6.0
    for act, by, passes in done:
        steps, now = played(steps, minute), START + timedelta(minutes=minute)
        happened = [one for one in steps if one.state is StepState.DONE]
        length = timedelta(minutes=by)
        match act:
            case "next":
                changed = replanning.bring_forward(steps, now)
            case "extend":
                changed = replanning.extend(steps, length).changed
            case "skip":
                changed = replanning.skip(steps)
            case _:
                changed = replanning.later_close(steps, length)
        assert all(one.state is not StepState.DONE for one in changed)
        steps = take_over(steps, changed)
        assert [one for one in steps if one.state is StepState.DONE] == happened
        asks = [one.due_at for one in steps if one.does == "ask" and one.state is not StepState.SKIPPED]
        assert asks == sorted(asks)
        [round_at], [close_at], [end_at] = minutes(steps, "ask_round"), minutes(steps, "close"), minutes(steps, "end")
        assert round_at < close_at < end_at
        assert all((at - START) / timedelta(minutes=1) < round_at for at in asks)
        minute += passes
