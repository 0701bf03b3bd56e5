"""Small pieces of the common Markdown that messages are written in."""

import re

from copbot.domain.place import Place

_SPECIAL = re.compile(r"[\\`*_\[\]<>&]")
_LINE_START = re.compile(r"^([ \t]*)([-+]|~~~|#{1,6}|\d+[.)])", re.MULTILINE)


def escape(text: str) -> str:
    """People's own text, so that it means itself inside Markdown: ``kit.markdown.plain(escape(t))`` reads as ``t``."""
    return _LINE_START.sub(_escape_start, _SPECIAL.sub(r"\\\g<0>", text))


def _escape_start(found: re.Match[str]) -> str:
    indent, mark = found[1], found[2]
    return f"{indent}{mark[:-1]}\\{mark[-1]}" if mark[0].isdigit() else f"{indent}\\{mark}"


def place_link(place: Place, label: str, message: str | None = None) -> str:
    """A link to a channel, a thread, or a message in it."""
    thread = place.thread or message
    behind = f"/{thread}" if thread else ""
    return f"[{escape(label)}](place:{place.platform}:{place.channel}{behind})"


def message_link(place: Place, label: str, message: str) -> str:
    """A link to a message that somebody wrote in a channel or in a thread of it; for the channel itself it stands twice."""
    return f"[{escape(label)}](place:{place.platform}:{place.channel}/{place.thread or place.channel}/{message})"


def shorten(text: str, most: int) -> str:
    """The text, cut at a word if it is longer than ``most`` characters."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(",;:- ") + "…"
