import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from typing_extensions import override

from copbot.domain.transcript import Gap, Line, Section, Transcript
from copbot.insight import transcript as insight

AT = datetime(2018, 7, 4, 18, 35, tzinfo=UTC)
TEXT = "<script>alert(1)</script> *bold* [x](http://x)\nand & more"
SHOWN = Transcript(
    chat=1,
    community="ResNetSLT",
    title="Thinking together: what makes <CoPs> work?",
    starts_at=AT - timedelta(minutes=5),
    ends_at=AT + timedelta(minutes=55),
    time_zone="Europe/London",
    hashtag="#ResNetSLT",
    hosts=("Sally Pratten", "Lucy Benjamin"),
    paper="Pyrko I (2017). Thinking together",
    sections=(
        Section(
            "Q1",
            "Do you believe?",
            AT,
            "",
            (Line("Member 1", TEXT, AT), Line("Sally Pratten", "Thanks", AT, "", "Member 1", is_host=True)),
            2,
        ),
        Section(
            "Q4",
            "What are the barriers?",
            AT,
            "And how?",
            (Line("copbot", "Which is *yours*?", AT, is_bot=True), Line("Ada", "Time", AT, "b")),
        ),
        Section("Take-away", "One line?", AT),
    ),
    gaps=(Gap(AT, AT + timedelta(minutes=3)),),
)


def test_markdown_has_everything_and_nobody_s_mark_up() -> None:
    text = insight.render(SHOWN, "md")
    assert text.startswith(
        "# Thinking together: what makes \\<CoPs\\> work?\n\nResNetSLT · Wednesday 4 July 2018, 19:30 to 20:30 (Europe/London)\n"
    )
    assert "\nHosts: Sally Pratten, Lucy Benjamin\n" in text
    assert "## Q1 (19:35)\n\nDo you believe?\n" in text
    assert "- 19:35 **Member 1**: \\<script\\>alert(1)\\</script\\> \\*bold\\* \\[x\\](http://x)  \n  and \\& more" in text
    assert "- 19:35 **Sally Pratten** → Member 1: Thanks" in text
    assert "*(2 more responses whose words were not kept or may not be quoted)*" in text
    assert "**Q4b** And how?" in text
    assert "- 19:35 **Ada** (b): Time" in text
    assert "*copbot could not listen from Wednesday 4 July, 19:35 until 19:38: something may be missing.*" in text
    assert "*Nobody answered here.*" in text


class Page(HTMLParser):
    """Collects what a browser would see: tags, attributes that load something, ids, links, text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"src", "srcset"} or (tag == "link" and name == "href"):
                self.loads.append(value or "")
            if name == "id":
                self.ids.append(value or "")
            if tag == "a" and name == "href":
                self.links.append(value or "")

    @override
    def handle_data(self, data: str) -> None:
        self.text += data


def page(transcript: Transcript) -> Page:
    read = Page()
    read.feed(insight.render(transcript, "html"))
    return read


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    read = page(SHOWN)
    assert read.loads == []
    assert "script" not in read.tags
    assert TEXT in read.text
    assert "b" not in read.tags


def test_the_page_has_one_heading_a_question_and_working_links() -> None:
    read = page(SHOWN)
    assert (read.tags.count("h1"), read.tags.count("h2"), read.tags.count("main")) == (1, 3, 1)
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)
    assert len(read.ids) == len(set(read.ids))


def test_under_the_chatham_house_rule_the_page_shows_no_times() -> None:
    sections = tuple(
        replace(each, asked_at=None, lines=tuple(replace(line, author="A member", at=None) for line in each.lines))
        for each in SHOWN.sections
    )
    hidden = replace(SHOWN, hosts=(), gaps=(), sections=sections, chatham_house=True)
    read = page(hidden)
    assert "Chatham House Rule" in read.text
    assert "19:35" not in read.text
    assert "19:35" not in insight.render(hidden, "md")
    assert "18:35" not in insight.render(hidden, "json")


def test_json_holds_the_same_with_instants_in_utc() -> None:
    read = json.loads(insight.render(SHOWN, "json"))
    assert read["starts_at"] == "2018-07-04T18:30:00Z"
    assert read["sections"][0]["lines"][0] == {
        "author": "Member 1", "text": TEXT, "at": "2018-07-04T18:35:00Z", "part": "", "to": "", "is_host": False, "is_bot": False,
    }  # fmt: skip


def test_another_format_is_refused() -> None:
    with pytest.raises(KeyError):
        insight.render(SHOWN, "docx")
