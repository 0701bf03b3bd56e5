"""What a person reads: Slack's blocks and mrkdwn as the plain words that they show."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from slack_loopback.model import Body

ANGLE = re.compile(r"<([^<>]+)>")
STYLE = re.compile(r"(?<![\w*_~`])([*_~])(?=\S)((?:(?!\1)[^\n])+?)(?<=\S)\1(?![\w*_~`])")
CODE = re.compile(r"```(.*?)```|`([^`\n]+)`", re.DOTALL)
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\u00ad\ufeff"))

Names = Mapping[str, str]
"""Account or channel id -> the name that is shown for it."""


def plain(text: str, names: Names) -> str:
    """The words that this mrkdwn shows."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(next(group for group in match.groups() if group is not None))
        return f"\x00{len(kept) - 1}\x00"

    shown = _unstyled(ANGLE.sub(lambda match: _angle(match[1], names), CODE.sub(keep, text)))
    shown = re.sub(r"^&gt; ?", "", shown, flags=re.MULTILINE)
    shown = re.sub("\x00(\\d+)\x00", lambda match: kept[int(match[1])], shown)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").translate(INVISIBLE)


def _unstyled(text: str) -> str:
    while (stripped := STYLE.sub(r"\2", text)) != text:
        text = stripped
    return text


def _angle(inside: str, names: Names) -> str:
    address, _, label = inside.partition("|")
    if address.startswith("!date^"):
        return label
    if address.startswith(("@", "#")):
        return f"{address[0]}{label or names.get(address[1:], address[1:])}"
    return label or address


def words(blocks: Iterable[Body], names: Names) -> str:
    """What blocks show, buttons left out."""
    return "\n\n".join(text for block in blocks if (text := _words(block, names)))


def _words(block: Body, names: Names) -> str:
    match block["type"]:
        case "section":
            return "\n".join(_object(one, names) for one in (block.get("text"), *block.get("fields", ())) if one)
        case "header":
            return _object(block["text"], names)
        case "context":
            return " ".join(_object(one, names) for one in block["elements"] if one["type"] != "image")
        case "rich_text":
            return "".join(_rich(block, names)).strip("\n")
        case "markdown":
            return str(block["text"])
        case "input":
            return _object(block["label"], names)
        case _:
            return ""


def _object(text: Body, names: Names) -> str:
    return plain(text["text"], names) if text["type"] == "mrkdwn" else str(text["text"]).translate(INVISIBLE)


def _rich(node: Body, names: Names) -> Iterator[str]:
    render: dict[str, Callable[[], str]] = {
        "text": lambda: node["text"],
        "link": lambda: node.get("text") or node["url"],
        "user": lambda: f"@{names.get(node['user_id'], node['user_id'])}",
        "channel": lambda: f"#{names.get(node['channel_id'], node['channel_id'])}",
        "date": lambda: node.get("fallback", ""),
        "emoji": lambda: f":{node['name']}:",
    }
    if node["type"] in render:
        yield render[node["type"]]().translate(INVISIBLE)
        return
    for element in node.get("elements", ()):
        yield from _rich(element, names)
    yield "\n"


def pressables(blocks: Iterable[Body]) -> Iterator[tuple[str, Body]]:
    """Every button with the id of its block, in the order they stand in."""
    for block in blocks:
        for element in (*block.get("elements", ()), *filter(None, [block.get("accessory")])):
            if element.get("type") == "button":
                yield block.get("block_id", ""), element
