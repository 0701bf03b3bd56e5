"""Common Markdown, as the bot writes it and people may: parsed once, rendered by each adapter in its own way.

Paragraphs, line breaks, bold, italic, code, quotes, lists and links. No headings, images, tables, rules or HTML: they stay the characters
that they are. A single newline is a line break, as in every chat. The private link schemes are described in ``copbot.domain.message``.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from typing_extensions import override

from copbot.domain.place import Person, Place
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

RULES = ("fence", "blockquote", "list", "newline", "escape", "backticks", "emphasis", "link", "autolink", "entity")
PRIVATE = ("person", "time", "place")
SCHEMES = ("http", "https", "mailto", *PRIVATE)


class _Parser(MarkdownIt):
    @override
    def validateLink(self, url: str) -> bool:
        return url.partition(":")[0].casefold() in SCHEMES

    @override
    def normalizeLink(self, url: str) -> str:
        return url if url.partition(":")[0].casefold() in PRIVATE else super().normalizeLink(url)


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of a text. Never raises: what is no Markdown is words."""
    return tuple(_blocks(SyntaxTreeNode(_parser().parse(text)).children))


def plain(text: str) -> str:
    """The words alone, for notifications, searching and terminals. Lists and quotes keep their marks."""
    return "\n\n".join(_plain_block(block) for block in parse(text))


def words(children: Iterable[Inline]) -> str:
    """The words of some inline nodes."""
    return "".join(_plain_inline(child) for child in children)


@cache
def _parser() -> MarkdownIt:
    return _Parser("zero").enable(list(RULES))


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> Iterator[Block]:
    for node in nodes:
        match node.type:
            case "paragraph":
                yield Paragraph(_inlines(node.children[0].children))
            case "fence":
                yield CodeBlock(node.content.removesuffix("\n"), node.info.strip())
            case "blockquote":
                yield Quote(tuple(_blocks(node.children)))
            case "bullet_list":
                yield BulletList(_items(node))
            case "ordered_list":
                yield OrderedList(_items(node), int(node.attrs.get("start", 1)))


def _items(node: SyntaxTreeNode) -> tuple[tuple[Block, ...], ...]:
    return tuple(tuple(_blocks(item.children)) for item in node.children)


def _inlines(nodes: Sequence[SyntaxTreeNode]) -> tuple[Inline, ...]:
    found = [one for node in nodes for one in _inline(node)]
    return tuple(_joined(found))


def _joined(nodes: Iterable[Inline]) -> Iterator[Inline]:
    for is_text, run in groupby(nodes, key=lambda node: isinstance(node, Text)):
        if is_text:
            text = "".join(node.text for node in run if isinstance(node, Text))
            yield from [Text(text)] if text else []
        else:
            yield from run


def _inline(node: SyntaxTreeNode) -> Sequence[Inline]:
    match node.type:
        case "softbreak" | "hardbreak":
            return [LineBreak()]
        case "code_inline":
            return [Code(node.content)]
        case "strong":
            return [Strong(_inlines(node.children))]
        case "em":
            return [Emphasis(_inlines(node.children))]
        case "link":
            return _link(str(node.attrs.get("href", "")), _inlines(node.children))
        case _:
            return [Text(node.content)]


def _link(url: str, children: tuple[Inline, ...]) -> Sequence[Inline]:
    scheme, _, rest = url.partition(":")
    match scheme.casefold():
        case "person" | "place":
            platform, _, id = rest.partition(":")
            return _address(scheme.casefold(), unquote(platform), id, children)
        case "time":
            moment = _moment(unquote(rest))
            return children if moment is None else [TimeLink(moment, children)]
        case _:
            return [Link(url, children)]


def _address(scheme: str, platform: str, id: str, children: tuple[Inline, ...]) -> Sequence[Inline]:
    if not platform or not id:
        return children
    if scheme == "person":
        return [PersonLink(Person(platform, unquote(id)), children)]
    channel, _, behind = id.partition("/")
    thread = behind.rpartition("/")[2]  # of a message's address the message: most platforms need no more
    return [PlaceLink(Place(platform, unquote(channel), unquote(thread) or None), children)]


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _plain_block(block: Block) -> str:
    match block:
        case Paragraph(children):
            return words(children)
        case CodeBlock(text):
            return text
        case Quote(blocks):
            return _hung("> ", "> ", blocks)
        case BulletList(items):
            return "\n".join(_hung("- ", "  ", item) for item in items)
        case OrderedList(items, start):
            return "\n".join(_hung(f"{number}. ", "   ", item) for number, item in enumerate(items, start))


def _hung(first: str, rest: str, blocks: Iterable[Block]) -> str:
    lines = "\n\n".join(_plain_block(block) for block in blocks).split("\n")
    return "\n".join(f"{rest if number else first}{line}".rstrip() for number, line in enumerate(lines))


def _plain_inline(node: Inline) -> str:
    match node:
        case Text(text) | Code(text):
            return text
        case LineBreak():
            return "\n"
        case _:
            return words(node.children)
