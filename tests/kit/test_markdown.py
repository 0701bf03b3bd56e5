from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from copbot.domain.markup import escape, message_link, place_link
from copbot.domain.place import Person, Place
from copbot.kit.markdown import parse, plain
from copbot.kit.nodes import (
    Block,
    BulletList,
    Code,
    CodeBlock,
    Emphasis,
    Inline,
    LineBreak,
    Link,
    OrderedList,
    Paragraph,
    PersonLink,
    PlaceLink,
    Quote,
    Strong,
    Text,
    TimeLink,
)
from copbot.kit.writing import write


def one(text: str) -> tuple[Inline, ...]:
    [block] = parse(text)
    assert isinstance(block, Paragraph)
    return block.children


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("plain words", (Text("plain words"),)),
        (
            "**bold** and *soft* and _soft_",
            (Strong((Text("bold"),)), Text(" and "), Emphasis((Text("soft"),)), Text(" and "), Emphasis((Text("soft"),))),
        ),
        ("one\ntwo", (Text("one"), LineBreak(), Text("two"))),
        ("`a*b*`", (Code("a*b*"),)),
        ("snake_case_word", (Text("snake_case_word"),)),
        ("[page](https://example.org/a?b=1)", (Link("https://example.org/a?b=1", (Text("page"),)),)),
        ("<https://example.org>", (Link("https://example.org", (Text("https://example.org"),)),)),
        ("[Ada](person:slack:U1)", (PersonLink(Person("slack", "U1"), (Text("Ada"),)),)),
        ("[#slt](place:room:slt)", (PlaceLink(Place("room", "slt"), (Text("#slt"),)),)),
        ("[Q2](place:room:slt/m12)", (PlaceLink(Place("room", "slt", "m12"), (Text("Q2"),)),)),
        ("[7.30](time:2018-01-31T19:30:00+00:00)", (TimeLink(datetime(2018, 1, 31, 19, 30, tzinfo=UTC), (Text("7.30"),)),)),
        ("[7.30](time:2018-01-31T19:30Z)", (TimeLink(datetime(2018, 1, 31, 19, 30, tzinfo=UTC), (Text("7.30"),)),)),
    ],
)
def test_inline(text: str, nodes: tuple[Inline, ...]) -> None:
    assert one(text) == nodes


@pytest.mark.parametrize(
    "text",
    [
        "[click](javascript:alert(1))",
        "[click](data:text/html,x)",
        "<b>bold</b>",
        "# no heading",
        "![x](y.png)",
        "| a | b |",
        "---",
        "&amp;lt;",
    ],
)
def test_what_is_no_markdown_here_is_words(text: str) -> None:
    assert not any(
        isinstance(node, Link) and not node.url.startswith("y")
        for block in parse(text)
        if isinstance(block, Paragraph)
        for node in block.children
    )
    assert "javascript" in plain(text) or plain(text)


@pytest.mark.parametrize("text", ["[then](time:tomorrow)", "[then](time:2018-01-31T19:30)", "[x](person:)", "[x](place:room)"])
def test_a_broken_private_link_is_its_words(text: str) -> None:
    assert one(text) in ((Text("then"),), (Text("x"),))


def test_blocks() -> None:
    text = "Hello\n\n> wise\n> words\n\n- one\n- two\n  more\n\n3. three\n4. four\n\n```py\nx = 1\n```"
    assert parse(text) == (
        Paragraph((Text("Hello"),)),
        Quote((Paragraph((Text("wise"), LineBreak(), Text("words"))),)),
        BulletList(((Paragraph((Text("one"),)),), (Paragraph((Text("two"), LineBreak(), Text("more"))),))),
        OrderedList(((Paragraph((Text("three"),)),), (Paragraph((Text("four"),)),)), 3),
        CodeBlock("x = 1", "py"),
    )


def test_plain_keeps_the_marks_of_lists() -> None:
    assert plain("**Plan**\n\n1. [Ada](person:room:ada)\n2. tea\n\n> yes") == "Plan\n\n1. Ada\n2. tea\n\n> yes"


LINES = st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(list("*_`[]()<>&\\#-+.1 ")), min_size=1).map(
    lambda line: " ".join(line.split(" ")).strip()
)


@given(st.lists(LINES.filter(bool), min_size=1, max_size=3).map("\n".join))
@example("1. not a list")
@example("- not a list")
@example("> not a quote\n```\n~~~")
@example("[not](person:room:ada) a **link** &amp; <https://x.y>")
@example("a\\")
def test_escaped_text_means_itself(text: str) -> None:
    assert plain(escape(text)) == text


