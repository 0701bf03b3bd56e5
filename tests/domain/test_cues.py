import pytest

from copbot.domain.cues import concrete_cue, question_cue, words_band
from copbot.domain.response import WordsBand


@pytest.mark.parametrize(
    ("words", "band"),
    [
        (1, WordsBand.FEW),
        (10, WordsBand.FEW),
        (11, WordsBand.SOME),
        (40, WordsBand.SOME),
        (41, WordsBand.MANY),
        (100, WordsBand.MANY),
        (101, WordsBand.LOTS),
        (0, None),
    ],
)
def test_the_band_at_its_edges_the_label_not_counted(words: int, band: WordsBand | None) -> None:
    assert words_band("A1: " + "word " * words) == band


@pytest.mark.parametrize(
    "text",
    [
        "We use huddles, e.g. at eight.",
        "E.g. a huddle",
        "For example the huddle",
        "last week it worked",
        "When I was on placement",
        "when I tried that",
        "we set up a group",
        "I asked them",
        "one family told us",
        "we tried",
        "(Yesterday)",
        "“last year”",
        "café: for example",
        "It rained and we walked and talked. " * 6,
    ],
)
def test_something_that_happened(text: str) -> None:
    assert concrete_cue(text)


@pytest.mark.parametrize(
    "text",
    [
        "when I think about it, yes",
        "we usedto",
        "blast weekly",
        "the egg",
        "It is what it is and we do what we do " * 5,
        "I definitely agree",
        "oneteam",
        "last weekend",
        "caféyesterday",
        "ée.g. this",
    ],
)
def test_nothing_that_happened(text: str) -> None:
    assert not concrete_cue(text)


@pytest.mark.parametrize("text", ["How do you do it?", "Really?!", "“How?”", "how? 🙂", "*why?*  ", "?"])
def test_a_question(text: str) -> None:
    assert question_cue(text)


@pytest.mark.parametrize("text", ["See https://example.org/a?b=c", "Why? Because.", "", "no"])
def test_no_question(text: str) -> None:
    assert not question_cue(text)
