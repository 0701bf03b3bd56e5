"""Markdown as HTML."""

from zoneinfo import ZoneInfo

import pytest

from copbot_room.model import Persona
from copbot_room.people import find_mentions, mention_pattern
from copbot_room.rendering import Reader, render

PEOPLE = (Persona("ada", "Ada"), Persona("ada-b", "Ada Byron"))
READER = Reader(ZoneInfo("Europe/Stockholm"), lambda place: f"?{place.channel}&{place.thread}", mention_pattern(PEOPLE))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        ("**b** *i* `c`", "<p><strong>b</strong> <em>i</em> <code>c</code></p>"),
        ("> q\n\n- a\n- b", "<blockquote><p>q</p></blockquote><ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("3. a", '<ol start="3"><li><p>a</p></li></ol>'),
        ("```\n<x>\n```", "<pre><code>&lt;x&gt;</code></pre>"),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>"),
        ("[Ada](person:room:ada)", '<p><span class="mention">Ada</span></p>'),
        ("[#slt](place:room:slt/m3)", '<p><a class="place" href="?slt&amp;m3">#slt</a></p>'),
        ("@Ada Byron!", '<p><span class="mention">@Ada Byron</span>!</p>'),
        ("x@ada.org", "<p>x@ada.org</p>"),
    ],
)
def test_html(text: str, html: str) -> None:
    assert render(text, READER) == html


@pytest.mark.parametrize(
    ("label", "shown"), [("19:30", "19:30 (20:30 your time)"), ("at 20:30", "at 20:30"), ("tomorrow", "tomorrow (20:30 your time)")]
)
def test_times_are_on_the_readers_clock_too(label: str, shown: str) -> None:
    html = render(f"[{label}](time:2018-01-31T19:30:00+00:00)", READER)
    assert html == f'<p><time datetime="2018-01-31T19:30:00+00:00" title="Wed 31 Jan 2018, 20:30 CET">{shown}</time></p>'


def test_mentions_are_found_once_each_longest_first() -> None:
    assert find_mentions("@Ada Byron, @ada @ADA and @copbot; not x@ada", PEOPLE) == ["ada-b", "ada", "copbot"]