WORDS = st.text("abcxyzäß *_`[]<>&\\#+-.!1", min_size=1, max_size=8).map(lambda text: f"w{text.strip()}w")
TEXTS = WORDS.map(Text)
ZONE = timezone(timedelta(hours=1))
WRAPPED = st.deferred(
    lambda: (
        st.builds(Strong, st.tuples(TEXTS))
        | st.builds(Emphasis, st.tuples(TEXTS))
        | st.builds(Strong, st.tuples(st.builds(Emphasis, st.tuples(TEXTS))))
        | st.builds(Emphasis, st.tuples(st.builds(Strong, st.tuples(TEXTS))))
        | st.builds(Link, st.just("https://example.org/a_(b)*c*"), st.tuples(TEXTS))
        | st.builds(PersonLink, st.builds(Person, st.just("room"), st.sampled_from(["ada", "a b", "ä/ö:ü>"])), st.tuples(TEXTS))
        | st.builds(
            PlaceLink, st.builds(Place, st.just("room"), st.sampled_from(["slt", "@ada"]), st.none() | st.just("m1")), st.tuples(TEXTS)
        )
        | st.builds(TimeLink, st.datetimes(timezones=st.sampled_from([UTC, ZONE])), st.tuples(TEXTS))
        | st.builds(Code, st.text("ab`* ", min_size=1, max_size=6).map(lambda text: f"x{text}y"))
    )
)
SENTENCES = st.lists(WRAPPED | st.just(LineBreak()), min_size=1, max_size=4).map(
    lambda nodes: (
        Text("So"),
        *(part for node in nodes for part in ((node, Text("then")) if node == LineBreak() else (Text(" ok "), node, Text(" ok")))),
    )
)


def joined(nodes: tuple[Inline, ...]) -> tuple[Inline, ...]:
    out: list[Inline] = []
    for node in nodes:
        if out and isinstance(node, Text) and isinstance(out[-1], Text):
            out[-1] = Text(out[-1].text + node.text)
        else:
            out.append(node)
    return tuple(out)


PARAGRAPHS = SENTENCES.map(joined).map(Paragraph)
BLOCKS: st.SearchStrategy[Block] = st.recursive(
    PARAGRAPHS | st.builds(CodeBlock, st.text("ab`\n ", max_size=8).map(lambda text: f"x{text}y"), st.sampled_from(["", "py"])),
    lambda inner: (
        st.builds(Quote, st.lists(inner, min_size=1, max_size=2).map(tuple))
        | st.builds(BulletList, st.lists(st.tuples(PARAGRAPHS, inner) | st.tuples(PARAGRAPHS), min_size=1, max_size=3).map(tuple))
        | st.builds(OrderedList, st.lists(st.tuples(PARAGRAPHS), min_size=1, max_size=3).map(tuple), st.integers(1, 99))
    ),
    max_leaves=5,
)


@given(st.lists(BLOCKS, min_size=1, max_size=3).map(tuple))
def test_writing_and_parsing_is_stable(blocks: tuple[Block, ...]) -> None:
    once = parse(write(blocks))
    assert parse(write(once)) == once


@given(SENTENCES.map(joined))
def test_a_paragraph_survives_writing(nodes: tuple[Inline, ...]) -> None:
    assert parse(write([Paragraph(nodes)])) == (Paragraph(nodes),)


@given(st.text())
def test_anything_parses(text: str) -> None:
    assert all(word in plain(text) for word in text.split() if word.isascii() and word.isalnum())


@pytest.mark.parametrize(
    ("place", "message", "leads_to"),
    [
        (Place("slack", "C1"), None, Place("slack", "C1")),
        (Place("slack", "C1"), "1517427000.000100", Place("slack", "C1", "1517427000.000100")),
        (Place("slack", "C1", "1517427000.000100"), "1517427999.000100", Place("slack", "C1", "1517427000.000100")),
    ],
)
def test_links_to_places_lead_there(place: Place, message: str | None, leads_to: Place) -> None:
    assert parse(place_link(place, "Q[2]", message)) == (Paragraph((PlaceLink(leads_to, (Text("Q[2]"),)),)),)


@pytest.mark.parametrize("place", [Place("room", "slt"), Place("room", "slt", "m12")])
def test_a_link_to_what_somebody_wrote_leads_to_that_message(place: Place) -> None:
    leads_to = Place("room", "slt", "m13")
    assert parse(message_link(place, "this", "m13")) == (Paragraph((PlaceLink(leads_to, (Text("this"),)),)),)
