"""Messages as Slack gets them."""

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slack_loopback.schemas import absent, faults_of
from slack_shapes import faults_of_blocks, words_of

from copbot.domain.markup import escape
from copbot.domain.message import Button, Look, Message
from copbot.kit.markdown import plain
from copbot_slack.rendering import LIMITS, action_of, mrkdwn, render
from copbot_slack.rich_text import Element

WORKSPACE = "https://acme.slack.com/"
SEQUENCES = re.compile(r"<(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!date\^\d+\^[^<>|^]*\|[^<>|]*|(?:https?://|mailto:)[^<>|\s]+(?:\|[^<>|]*)?)>")
"""The sequences that the bot may write; none of them calls a channel or everybody."""

BITS = st.sampled_from(
    [
        *(
            "@channel",
            "@here",
            "@everyone",
            "@**here**",
            "<!channel>",
            "<!here|x>",
            "<@U1>",
            "<#C1>",
            "&lt;!here&gt;",
            "&amp;lt;",
            "<",
            ">",
            "&",
            "|",
            "^",
        ),
        *("\n", "\n\n", "- ", "  - ", "1. ", "> ", "```\n", "`", "*", "**", "_", "~", "\\", " ", "[", "](", ")", "\u2028", "&nbsp;"),
        *(
            "https://",
            "https://a.b/|<x>",
            "[x](<https://a b>)",
            "[x](https://[)",
            "mailto:",
            "[y](mailto:a@b.c)",
            "http://@here",
            "[](https://a.b)",
        ),
        *(
            "[Ada](person:slack:U1)",
            "[x](person:slack:!here)",
            "[x](place:slack:C1)",
            "[x](place:slack:C1/1.2)",
            "[19:30](time:2018-01-31T19:30Z)",
        ),
    ]
)
TEXTS = st.one_of(st.text(min_size=1), st.lists(st.one_of(BITS, st.text(max_size=6)), min_size=1).map("".join)).filter(str.strip)


def section(*elements: Element) -> list[Element]:
    """The blocks of one paragraph."""
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}]


def text(words: str, **style: bool) -> Element:
    """Words."""
    return {"type": "text", "text": words, **({"style": style} if style else {})}


@pytest.mark.parametrize(
    ("markdown", "elements"),
    [
        ("a < b & *c*", [text("a < b & "), text("c", italic=True)]),
        ("one\ntwo\n\nthree", [text("one\ntwo\n\nthree")]),
        (
            "**bold *both* `code`**",
            [text("bold ", bold=True), text("both", bold=True, italic=True), text(" ", bold=True), text("code", bold=True, code=True)],
        ),
        ("see https://a.b/c_d.", [text("see "), {"type": "link", "url": "https://a.b/c_d"}, text(".")]),
        ("[paper](https://a.b/?x=1&y=2)", [{"type": "link", "url": "https://a.b/?x=1&y=2", "text": "paper"}]),
        ("[Ada](person:slack:U1) [Ada](person:room:ada)", [{"type": "user", "user_id": "U1"}, text(" Ada")]),
        ("[#slt](place:slack:C1)", [{"type": "channel", "channel_id": "C1"}]),
        (
            "[Q2](place:slack:C1/1517427000.000100)",
            [{"type": "link", "url": f"{WORKSPACE}archives/C1/p1517427000000100", "text": "Q2"}],
        ),
    ],
)
def test_words_in_blocks(markdown: str, elements: list[Element]) -> None:
    assert render(Message(markdown), workspace=WORKSPACE).blocks == section(*elements)


