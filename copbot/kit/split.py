"""Long messages in several posts."""

import re
from collections.abc import Iterator

from copbot.domain.message import Message
from copbot.ports.platform import Limits

BREAKS = (re.compile(r"\n[ \t]*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?…])\s+"), re.compile(r"\s+"))
"""Where a text may be cut, best first: paragraphs, lines, sentences, words."""

ITEM = re.compile(r"[-*+] |\d{1,3}[.)] ")


def split(message: Message, limits: Limits) -> tuple[Message, ...]:
    """The message as posts that each fit ``limits.text`` characters; the last one carries the buttons and files.

    Raises ValueError if there are more buttons than fit under one post: that is for whoever writes the message to mend.
    """
    if len(message.buttons) > limits.buttons:
        raise ValueError(f"{len(message.buttons)} buttons do not fit under one message; at most {limits.buttons} do")
    *first, last = split_text(message.text, limits.text)
    return (*(Message(part) for part in first), Message(last, message.buttons, message.files))


def split_text(text: str, limit: int) -> tuple[str, ...]:
    """The text in parts of at most ``limit`` characters, cut at paragraphs, else lines, else sentences, else words, else anywhere.

    A text with words in it gives at least one part; no part is blank; nothing but white space at the cuts is lost.
    """
    return tuple(_parts(text.strip(), limit))


def key_of(key: str, number: int, parts: int) -> str:
    """The key of one part, counted from 1. A message that fits keeps its own key."""
    return key if parts == 1 else f"{key}.{number}"


def _parts(rest: str, limit: int) -> Iterator[str]:
    while len(rest) > limit:
        end, start = _cut(rest, limit)
        yield rest[:end].rstrip()
        rest = rest[start:].lstrip()
    if rest:
        yield rest


def _cut(text: str, limit: int) -> tuple[int, int]:
    """Where the first part ends and the next one starts. A cut in the first third would leave crumbs, so a lesser break is better."""
    for number, pattern in enumerate(BREAKS):
        ends = [(found.start(), found.end()) for found in pattern.finditer(text, 0, limit + 1) if found.start() <= limit]
        if number == 0:
            ends = [cut for cut in ends if cut[0] > limit // 3 and not _leaves_a_heading(text, *cut)] or ends
        if ends and (ends[-1][0] > limit // 3 or (number == len(BREAKS) - 1 and ends[-1][0] > 0)):
            return ends[-1]
    return limit, limit


def _leaves_a_heading(text: str, end: int, start: int) -> bool:
    """Whether the line that introduces a list would stand at the end of one part, and the list at the beginning of the next."""
    before = text[:end].rpartition("\n\n")[2]
    return ITEM.match(text, start) is not None and "\n" not in before and ITEM.match(before) is None
