"""Markdown nodes as HTML for the room's page. Everything that people or the bot wrote is escaped here."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from copbot.domain.place import Place
from copbot.kit.markdown import parse, words
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
from copbot_room.model import Entry, Told

BARE_URL = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?'\")\]]")


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom it is rendered for: their zone, where a place is on their page, and the names that are mentions here."""

    zone: ZoneInfo
    address: Callable[[Place], str]
    mentions: re.Pattern[str]


class Fragments:
    """Rendered messages, kept until the message itself is edited or removed: what was erased is not remembered here either."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Entry | Told, dict[tuple[str, str], Markup]] = WeakKeyDictionary()

    def of(self, message: Entry | Told, reader: Reader) -> Markup:
        """The HTML of a message's text; of the same text in the same zone it is the same, unless it links to places."""
        here = reader.address(message.place) if "](place:" in message.text else ""
        kept = self._kept.setdefault(message, {})
        key = (reader.zone.key, here)
        if key not in kept:
            kept[key] = render(message.text, reader)
        return kept[key]


def render(text: str, reader: Reader) -> Markup:
    """The HTML of a text in common Markdown."""
    return _blocks(parse(text), reader)


def full_time(moment: datetime, zone: ZoneInfo) -> str:
    """``Wed 31 Jan 2018, 19:30 GMT``."""
    return f"{moment.astimezone(zone):%a %-d %b %Y, %H:%M %Z}"


def _blocks(blocks: Iterable[Block], reader: Reader) -> Markup:
    return Markup("").join(_block(block, reader) for block in blocks)


def _block(block: Block, reader: Reader) -> Markup:
    match block:
        case Paragraph(children):
            return Markup("<p>%s</p>") % _inlines(children, reader)
        case CodeBlock(text):
            return Markup("<pre><code>%s</code></pre>") % text
        case Quote(blocks):
            return Markup("<blockquote>%s</blockquote>") % _blocks(blocks, reader)
        case BulletList(items):
            return Markup("<ul>%s</ul>") % _items(items, reader)
        case OrderedList(items, start):
            return Markup('<ol start="%s">%s</ol>') % (start, _items(items, reader))


def _items(items: Iterable[Iterable[Block]], reader: Reader) -> Markup:
    return Markup("").join(Markup("<li>%s</li>") % _blocks(item, reader) for item in items)


def _inlines(children: Iterable[Inline], reader: Reader) -> Markup:
    return Markup("").join(_inline(child, reader) for child in children)


def _inline(node: Inline, reader: Reader) -> Markup:
    match node:
        case Text(text):
            return _words(text, reader)
        case LineBreak():
            return Markup("<br>")
        case Code(text):
            return Markup("<code>%s</code>") % text
        case Strong(children):
            return Markup("<strong>%s</strong>") % _inlines(children, reader)
        case Emphasis(children):
            return Markup("<em>%s</em>") % _inlines(children, reader)
        case Link(url, children):
            return _anchor(url, Markup("").join(escape(words([child])) for child in children))
        case PersonLink(_, children):
            return Markup('<span class="mention">%s</span>') % words(children)
        case PlaceLink(place, children):
            return Markup('<a class="place" href="%s">%s</a>') % (reader.address(place), words(children))
        case TimeLink(moment, children):
            return _time(moment, words(children), reader)


def _time(moment: datetime, label: str, reader: Reader) -> Markup:
    """The bot's own words, and the reader's clock beside them where it shows something else."""
    own = f"{moment.astimezone(reader.zone):%H:%M}"
    shown = label if own in label else f"{label} ({own} your time)"
    return Markup('<time datetime="%s" title="%s">%s</time>') % (moment.isoformat(), full_time(moment, reader.zone), shown)


def _words(text: str, reader: Reader) -> Markup:
    return _marked(text, BARE_URL, lambda url: _anchor(url, escape(url)), lambda rest: _mentions(rest, reader))


def _mentions(text: str, reader: Reader) -> Markup:
    return _marked(text, reader.mentions, lambda name: Markup('<span class="mention">%s</span>') % name, escape)


def _marked(text: str, pattern: re.Pattern[str], found: Callable[[str], Markup], other: Callable[[str], Markup]) -> Markup:
    pieces: list[Markup] = []
    end = 0
    for match in pattern.finditer(text):
        pieces += [other(text[end : match.start()]), found(match[0])]
        end = match.end()
    return Markup("").join([*pieces, other(text[end:])])


def _anchor(url: str, label: Markup) -> Markup:
    return Markup('<a href="%s" target="_blank" rel="noopener noreferrer">%s</a>') % (url, label)
