"""What the bot says in plain words, for Slack's top-level ``text``: notifications, screen readers and searches get it.

There are no marks for bold and the like in it, since they would be read out. Names, times and places are Slack's own sequences in angle
brackets; people's words are escaped, so that nothing of theirs can become one. https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Iterable, Sequence

from copbot.domain.markup import escape
from copbot.domain.message import Button, File, Look, Message
from copbot.kit.markdown import parse, words
from copbot.kit.nodes import (
    Block,
    BulletList,
    Code,
    CodeBlock,
    Inline,
    LineBreak,
    Link,
    OrderedList,
    Paragraph,
    PersonLink,
    PlaceLink,
    Quote,
    Text,
    TimeLink,
)
from copbot_slack.names import SLACK
from copbot_slack.rich_text import CHANNEL, USER, link_of, safe_url, time_format, with_zone

TEXT_MOST = 4000
"""Above it Slack may break a message into several."""

ONE_MOMENT = Message("One moment, please. This takes longer than usual.")
DONE = Message("Done. You can close this.")
FAILED = Message("That did not work. Please try it again in a minute.")
ASK_AGAIN = Message("This form is not there any more. Type the command again.")
"""What the adapter says itself, where the core cannot: it is at work still, or was asked for what it does not know any more."""

_EVERYBODY = re.compile(r"<[^<>]*>|@(?=(?:channel|here|everyone|group)\b)", re.IGNORECASE)
_WORD_JOINER = "\u2060"
_BROKEN_END = re.compile(r"&\w{0,3}$")


def form_ready(title: str, action: str, value: str) -> Message:
    """A form that could not be opened at once, with a button that opens it."""
    return Message(f"{escape(title)}: the form is ready.", (Button("Open it", action, value, Look.PRIMARY),))


def without_files(message: Message) -> Message:
    """A message whose files go to the person's private messages, and says so; as it is if it has none."""
    if not message.files:
        return message
    return Message(f"{message.text}\n\n{_names(message.files)}: in your private messages with me.", message.buttons)


def handing_over(files: Sequence[File]) -> Message:
    """What stands there with the files."""
    return Message(f"Here is {_names(files)}.", files=tuple(files))


def _names(files: Iterable[File]) -> str:
    return escape(", ".join(file.name for file in files))


def mrkdwn(text: str, workspace: str = "") -> str:
    """The words of a text in common Markdown, in Slack's own way of writing. They mention nobody but those whom the bot means.

    ``workspace`` is its address, as ``auth.test`` gives it: without it, links to threads are words.
    """
    said = "\n\n".join(_block(block, workspace) for block in parse(text))
    return _EVERYBODY.sub(_harmless, said) if said.strip() else literal(text)


def literal(text: str) -> str:
    """Words that are only words."""
    return _EVERYBODY.sub(_harmless, _escaped(text))


def cut_escaped(text: str, most: int = TEXT_MOST) -> str:
    """The same for text in Slack's way of writing: never within a sequence or an escaped character."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    if kept.rfind("<") > kept.rfind(">"):
        kept = kept[: kept.rfind("<")]
    return f"{_BROKEN_END.sub('', kept).rstrip()}…"


def _escaped(text: str) -> str:
    """https://docs.slack.dev/messaging/formatting-message-text#escaping."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _harmless(found: re.Match[str]) -> str:
    """Slack finds names in the text of an edited message even unasked, as nothing else does: parse is ``client`` for chat.update."""
    return f"@{_WORD_JOINER}" if found[0] == "@" else found[0]


def _block(block: Block, workspace: str) -> str:
    match block:
        case Paragraph(children):
            return _inlines(children, workspace)
        case CodeBlock(text):
            return _escaped(text)
        case Quote(blocks):
            return f"“{_blocks(blocks, workspace)}”"
        case BulletList(items):
            return "\n".join(_hung("• ", item, workspace) for item in items)
        case OrderedList(items, start):
            return "\n".join(_hung(f"{number}. ", item, workspace) for number, item in enumerate(items, start))


def _blocks(blocks: Iterable[Block], workspace: str) -> str:
    return "\n\n".join(_block(block, workspace) for block in blocks)


def _hung(mark: str, item: Iterable[Block], workspace: str) -> str:
    return f"{mark}{_blocks(item, workspace)}".replace("\n\n", "\n").replace("\n", "\n  ").rstrip()


def _inlines(children: Iterable[Inline], workspace: str) -> str:
    return "".join(_inline(child, workspace) for child in children)


def _inline(node: Inline, workspace: str) -> str:
    match node:
        case Text(text) | Code(text):
            return _escaped(text)
        case LineBreak():
            return "\n"
        case Link(url) if safe := safe_url(url):
            return _anchor(safe, words(node.children))
        case PersonLink(person) if person.platform == SLACK and USER.fullmatch(person.id):
            return f"<@{person.id}>"
        case TimeLink(moment):
            label = words(node.children)
            pattern, fallback = time_format(label, "{date_short_pretty}"), with_zone(moment, label)
            return f"<!date^{int(moment.timestamp())}^{_inside(pattern)}|{_inside(fallback)}>"
        case PlaceLink(place) if url := safe_url(link_of(place, workspace)):
            return _anchor(url, words(node.children) or "here")
        case PlaceLink(place) if place.platform == SLACK and not place.thread and CHANNEL.fullmatch(place.channel):
            return f"<#{place.channel}>"
        case _:
            return _inlines(node.children, workspace)


def _anchor(url: str, label: str) -> str:
    target = url.replace("&", "&amp;")
    return f"<{target}>" if label in ("", url) else f"<{target}|{_inside(label)}>"


def _inside(label: str) -> str:
    """Words within a sequence: what would end it, or a part of it, is left out."""
    return _escaped(label).replace("|", "/").replace("^", " ").replace("\n", " ")
