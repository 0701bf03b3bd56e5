"""Nodes back into common Markdown."""

from collections.abc import Iterable
from itertools import pairwise
from urllib.parse import quote

from copbot.domain.markup import escape
from copbot.domain.place import Place
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


def write(blocks: Iterable[Block]) -> str:
    """The Markdown of some blocks: ``parse(write(parse(text)))`` is ``parse(text)``."""
    blocks = tuple(blocks)
    alternate = {id(later) for earlier, later in pairwise(blocks) if type(earlier) is type(later)}
    return "\n\n".join(_block(block, alternate=id(block) in alternate) for block in blocks)


def _block(block: Block, *, alternate: bool = False) -> str:
    match block:
        case Paragraph(children):
            return _inlines(children)
        case CodeBlock(text, language):
            fence = _fence(text, 3)
            return f"{fence}{language}\n{text}\n{fence}"
        case Quote(blocks):
            return _hung("> ", "> ", blocks)
        case BulletList(items):
            mark = "+ " if alternate else "- "  # a list right behind another needs a mark of its own
            return "\n".join(_hung(mark, "  ", item) for item in items)
        case OrderedList(items, start):
            marks = [f"{number}{')' if alternate else '.'} " for number in range(start, start + len(items))]
            return "\n".join(_hung(mark, " " * len(mark), item) for mark, item in zip(marks, items, strict=True))


def _hung(first: str, rest: str, blocks: Iterable[Block]) -> str:
    lines = write(blocks).split("\n")
    return "\n".join(f"{rest if number else first}{line}".rstrip() for number, line in enumerate(lines))


def _inlines(children: Iterable[Inline], *, in_strong: bool = False) -> str:
    return "".join(_inline(child, in_strong=in_strong) for child in children)


def _inline(node: Inline, *, in_strong: bool) -> str:
    match node:
        case Text(text):
            return escape(text)
        case LineBreak():
            return "\n"
        case Code(text):
            return _code(text)
        case Strong(children):
            return f"**{_inlines(children, in_strong=True)}**"
        case Emphasis(children):
            mark = "_" if in_strong or any(isinstance(child, Strong) for child in children) else "*"
            return f"{mark}{_inlines(children, in_strong=in_strong)}{mark}"
        case _:
            return f"[{_inlines(node.children, in_strong=in_strong)}](<{_url(node)}>)"


def _url(node: Link | PersonLink | TimeLink | PlaceLink) -> str:
    match node:
        case Link(url):
            return url
        case PersonLink(person):
            return f"person:{quote(person.platform, safe='')}:{quote(person.id, safe='')}"
        case TimeLink(moment):
            return f"time:{moment.isoformat()}"
        case PlaceLink(Place(platform, channel, thread)):
            behind = f"/{quote(thread, safe='')}" if thread else ""
            return f"place:{quote(platform, safe='')}:{quote(channel, safe='')}{behind}"


def _code(text: str) -> str:
    fence = _fence(text, 1)
    pad = " " if text[:1] in ("`", " ") or text[-1:] in ("`", " ") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _fence(text: str, least: int) -> str:
    fence = "`" * least
    while fence in text:
        fence += "`"
    return fence