@pytest.mark.parametrize(
    ("label", "in_blocks", "in_text"),
    [
        ("Wed 31 Jan 19:30", "{day_divider_pretty} at {time}", "{date_short_pretty} at {time}"),
        ("Wed 31 January 2018, 19:30", "{day_divider_pretty} at {time}", "{date_short_pretty} at {time}"),
        ("at 19:30", "at {time}", "at {time}"),
        ("then", "{day_divider_pretty} at {time}", "{date_short_pretty} at {time}"),
    ],
)
def test_times_are_on_the_readers_clock(label: str, in_blocks: str, in_text: str) -> None:
    rendered = render(Message(f"[{label}](time:2018-01-31T20:30:00+01:00)"))
    fallback = f"{label} (19:30 UTC)"
    assert rendered.blocks == section({"type": "date", "timestamp": 1517427000, "format": in_blocks, "fallback": fallback})
    assert rendered.text == f"<!date^1517427000^{in_text}|{fallback}>"


def test_lists_quotes_and_code() -> None:
    [block] = render(Message("Plan:\n\n- one\n  1. inner\n- two\n\n3. third\n\n> said\n>\n> - so\n\n```\nx < y\n```\n\nend")).blocks
    kinds = [(one["type"], one.get("style"), one.get("offset"), one.get("indent"), "".join(words_of(one))) for one in block["elements"]]
    assert kinds == [
        ("rich_text_section", None, None, None, "Plan:"),
        ("rich_text_list", "bullet", None, 0, "one"),
        ("rich_text_list", "ordered", None, 1, "inner"),
        ("rich_text_list", "bullet", None, 0, "two"),
        ("rich_text_list", "ordered", 2, 0, "third"),
        ("rich_text_quote", None, None, None, "said\n• so"),
        ("rich_text_preformatted", None, None, None, "x < y"),
        ("rich_text_section", None, None, None, "\nend"),
    ]


def test_a_numbered_list_goes_on_counting_behind_a_list_in_it() -> None:
    [block] = render(Message("1. one\n   - inner\n2. two")).blocks
    assert [(one["style"], one.get("offset", 0)) for one in block["elements"]] == [("ordered", 0), ("bullet", 0), ("ordered", 1)]


def test_the_text_is_words_to_be_read_aloud() -> None:
    said = mrkdwn("**Q1** *Why?* `A1` & <b>\n\n- one\n  - two\n\n> quoted\n\n[paper](https://a.b) <https://a.b/c>", WORKSPACE)
    assert said == "Q1 Why? A1 &amp; &lt;b&gt;\n\n• one\n  • two\n\n“quoted”\n\n<https://a.b|paper> <https://a.b/c>"


def test_everybody_is_called_by_nobody() -> None:
    said = mrkdwn("@channel @Here @**everyone** @hereby <!channel>")
    assert re.findall(r"@(?:channel|here|everyone)\b", said, re.IGNORECASE) == []
    assert said.replace("\u2060", "").startswith("@channel @Here @everyone @hereby &lt;!channel&gt;")
    assert mrkdwn("<https://a.b/@here>") == "<https://a.b/@here>"


@pytest.mark.parametrize(
    ("title", "message", "first_line"),
    [
        ("Q1 of 4", "What surprised you?", "Q1 of 4"),
        ("Q1 What surprised…", "**Q1** What surprised you?", "Q1 What surprised you?"),
        ("Extra What *about* it?", "**Extra** What \\*about\\* it?", "Extra What *about* it?"),
        ("Q1 What about it?", "**Q1** What *about* it?", "Q1 What about it?"),
        ("Q1 of 4", "- a list", "Q1 of 4"),
        ("", "What surprised you?", "What surprised you?"),
    ],
)
def test_a_thread_begins_with_a_readable_line(title: str, message: str, first_line: str) -> None:
    rendered = render(Message(message), title)
    assert rendered.text.splitlines()[0] == first_line
    assert rendered.blocks[0]["elements"][0]["elements"][0].get("style") == ({"bold": True} if title else None)
    assert "".join(words_of(rendered.blocks)).count("What surprised") == message.count("What surprised")


