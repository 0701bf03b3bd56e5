"""What a person reads: Discord's Markdown as the plain words that it shows, and the buttons under it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from discord_loopback.model import Body

ASIS = re.compile(r"\\([^\w\s]|_)|```(?:\w*\n)?(.*?)```|``(.+?)``|`([^`\n]+)`", re.DOTALL)
"""What is shown as it stands: a character behind a backslash, and code."""
ANGLE = re.compile(r"<(@!?|@&|#|t:|a?:)([^<>\s]+)>")
LINK = re.compile(r"\[([^\[\]]+)\]\(<?[^()\s]+>?\)|<(https?://[^<>\s]+)>")
STYLES = [
    re.compile(r"(\*\*|__|~~|\|\|)(?=\S)(.+?)(?<=\S)\1", re.DOTALL),
    re.compile(r"(\*)(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?!\*)"),
    re.compile(r"(?<!\w)(_)(?=\S)([^_]+?)(?<=\S)_(?!\w)"),
]
LINES = re.compile(r"^(?:> |>>> |-# |#{1,3} )", re.MULTILINE)
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\u00ad\ufeff"))
NUL = "\x00"

Names = Mapping[str, str]
"""Account or channel id -> the name that is shown for it."""


def plain(text: str, names: Names) -> str:
    """The words that this Markdown shows."""
    kept: list[str] = []

    def keep(shown: str) -> str:
        kept.append(shown)
        return f"{NUL}{len(kept) - 1}{NUL}"

    shown = ASIS.sub(lambda match: keep(next(group for group in match.groups() if group is not None)), text)
    shown = ANGLE.sub(lambda match: keep(_angle(match[1], match[2], names)), shown)
    shown = LINK.sub(lambda match: match[1] or match[2], shown)
    shown = _unstyled(LINES.sub("", shown))
    while NUL in shown:
        shown = re.sub(f"{NUL}(\\d+){NUL}", lambda match: kept[int(match[1])], shown)
    return shown.translate(INVISIBLE)


def _unstyled(text: str) -> str:
    for style in STYLES:
        while (stripped := style.sub(r"\2", text)) != text:
            text = stripped
    return text


def _angle(kind: str, inside: str, names: Names) -> str:
    if kind == "t:":
        return datetime.fromtimestamp(int(inside.partition(":")[0]), UTC).strftime("%d %B %Y %H:%M")
    if kind.endswith(":"):
        return f":{inside.partition(':')[0]}:"
    return f"{kind[0]}{names.get(inside, inside)}"


def pressables(components: Iterable[Body]) -> Iterator[Body]:
    """Every button, in the order they stand in."""
    for component in components:
        if component.get("type") == 2:
            yield component
        yield from pressables(component.get("components", ()))


def label_of(button: Body) -> str:
    """What stands on a button."""
    return str(button.get("label") or (button.get("emoji") or {}).get("name", ""))
