"""Messages as Discord gets them."""

import re
from urllib.parse import unquote

import pytest
from discord_shapes import absent, faults_of, faults_of_message
from hypothesis import example, given, settings
from hypothesis import strategies as st

from copbot.domain.markup import escape
from copbot.domain.message import Button, Look, Message
from copbot.kit.markdown import plain
from copbot_discord.rendering import LIMITS, NAMELESS, parts_of, render, title_of

SEQUENCES = re.compile(r"<(?:@[0-9]+|#[0-9]+|t:-?\d+:[Ft]|(?:https?://|mailto:)[^<>\s]+)>")
"""The sequences that the bot may write; none of them calls a role or everybody, or runs a command."""

ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
MARKS = re.compile(r"[*_~|`\[]|^[ \t]*(?:#{1,3}|-#?|\+|>{1,3}|\d+\.)(?=\s|$)|:(?!\d\d:)[\w+-]+:", re.MULTILINE)

ADDRESS = re.compile(r"<(https?://[^<>\s]+)>")

BITS = st.sampled_from(
    [
        *("@everyone", "@here", "@**here**", "<@1>", "<@!1>", "<@&1>", "<#1>", "<t:1:F>", "</cop:1>", "<:x:1>", "<a:x:1>", "<id:home>"),
        *(":tada:", "# ", "-# ", ">>> ", "> ", "- ", "  - ", "1. ", "```\n", "```py\n", "`", "``", "*", "**", "_", "__", "~~", "||", "\\"),
        *("\n", "\n\n", " ", "[", "](", ")", "\u2028", "&nbsp;", "https://", "http://@everyone", "https://a.b/_x_*y*", "steam://x"),
        *(
            "[x](<https://a b>)",
            "[x](https://[)",
            "[y](mailto:a_b@c.d)",
            "[](https://a.b)",
            "[https://c.d](https://a.b)",
            "[a]b](https://a.b)",
        ),
        *("[Ada](person:discord:1)", "[x](person:discord:@everyone)", "[x](place:discord:1)", "[x](place:discord:1/2)"),
        *("[19:30](time:2018-01-31T19:30Z)", "**", "*x*", "**x**", "`` ` ``"),
    ]
)
TEXTS = st.one_of(st.text(min_size=1), st.lists(st.one_of(BITS, st.text(max_size=6)), min_size=1).map("".join)).filter(str.strip)


def said(markdown: str) -> str:
    """The words of a message."""
    return render(Message(markdown)).content


@pytest.mark.parametrize(
    ("markdown", "content"),
    [
        ("a < b & *c*", r"a \< b & *c*"),
        ("one\ntwo\n\nthree", "one\ntwo\n\nthree"),
        ("**bold *both* `code`** *a **b***", "**bold _both_ `code`** _a **b**_"),
        ("see https://a.b/c_d.", "see <https://a.b/c_d>."),
        ("[paper](https://a.b/?x=1&y=*)", "[paper](<https://a.b/?x=1&y=%2A>)"),
        ("[a \\[b\\]](https://a.b)", "[a (b)](<https://a.b>)"),
        ("[https://c.d](https://a.b) <https://a.b>", "<https://c.d> (<https://a.b>) <https://a.b>"),
        ("[us](mailto:a_b@c.d)", r"us (a\_b@c.d)"),
        ("[Ada](person:discord:1) [Ada](person:room:ada) [Ada](person:discord:x)", "<@1> Ada Ada"),
        ("[#slt](place:discord:1) [Q2](place:discord:1/2) [#slt](place:room:slt)", r"<#1> <#2> #slt"),
        ("\\# a\n\\> b\n\\- c\n1\\. d\n-\\# e\n#f", "\\# a\n\\> b\n\\- c\n1\\. d\n\\-# e\n#f"),
        ("||a|| ~~b~~ __c__ :tada: 10:30:", r"\|\|a\|\| \~\~b\~\~ **c** \:tada: 10:30:"),
        ("`` a`b `` `c`", "`` a`b `` `c`"),
        ("````` a```b `````", "`` a`\u2060`\u2060`b ``"),
    ],
)
def test_words(markdown: str, content: str) -> None:
    assert said(markdown) == content


@pytest.mark.parametrize(
    ("label", "content"),
    [
        ("Wed 31 Jan 19:30", "<t:1517427000:F>"),
        ("Wed 31 January 2018, 19:30 in London", "<t:1517427000:F> in London"),
        ("at 19:30", "at <t:1517427000:t>"),
        ("then", "<t:1517427000:F>"),
    ],
)
def test_times_are_on_the_readers_clock(label: str, content: str) -> None:
    assert said(f"**[{label}](time:2018-01-31T20:30:00+01:00)**") == f"**{content}**"


def test_lists_quotes_and_code() -> None:
    lists = "- one\n  1. inner\n- two\n\n3. third"
    code = "- a\n\n  ```\n  x\n  y\n  ```\n\n```py\nx < y\n```"
    shown = said(f"Plan:\n\n{lists}\n\n> said\n>\n> - so\n> > deep\n\n{code}\n\nend")
    assert shown.split("\n\n") == [
        "Plan:",
        "- one\n  1. inner\n- two",
        "3. third",
        "> said\n> - so\n> “deep”",
        "- a\n  `x`\n  `y`",
        "```py\nx < y\n```",
        "end",
    ]


def test_a_fence_cannot_be_ended_from_within() -> None:
    assert said("````\n```\n<@1>\n````") == "```\n`\u2060`\u2060`\n<@1>\n```"
    assert said("```\n```\n\nx") == "```\n \n```\n\nx"


