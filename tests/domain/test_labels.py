"""The table of 2-domain 1.5."""

import pytest

from copbot.domain.labels import match, part_in_thread, strip

QUESTIONS = {1: "", 2: "", 3: "", 4: "b"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("A1 Yes, I think so", ((1, ""),)),
        ("a2: our journal club", ((2, ""),)),
        ("A4b protected time", ((4, "b"),)),
        ("A4a the first half", ((4, ""),)),
        ("A1/2 both really", ((1, ""), (2, ""))),
        ("A1 & A2 both really", ((1, ""), (2, ""))),
        ("A1c is the test we use", ()),
        ("A1 a big one for me", ((1, ""),)),
        ("A&E is busy", ()),
        ("A7 something", ()),
        ("A4 sheets work well", ((4, ""),)),
        ("Q3 is hard!", ()),
        ("T3. shared notes", ((3, ""),)),
        ("  A3", ((3, ""),)),
        ("A1, 20 people came", ((1, ""),)),
        ("A1/1 again", ((1, ""),)),
        ("A0 the extra one", ()),
        ("A10 is no question", ()),
        ("HbA1c of 48", ()),
        ("We said A1 before", ()),
        ("", ()),
    ],
)
def test_a_label_names_its_questions(text: str, named: tuple[tuple[int, str], ...]) -> None:
    assert match(text, QUESTIONS) == named


def test_the_thread_wins_over_the_label() -> None:
    assert part_in_thread("A2 in the wrong thread", 4, "b") == ""
    assert part_in_thread("A4b protected time", 4, "b") == "b"
    assert part_in_thread("A1c is the test we use", 1, "") == ""


@pytest.mark.parametrize(("text", "rest"), [("A1: yes", "yes"), ("A9 yes", "yes"), ("A4b", ""), ("A&E", "A&E"), ("yes A1", "yes A1")])
def test_a_message_without_its_label(text: str, rest: str) -> None:
    assert strip(text) == rest
