import pytest
from hypothesis import given
from hypothesis import strategies as st

from copbot.domain.message import Button, File, Message
from copbot.kit.split import key_of, split, split_text
from copbot.ports.platform import Limits

LIMITS = Limits(text=40, buttons=2, title=20)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("short", ("short",)),
        ("a paragraph of some words\n\nand a second one of words", ("a paragraph of some words", "and a second one of words")),
        ("a line of some words here\nand a second one of words", ("a line of some words here", "and a second one of words")),
        ("A sentence of some words. And a second sentence.", ("A sentence of some words.", "And a second sentence.")),
        ("some words without any end that go on and on", ("some words without any end that go on", "and on")),
        ("x" * 90, ("x" * 40, "x" * 40, "x" * 10)),
        ("Hi.\n\nthen a paragraph of words that is long", ("Hi.\n\nthen a paragraph of words that is", "long")),
    ],
)
def test_cuts_at_the_best_break(text: str, parts: tuple[str, ...]) -> None:
    assert split_text(text, 40) == parts


def test_what_introduces_a_list_goes_with_it() -> None:
    text = "First these:\n\n- one thing\n- another\n\nAnd then:\n\n- a third"
    assert split_text(text, 50) == ("First these:\n\n- one thing\n- another", "And then:\n\n- a third")


@given(st.text("ab .\n", min_size=1).filter(str.strip), st.integers(5, 30))
def test_nothing_is_lost_and_everything_fits(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(part.strip() and len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_the_last_part_carries_buttons_and_files() -> None:
    button, file = Button("Next", "next"), File("a.ics", "text/calendar", b"")
    parts = split(Message("one two three four five " * 5, (button,), (file,)), LIMITS)
    assert len(parts) > 2
    assert [(part.buttons, part.files) for part in parts] == [((), ())] * (len(parts) - 1) + [((button,), (file,))]


def test_too_many_buttons_are_the_writers_to_mend() -> None:
    with pytest.raises(ValueError, match="3 buttons do not fit"):
        split(Message("x", (Button("a", "a"),) * 3), LIMITS)


def test_keys_of_parts() -> None:
    assert (key_of("k", 1, 1), key_of("k", 2, 3)) == ("k", "k.2")
