"""What stands in people's words and is more than words: addresses and times."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

BARE_URL = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?'\")\]]")
CLOCK = re.compile(r"\d{1,2}:\d{2}")
DATED_CLOCK = re.compile(r"(?:\w+ )?\d{1,2} \w+(?: \d{4})?,? \d{1,2}:\d{2}")


class Timed(NamedTuple):
    """A label around a time. ``dated``: the time stands for day and clock, else for the clock alone."""

    before: str
    dated: bool
    after: str


def timed(label: str) -> Timed:
    """Where in the label of a time its reader's own day and clock go; all of a label without a clock gives way to them."""
    if found := DATED_CLOCK.search(label):
        return Timed(label[: found.start()], True, label[found.end() :])
    if found := CLOCK.search(label):
        return Timed(label[: found.start()], False, label[found.end() :])
    return Timed("", True, "")


def followable(url: str, most: int) -> bool:
    """Whether an address of at most ``most`` characters leads somewhere: http or https with a host, or a mail address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    there = parts.hostname if parts.scheme.casefold() in ("http", "https") else parts.path
    return bool(there) and url.isprintable() and " " not in url and len(url) <= most


def linked(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is a bare address."""
    end = 0
    for found in BARE_URL.finditer(text):
        yield text[end : found.start()], False
        yield found[0], True
        end = found.end()
    yield text[end:], False


def cut(text: str, most: int) -> str:
    """Words, shortened with an ellipsis where they are longer than ``most`` characters."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
