"""Markdown nodes in Discord's own Markdown, which has more marks, no quotes within quotes, and no links but to the web.

https://support.discord.com/hc/en-us/articles/210298617 and https://docs.discord.com/developers/reference#message-formatting
"""

import re
from collections.abc import Iterable, Sequence

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
from copbot_discord.names import DISCORD

SNOWFLAKE = re.compile(r"[0-9]{1,20}")
URL_MOST = 512

WORD_JOINER = "\u2060"
_SPECIAL = re.compile(r"[\\`*_~|<\[]|:(?!\d\d:)(?=[\w+-]+:)")
"""``:name:`` would become an emoji; the minutes of a clock do not."""

_LINE_START = re.compile(r"^([ \t]*)(#{1,3}|-#?|\+|>{1,3}|\d+\.)(?=\s|$)", re.MULTILINE)
_EVERYBODY = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[\w+#.-]+", re.ASCII)
_UNSAFE = str.maketrans({mark: f"%{ord(mark):02X}" for mark in "<>\\`*|[]"})


def marked(blocks: Iterable[Block]) -> str:
    """The text that Discord shows as these blocks."""
    return "\n\n".join(_block(block) for block in blocks)


def literal(text: str) -> str:
    """Words that are only words, letter by letter; addresses can be followed, without a preview."""
    return "".join(_address(piece) if is_url else _escaped(piece) for piece, is_url in linked(text))


def lines_kept(text: str) -> str:
    """Rendered words whose lines begin nothing: no heading, list or quote."""
    return _LINE_START.sub(_unstarted, text)


def mentioned(blocks: Iterable[Block]) -> list[str]:
    """The Discord accounts whom the blocks mention, each once."""
    return list(dict.fromkeys(_people(blocks)))


def _people(nodes: Iterable[Block | Inline]) -> Iterable[str]:
    for node in nodes:
        match node:
            case PersonLink(person) if _is_ours(person.platform, person.id):
                yield person.id
            case Quote(blocks):
                yield from _people(blocks)
            case BulletList(items) | OrderedList(items):
                yield from (id for item in items for id in _people(item))
            case Paragraph(children) | Strong(children) | Emphasis(children):
                yield from _people(children)


def _block(block: Block) -> str:
    match block:
        case Paragraph(children):
            return lines_kept(_inlines(children))
        case CodeBlock(text, language):
            return _fenced(text, language)
        case Quote(blocks):
            return "\n".join(f"> {line}" for line in _flat(_apart(blocks), fences=True).split("\n"))
        case BulletList(items):
            return "\n".join(_hung("- ", item) for item in items)
        case OrderedList(items, start):
            return "\n".join(_hung(f"{number}. ", item) for number, item in enumerate(items, start))


def _hung(mark: str, item: Iterable[Block]) -> str:
    first, *rest = _flat(item).split("\n")
    return "\n".join((f"{mark}{first}", *(f"  {line}" for line in rest)))


def _apart(blocks: Sequence[Block]) -> Iterable[Block]:
    """An empty line between paragraphs, as they have it outside of quotes."""
    for before, block in zip((None, *blocks), blocks, strict=False):
        if isinstance(before, Paragraph) and isinstance(block, Paragraph):
            yield Paragraph(())
        yield block


def _flat(blocks: Iterable[Block], *, fences: bool = False) -> str:
    """Blocks where Discord takes only lines: in an item of a list, and, but for ``fences``, in a quote."""
    return "\n".join(_lines(block, fences=fences) for block in blocks)


def _lines(block: Block, *, fences: bool) -> str:
    match block:
        case CodeBlock(text) if not fences:
            return "\n".join(_code(line) if line.strip() else "" for line in text.split("\n"))
        case Quote(blocks):
            return f"“{_flat(blocks, fences=fences)}”"
        case _:
            return _block(block)


def _fenced(text: str, language: str) -> str:
    inside = _nobody(text.replace("```", f"`{WORD_JOINER}`{WORD_JOINER}`"))
    return f"```{language if _LANGUAGE.fullmatch(language) else ''}\n{inside if inside.strip() else ' '}\n```"


def _code(text: str) -> str:
    """Two marks around words with one in them; more would begin a block."""
    apart = _nobody(re.sub("`(?=`)", f"`{WORD_JOINER}", text))
    return f"`` {apart} ``" if "`" in apart else f"`{apart}`"


def _inlines(children: Iterable[Inline], *, in_strong: bool = False) -> str:
    return "".join(_inline(child, in_strong=in_strong) for child in children)


def _inline(node: Inline, *, in_strong: bool) -> str:
    match node:
        case Text(text):
            return literal(text)
        case LineBreak():
            return "\n"
        case Code(text):
            return _code(text)
        case Strong(children):
            return _inlines(children, in_strong=True) if in_strong else f"**{_inlines(children, in_strong=True)}**"
        case Emphasis(children):
            mark = "_" if in_strong or any(isinstance(child, Strong) for child in children) else "*"
            return f"{mark}{_inlines(children, in_strong=in_strong)}{mark}"
        case _:
            return _linked(node, in_strong=in_strong)


def _linked(node: Link | PersonLink | TimeLink | PlaceLink, *, in_strong: bool) -> str:
    label = words(node.children)
    match node:
        case Link(url):
            return _anchor(url, label)
        case PersonLink(person) if _is_ours(person.platform, person.id):
            return f"<@{person.id}>"
        case TimeLink(moment):
            before, dated, after = timed(label)
            return f"{literal(before)}<t:{int(moment.timestamp())}:{'F' if dated else 't'}>{literal(after)}"
        case PlaceLink(place) if _is_ours(place.platform, place.thread or place.channel):
            return f"<#{place.thread or place.channel}>"
        case _:
            return _inlines(node.children, in_strong=in_strong)


def _anchor(url: str, label: str) -> str:
    """Discord shows no link whose words look like an address, and none to a mailbox: there both stand side by side."""
    scheme, _, rest = url.partition(":")
    target = rest if scheme.casefold() == "mailto" else url
    shown = _address(target) if target == url else _escaped(target)
    if not label.strip() or label in (url, target):
        return shown
    if target != url or "://" in label or not followable(url.translate(_UNSAFE), URL_MOST):
        return f"{literal(label)} ({shown})"
    inside = label.replace("[", "(").replace("]", ")").replace("\n", " ")
    return f"[{_escaped(inside)}]({shown})"


def _address(url: str) -> str:
    """In angle brackets an address ends where it ends, and is followed by no preview."""
    safe = url.translate(_UNSAFE)
    return f"<{safe}>" if followable(safe, URL_MOST) else _escaped(url)


def _escaped(text: str) -> str:
    return _nobody(_SPECIAL.sub(r"\\\g<0>", text))


def _nobody(text: str) -> str:
    """Words that call nobody, wherever they are shown."""
    return _EVERYBODY.sub(f"@{WORD_JOINER}", text)


def _unstarted(found: re.Match[str]) -> str:
    indent, mark = found[1], found[2]
    return f"{indent}{mark[:-1]}\\." if mark[0].isdigit() else f"{indent}\\{mark}"


def _is_ours(platform: str, id: str) -> bool:
    return platform == DISCORD and SNOWFLAKE.fullmatch(id) is not None