def test_those_whom_the_bot_means_are_called_and_nobody_else() -> None:
    message = Message(
        f"> [Ada](person:discord:2)\n\n- **[Ben](person:discord:1)** [Ada](person:discord:2)\n\n{escape('<@3> @everyone <@&4>')}"
    )
    rendered = render(message)
    assert rendered.allowed_mentions == {"parse": [], "users": ["2", "1"]}
    assert re.findall(r"(?<!\\)<[@#][^>]*>|@everyone", rendered.content) == ["<@2>", "<@1>", "<@2>"]
    assert render(Message("Nobody")).allowed_mentions == {"parse": []}


def test_no_more_are_called_than_discord_takes() -> None:
    everybody = " ".join(f"[x](person:discord:{number})" for number in range(1, 150))
    assert len(render(Message(everybody)).allowed_mentions["users"]) == 100


def test_the_schemas_are_there() -> None:
    if absent():
        pytest.skip(absent())
    assert list(faults_of("MessageCreateRequest", {"components": [{"type": 99}]})), "the schemas refuse nothing"


@settings(deadline=None)
@given(TEXTS)
@example("&nbsp;")
@example("```\n@EVERYONE and `@here`")
@example("\u2060")
@example("[](https://a.b)")
@example("**[x](https://[)**")
@example("*" * 4000)
@example("~" * 1900)
@example("- \n-")
@example("[x](https://example.org/" + "ä" * 900 + ")")
@example("word " * 5000)
@example("``<")
def test_any_message_fits_and_calls_nobody(markdown: str) -> None:
    for message in (Message(markdown), *parts_of(Message(markdown))):
        rendered = render(message)
        assert faults_of_message(rendered.fields) == []
        outside = SEQUENCES.sub("", ESCAPED.sub("", without_code(rendered.content)))
        assert "<" not in outside
        assert not re.search(r"@(?:everyone|here)", SEQUENCES.sub("", rendered.content), re.IGNORECASE)
        assert rendered.allowed_mentions["parse"] == []


@settings(deadline=None)
@given(TEXTS)
def test_nothing_is_lost_between_the_parts(markdown: str) -> None:
    parts = parts_of(Message(markdown, (Button("Next", "next"),)))
    assert "".join("".join(part.text for part in parts).split()) == "".join(markdown.split())
    assert [bool(part.buttons) for part in parts] == [False] * (len(parts) - 1) + [True]


def test_what_escaping_makes_too_long_is_posted_in_parts() -> None:
    few = "word *" * 310
    assert len(few) <= LIMITS.text < 2000 < len(said_whole(few))
    assert len(parts_of(Message(few))) == 2
    assert said(few).endswith("… (The rest does not fit here.)")
    assert parts_of(Message("x" * LIMITS.text)) == (Message("x" * LIMITS.text),)


@settings(deadline=None)
@given(
    st.text(alphabet=st.one_of(st.characters(exclude_categories=["C", "Z"]), st.sampled_from(" \n<>&@*_~`|:-1.#")), min_size=1).filter(
        str.strip
    )
)
@example("@everyone *bold* _it_ ~~no~~ ||x|| :tada: <@1> <#2> `c` [a](b) <https://a.b>")
@example("# a\n-# b\n- c\n> d\n>>> e\n1. f\n+ g")
def test_peoples_words_are_shown_as_they_are(words: str) -> None:
    """Whatever somebody wrote, the bot repeats it letter by letter, and as nothing but letters."""
    source = f"Ada said: {escape(words)}"
    shown = ADDRESS.sub(r"\1", said(source).replace("\u2060", ""))
    assert not MARKS.search(ESCAPED.sub("x", ADDRESS.sub("x", said(source))))
    assert letters(ESCAPED.sub(r"\1", shown)) == letters(plain(source).replace("\u2060", ""))


@settings(deadline=None)
@given(
    st.lists(
        st.builds(Button, st.text(min_size=1), st.from_regex(r"[a-z-]{1,40}", fullmatch=True), st.text(max_size=300), st.sampled_from(Look))
    )
)
def test_any_buttons_fit(buttons: list[Button]) -> None:
    assert faults_of_message(render(Message("Well?", tuple(buttons)), "h" * 25).fields) == []


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Q1 What surprised you?", "Q1 What surprised you?"),
        ("Q1\nWhat  surprised\tyou?", "Q1 What surprised you?"),
        ("x" * 150, "x" * 99 + "…"),
        ("", NAMELESS),
        (" \n ", NAMELESS),
        ("\u200b", NAMELESS),
    ],
)
def test_threads_have_names_in_one_line(title: str, name: str) -> None:
    assert title_of(title) == name


def letters(words: str) -> str:
    """Words without what stands between them, and addresses as they are typed."""
    return unquote("".join(words.split()))


def said_whole(markdown: str) -> str:
    """The words of a message before they are cut."""
    return "".join(render(part).content for part in parts_of(Message(markdown)))


def without_code(content: str) -> str:
    """What is not shown in fixed width, where nothing means anything. An escaped backtick begins no code."""
    return re.sub(r"(?<![\\`])(`{1,3})(?!`)(?s:.*?)(?<!`)\1(?!`)", "", content)


def test_paragraphs_in_a_quote_stay_apart() -> None:
    """What hosts are to paste reads as it would have been posted."""
    assert said("> one\n>\n> two\n> three\n>\n> - four") == "> one\n> \n> two\n> three\n> - four"