def test_buttons_with_the_same_action_are_told_apart() -> None:
    buttons = (
        Button("Post 1", "probe-post", "7:1", Look.PRIMARY),
        Button("Post 2", "probe-post", "7:2"),
        Button("Close", "close", "", Look.DANGER),
    )
    [actions] = render(Message("Well?", buttons)).blocks[1:]
    assert [(one["action_id"], one.get("value"), one.get("style")) for one in actions["elements"]] == [
        ("1:probe-post", "7:1", "primary"),
        ("2:probe-post", "7:2", None),
        ("3:close", None, "danger"),
    ]
    assert {action_of(one["action_id"]) for one in actions["elements"]} == {"probe-post", "close"}


def test_the_schemas_are_there() -> None:
    if absent():
        pytest.skip(absent())
    assert list(faults_of("Known", [{"type": "rich_text"}])), "the schemas refuse nothing"


@settings(deadline=None)
@given(TEXTS, st.text(max_size=200), st.sampled_from(["", WORKSPACE]))
@example("&nbsp;", "", "")
@example("[](https://a.b)", "@channel", "")
@example("**[x](https://[)**", "", "")
@example("&" * 4000, "", "")
@example("- \n-", "", "")
@example("word " * 5000, "title", "")
def test_any_message_fits_and_calls_nobody(markdown: str, title: str, workspace: str) -> None:
    rendered = render(Message(markdown), title, workspace=workspace)
    assert faults_of_blocks(rendered.blocks) == []
    assert 0 < len(rendered.text) <= 4000
    assert sum(map(len, words_of(rendered.blocks))) <= 13_000
    outside = SEQUENCES.sub("", rendered.text)
    assert not {"<", ">"} & set(outside)
    assert not re.search(r"&(?!amp;|lt;|gt;)", outside)
    assert not re.search(r"@(?:channel|here|everyone|group)\b", outside, re.IGNORECASE)
    assert not [one for one in kinds_of(rendered.blocks) if one in {"broadcast", "usergroup", "team"}]


@settings(deadline=None)
@given(
    st.text(alphabet=st.one_of(st.characters(exclude_categories=["C", "Z"]), st.sampled_from(" \n<>&@*_~`|:-1.")), min_size=1).filter(
        str.strip
    )
)
@example("<!here> *bold* _it_ ~no~ :tada: <@U1> &lt;")
def test_peoples_words_are_shown_as_they_are(said: str) -> None:
    """Whatever somebody wrote, the bot repeats it letter by letter, and as nothing but letters."""
    rendered = render(Message(f"Ada said: {escape(said)}"))
    assert set(kinds_of(rendered.blocks)) <= {"rich_text", "rich_text_section", "text", "link"}
    assert not [one for one in walk(rendered.blocks) if "style" in one]
    assert "".join("".join(words_of(rendered.blocks)).split()) == "".join(plain(f"Ada said: {escape(said)}").split())


@settings(deadline=None)
@given(st.lists(st.builds(Button, st.text(min_size=1), st.text(min_size=1), st.text(max_size=3000), st.sampled_from(Look)), max_size=60))
def test_any_buttons_fit(buttons: list[Button]) -> None:
    rendered = render(Message("Well?", tuple(buttons)))
    assert faults_of_blocks(rendered.blocks) == []
    assert sum(len(block["elements"]) for block in rendered.blocks[1:]) == len(buttons)


@settings(deadline=None)
@given(TEXTS.filter(lambda one: len(one) <= LIMITS.text))
def test_what_fits_is_one_block(markdown: str) -> None:
    assert len(render(Message(markdown)).blocks) == 1


def kinds_of(blocks: Any) -> list[str]:
    """The types of everything in blocks."""
    return [one["type"] for one in walk(blocks) if "type" in one]


def walk(value: Any) -> list[dict[str, Any]]:
    """Every object in blocks."""
    if isinstance(value, dict):
        return [value, *(one for inner in value.values() for one in walk(inner))]
    return [one for inner in value for one in walk(inner)] if isinstance(value, list | tuple) else []
