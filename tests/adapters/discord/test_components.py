"""Buttons, and what their custom_id carries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copbot.domain.message import Button, Look, Message
from copbot_discord.components import CUSTOM_ID_MOST, action_of, identified, kept_under, mark_of, marks_in, rows_of, value_of
from copbot_discord.rendering import render

MARKS = st.from_regex(r"[A-Za-z0-9_-]{0,25}", fullmatch=True)
ACTIONS = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)


@given(ACTIONS, st.text(max_size=200), MARKS)
def test_what_a_press_means_comes_back(action: str, value: str, mark: str) -> None:
    made = identified(action, value, mark)
    assert 0 < len(made.id) <= CUSTOM_ID_MOST
    assert (action_of(made.id), made.kept.get(kept_under(made.id), value_of(made.id)), mark_of(made.id)) == (action, value, mark)
    assert bool(kept_under(made.id)) == bool(made.kept)


@pytest.mark.parametrize(
    ("value", "kept"), [("", False), ("7:q2", False), ("a|b|~c", False), ("x" * 60, False), ("x" * 200, True), ("=x", True)]
)
def test_a_value_that_does_not_fit_is_kept(value: str, kept: bool) -> None:
    assert bool(identified("next", value, "mark").kept) == kept


@pytest.mark.parametrize("action", ["a|b", "x" * 51])
def test_an_action_that_could_not_be_read_again_is_refused(action: str) -> None:
    with pytest.raises(ValueError, match="no action"):
        identified(action)


@pytest.mark.parametrize("custom_id", ["", "someone-elses", "a:b"])
def test_what_is_not_copbots_has_no_mark(custom_id: str) -> None:
    assert (mark_of(custom_id), value_of(custom_id), kept_under(custom_id)) == ("", "", "")


def test_rows_of_five_in_the_looks_of_discord() -> None:
    buttons = [Button(f"Post {number}", "post", str(number), look) for number, look in enumerate([*Look, *Look])]
    rows = rows_of(buttons, "m").components
    assert [len(row["components"]) for row in rows] == [5, 1]
    assert [one["style"] for one in rows[0]["components"]] == [2, 1, 4, 2, 1]
    assert [one["custom_id"] for one in rows[0]["components"][:2]] == ["post|0|~m", "post|1|~m"]


def test_buttons_that_mean_the_same_are_told_apart_and_mean_the_same() -> None:
    [row] = rows_of([Button("Yes", "next", "1"), Button("Go on", "next", "1"), Button("Now", "next", "1")], "m").components
    ids = [one["custom_id"] for one in row["components"]]
    assert len(set(ids)) == 3
    assert {(action_of(id), value_of(id), mark_of(id)) for id in ids} == {("next", "1", "m")}


def test_a_post_is_known_by_its_buttons() -> None:
    shown = render(Message("Well?", (Button("Next", "next", "1"), Button("Close", "close"))), "hash").components
    assert set(marks_in(shown)) == {"hash"}
    assert list(marks_in([{"type": 1, "components": [{"type": 2, "custom_id": "theirs"}, {"type": 2, "url": "https://a.b"}]}])) == []


def test_what_is_kept_comes_with_the_message() -> None:
    rendered = render(Message("Well?", (Button("Next", "next", "x" * 200),)), "hash")
    [button] = rendered.components[0]["components"]
    assert rendered.kept == {kept_under(button["custom_id"]): "x" * 200}
