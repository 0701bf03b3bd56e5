"""Markdown nodes as the elements of Slack's ``rich_text`` blocks.

Rich text is used rather than Slack's own markup because people's words stay what they are in it: nothing in a ``text`` element can mention
anybody, link, or be taken for a mark, and lists and quotes are real ones for screen readers.
https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from copbot.domain.place import Place
from copbot.kit.markdown import words
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
from copbot.kit.phrases import followable, linked, timed
from copbot_slack.names import SLACK

Element = dict[str, Any]
"""One object of Block Kit, ready for JSON."""

SECTION = "rich_text_section"
DEEPEST = 8
"""Lists deeper than this are shown at this depth."""

URL_MOST = 3000
USER = re.compile(r"[UW][A-Z0-9]+")
CHANNEL = re.compile(r"[CG][A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Style:
    """How words look."""

    bold: bool = False
    italic: bool = False
    code: bool = False

    def on(self, element: Element) -> Element:
        """The element in this style."""
        marks = {name: True for name in ("bold", "italic", "code") if getattr(self, name)}
        return {**element, "style": marks} if marks else element


PLAIN = Style()


def elements(blocks: Iterable[Block], workspace: str = "") -> list[Element]:
    """The elements of one ``rich_text`` block. Paragraphs that follow each other share a section, with an empty line between them.

    ``workspace`` is its address, as ``auth.test`` gives it (``https://acme.slack.com/``): without it, links to threads are words.
    """
    found: list[Element] = []
    for paragraphs, run in groupby(blocks, key=lambda block: isinstance(block, Paragraph)):
        if paragraphs:
            gap = [_text("\n")] if found else []
            found.append(_container(SECTION, [*gap, *_flat(run, workspace)]))
        else:
            found += [element for block in run for element in _block(block, workspace, 0)]
    return found


def link_of(place: Place, workspace: str) -> str:
    """The address of a thread's first message, in the form of ``chat.getPermalink``; empty where there is none."""
    if not workspace or not place.thread:
        return ""
    return f"{workspace}archives/{place.channel}/p{place.thread.replace('.', '')}"


def safe_url(url: str) -> str:
    """The address as Slack takes it, or nothing: one that it does not take would refuse the whole message."""
    clean = url.replace("|", "%7C").replace("<", "%3C").replace(">", "%3E")
    return clean if followable(clean, URL_MOST) else ""


def time_format(label: str, day: str) -> str:
    """Slack's pattern for a time, in the label's own words: what it says is kept, what reads as day or clock becomes the reader's own.

    ``day`` is the pattern for a date.
    """
    before, dated, after = timed(label.replace("{", "(").replace("}", ")"))
    return f"{before}{f'{day} at {{time}}' if dated else '{time}'}{after}"


def with_zone(moment: datetime, label: str) -> str:
    """A time for who is shown nothing better: in the label's words, and by a clock that everybody can place."""
    return f"{label} ({moment.astimezone(UTC):%H:%M} UTC)".strip()


def _block(block: Block, workspace: str, depth: int) -> Iterator[Element]:
    match block:
        case Paragraph():
            yield _container(SECTION, _flat([block], workspace))
        case CodeBlock(text):
            yield _container("rich_text_preformatted", [_text(text)])
        case Quote(blocks):
            yield _container("rich_text_quote", _flat(blocks, workspace))
        case BulletList(items):
            yield from _list(items, {"style": "bullet"}, workspace, depth)
        case OrderedList(items, start):
            yield from _list(items, {"style": "ordered", "offset": start - 1}, workspace, depth)


def _list(items: Sequence[Sequence[Block]], look: Mapping[str, Any], workspace: str, depth: int) -> Iterator[Element]:
    """A list; where an item has a list in it, that one follows deeper, and the outer one goes on behind it with the next number."""
    waiting: list[Element] = []
    offset = int(look.get("offset", 0))
    for number, item in enumerate(items):
        inner = [block for block in item if isinstance(block, BulletList | OrderedList)]
        own = [block for block in item if not isinstance(block, BulletList | OrderedList)]
        waiting.append(_container(SECTION, _flat(own, workspace)))
        if inner or number == len(items) - 1:
            yield _run(waiting, look, offset, depth)
            offset, waiting = offset + len(waiting), []
        for block in inner:
            yield from _block(block, workspace, depth + 1)


def _run(items: list[Element], look: Mapping[str, Any], offset: int, depth: int) -> Element:
    counted = {"offset": offset} if look["style"] == "ordered" and offset > 0 else {}
    return {"type": "rich_text_list", "style": look["style"], **counted, "indent": min(depth, DEEPEST), "elements": items}


def _container(kind: str, children: list[Element]) -> Element:
    return {"type": kind, "elements": list(_joined(children)) or [_text(" ")]}


def _flat(blocks: Iterable[Block], workspace: str) -> list[Element]:
    """Inline elements for where Slack takes no blocks: quotes, and the items of lists."""
    found: list[Element] = []
    for block in blocks:
        found += [_text("\n\n" if isinstance(block, Paragraph) else "\n")] if found else []
        found += _lines(block, workspace)
    return found


def _lines(block: Block, workspace: str) -> list[Element]:
    match block:
        case Paragraph(children):
            return list(_inlines(children, PLAIN, workspace))
        case CodeBlock(text):
            return [Style(code=True).on(_text(text))] if text else []
        case Quote(blocks):
            return _flat(blocks, workspace)
        case BulletList(items):
            return _marked([("• ", item) for item in items], workspace)
        case OrderedList(items, start):
            return _marked([(f"{number}. ", item) for number, item in enumerate(items, start)], workspace)


def _marked(items: Iterable[tuple[str, Iterable[Block]]], workspace: str) -> list[Element]:
    lines = [[_text(mark), *_flat(item, workspace)] for mark, item in items]
    return [element for number, line in enumerate(lines) for element in ([_text("\n"), *line] if number else line)]


def _joined(children: Iterable[Element]) -> Iterator[Element]:
    """Words in the same style as one element; empty ones left out, since Slack refuses them."""
    for (kind, style), run in groupby(children, key=lambda one: (one["type"], one.get("style"))):
        if kind != "text":
            yield from run
        elif said := "".join(one["text"] for one in run):
            yield {"type": "text", "text": said, **({"style": style} if style else {})}


def _inlines(children: Iterable[Inline], style: Style, workspace: str) -> Iterator[Element]:
    for child in children:
        yield from _inline(child, style, workspace)


def _inline(node: Inline, style: Style, workspace: str) -> Iterator[Element]:
    match node:
        case Text(text):
            for piece, is_url in linked(text):
                yield style.on({"type": "link", "url": piece} if is_url and safe_url(piece) == piece else _text(piece))
        case LineBreak():
            yield _text("\n")
        case Code(text):
            yield replace(style, code=True).on(_text(text))
        case Strong(children):
            yield from _inlines(children, replace(style, bold=True), workspace)
        case Emphasis(children):
            yield from _inlines(children, replace(style, italic=True), workspace)
        case _:
            yield from _linked(node, style, workspace)


def _linked(node: Link | PersonLink | TimeLink | PlaceLink, style: Style, workspace: str) -> Iterator[Element]:
    label = words(node.children)
    match node:
        case Link(url) if safe := safe_url(url):
            yield style.on({"type": "link", "url": safe, **({} if label in ("", url) else {"text": label})})
        case PersonLink(person) if person.platform == SLACK and USER.fullmatch(person.id):
            yield style.on({"type": "user", "user_id": person.id})
        case TimeLink(moment):
            yield style.on({"type": "date", **_date(moment, label)})
        case PlaceLink(place) if url := safe_url(link_of(place, workspace)):
            yield style.on({"type": "link", "url": url, "text": label or "here"})
        case PlaceLink(place) if place.platform == SLACK and not place.thread and CHANNEL.fullmatch(place.channel):
            yield style.on({"type": "channel", "channel_id": place.channel})
        case _:
            yield from _inlines(node.children, style, workspace)


def _date(moment: datetime, label: str) -> Element:
    pattern = time_format(label, "{day_divider_pretty}")
    return {"timestamp": int(moment.timestamp()), "format": pattern, "fallback": with_zone(moment, label)}


def _text(text: str) -> Element:
    return {"type": "text", "text": text}
