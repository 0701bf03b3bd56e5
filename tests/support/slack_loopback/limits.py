"""What Slack refuses in blocks and views although the schemas allow it.

Limits: docs.slack.dev/reference/block-kit/blocks, .../block-elements, docs.slack.dev/reference/views.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from slack_loopback.model import Body

ELEMENTS = {"actions": 25, "context": 10}
EVERYBODY = ("<!channel", "<!here", "<!everyone", "<!subteam")


def block_faults(blocks: list[Body], most: int = 50) -> Iterator[str]:
    """What Slack would refuse in the blocks of a message, or in 100 of a view."""
    if len(blocks) > most:
        yield f"{len(blocks)} blocks, at most {most}"
    yield from _twice("block_id", (block.get("block_id") for block in blocks))
    yield from _twice("action_id", (element.get("action_id") for block in blocks for element in _elements(block)))
    for number, block in enumerate(blocks):
        yield from (f"blocks/{number}: {fault}" for fault in _block(block))


def _twice(what: str, ids: Iterable[str | None]) -> Iterator[str]:
    yield from (f"{what} {id} more than once" for id, times in Counter(ids).items() if id is not None and times > 1)


def _elements(block: Body) -> list[Body]:
    found = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
    return [element for element in found if isinstance(element, dict) and block["type"] != "rich_text"]


def _block(block: Body) -> Iterator[str]:
    yield from _length("block_id", block.get("block_id"), 255)
    match block["type"]:
        case "section":
            yield from _length("text", block.get("text"), 3000)
            yield from _count("fields", block.get("fields"), 10)
            for one in block.get("fields", ()):
                yield from _length("field", one, 2000)
            if "text" not in block and "fields" not in block:
                yield "a section without text"
        case "header":
            yield from _length("text", block["text"], 150)
        case "input":
            yield from _length("label", block["label"], 2000)
            yield from _length("hint", block.get("hint"), 2000)
        case "image":
            yield from _length("alt_text", block["alt_text"], 2000)
        case "actions" | "context":
            yield from _count("elements", block["elements"], ELEMENTS[block["type"]])
    for element in _elements(block):
        yield from _element(element)


def _element(element: Body) -> Iterator[str]:
    yield from _length("action_id", element.get("action_id"), 255)
    yield from _length("placeholder", element.get("placeholder"), 150)
    yield from _length("initial_value", element.get("initial_value"), 3000, least=0)
    if element.get("type") == "button":
        yield from _length("button text", element["text"], 75)
        yield from _length("button value", element.get("value"), 2000)
    yield from _count("options", element.get("options"), 100)
    yield from _count("option_groups", element.get("option_groups"), 100)
    for group in element.get("option_groups", ()):
        yield from _length("group label", group["label"], 75)
        yield from _count("options of a group", group["options"], 100)
    options = [*element.get("options", ()), *(one for group in element.get("option_groups", ()) for one in group["options"])]
    for option in options:
        yield from _length("option text", option["text"], 75)
        yield from _length("option value", option["value"], 150)
    if options and "initial_option" in element and element["initial_option"] not in options:
        yield "initial_option is none of the options"


def _length(what: str, text: Any, most: int, least: int = 1) -> Iterator[str]:
    found = text["text"] if isinstance(text, dict) else text
    if found is not None and not least <= len(found) <= most:
        yield f"{what} has {len(found)} characters, not {least} to {most}"


def _count(what: str, found: list[Any] | None, most: int) -> Iterator[str]:
    if found is not None and not 1 <= len(found) <= most:
        yield f"{len(found)} {what}, not 1 to {most}"


def view_faults(view: Body) -> Iterator[str]:
    """What Slack would refuse in a view."""
    blocks = view.get("blocks", [])
    yield from block_faults(blocks, 100)
    for name, most in (
        ("title", 24),
        ("submit", 24),
        ("close", 24),
        ("callback_id", 255),
        ("private_metadata", 3000),
        ("external_id", 255),
    ):
        yield from _length(name, view.get(name), most, least=0 if name == "private_metadata" else 1)
    if view.get("type") == "modal" and "submit" not in view and any(block["type"] == "input" for block in blocks):
        yield "a modal with inputs and without submit"
    if view.get("type") == "modal" and "title" not in view:
        yield "a modal without a title"


def message_faults(body: Body) -> Iterator[str]:
    """What is wrong with a message although Slack would show it: nothing to read aloud, or everybody called."""
    if not body.get("text") and not body.get("markdown_text"):
        yield "text missing: notifications and screen readers get nothing"
    if any(call in str(body) for call in EVERYBODY):
        yield "calls everybody"
    if body.get("link_names"):
        yield "link_names makes mentions of people's own text"
