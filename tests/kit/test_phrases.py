"""Addresses and times in people's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copbot.kit.phrases import Timed, cut, followable, linked, timed


@pytest.mark.parametrize(
    ("label", "parts"),
    [
        ("Wed 31 Jan 19:30", ("", True, "")),
        ("on Wed 31 January 2018, 19:30 in London", ("on ", True, " in London")),
        ("until 19:30, then tea", ("until ", False, ", then tea")),
        ("then", ("", True, "")),
        ("", ("", True, "")),
    ],
)
def test_a_label_gives_way_to_its_time(label: str, parts: tuple[str, bool, str]) -> None:
    assert timed(label) == Timed(*parts)


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("https://a.b/c", True),
        ("mailto:a@b.c", True),
        ("https://", False),
        ("mailto:", False),
        ("https://[", False),
        ("https://a b", False),
        ("https://a.b/\u2028", False),
        ("https://a.b/" + "c" * 100, False),
    ],
)
def test_an_address_leads_somewhere(url: str, leads: bool) -> None:
    assert followable(url, 100) == leads


def test_bare_addresses_end_before_the_sentence_does() -> None:
    assert [piece for piece, is_url in linked("See https://a.b/c?d=(e), or https://f.g.") if is_url] == [
        "https://a.b/c?d=(e",
        "https://f.g",
    ]


@given(st.lists(st.sampled_from(["https://", "a.b/c", " ", ")", ".", "<", "x"])).map("".join))
def test_nothing_is_lost_around_addresses(text: str) -> None:
    assert "".join(piece for piece, _ in linked(text)) == text


@pytest.mark.parametrize(("text", "most", "short"), [("four", 4, "four"), ("three words more", 7, "three…"), ("", 4, "")])
def test_words_are_cut_with_an_ellipsis(text: str, most: int, short: str) -> None:
    assert cut(text, most) == short
