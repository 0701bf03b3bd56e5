"""What the bot says, as Slack shows it: Block Kit for eyes, and the same in plain words for notifications and screen readers.

Limits: 50 blocks in a message, 25 buttons in a block, labels of 75 and values of 2,000 characters, about 13,000 characters in all blocks
together, 4,000 in ``text`` (4-platforms.md A6; https://docs.slack.dev/reference/block-kit/blocks).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from copbot.domain.message import Button, Look, Message
from copbot.kit.markdown import parse, plain
from copbot.kit.nodes import Block, LineBreak, Paragraph, Strong, Text
from copbot.kit.phrases import cut
from copbot.kit.split import split_text
from copbot.ports.platform import Limits
from copbot_slack.rich_text import Element, elements
from copbot_slack.wording import cut_escaped, literal, mrkdwn

LIMITS = Limits(text=2800, buttons=10, title=150)
"""A text of this length stays under 4,000 characters of Slack's own writing, unless it is little else than ``&`` and ``<``."""

MOST_PARTS = 4
"""A message that nobody split, such as a private one, is shown in as many parts as Slack takes in one message."""

BUTTONS_IN_ROW = 25
LABEL_MOST = 75
VALUE_MOST = 2000
ACTION_MOST = 255
CUT_SHORT = "… (The rest does not fit here.)"

__all__ = ["LIMITS", "Rendered", "action_of", "blocks_of", "mrkdwn", "render"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """``text`` is what notifications show and screen readers say; ``blocks`` is what is seen."""

    text: str
    blocks: list[Element]


def render(message: Message, title: str = "", *, workspace: str = "") -> Rendered:
    """A message for Slack, within its limits whatever it says; files go their own way.

    ``title`` is a thread's: it stands in bold above the message, unless the message begins with it anyway. ``workspace`` is its address,
    as ``auth.test`` gives it (``https://acme.slack.com/``): without it, links to threads are words.
    """
    heading = _heading(message.text, title)
    said = mrkdwn(message.text, workspace)
    text = cut_escaped(f"{literal(heading)}\n{said}" if heading else said)
    return Rendered(text, blocks_of(message, heading, workspace=workspace))


def blocks_of(message: Message, heading: str = "", *, workspace: str = "", first: int = 1) -> list[Element]:
    """The blocks of a message. Its buttons are numbered from ``first``, so that several messages may stand in one view."""
    parts = split_text(message.text, LIMITS.text)
    if len(parts) > MOST_PARTS:
        parts = (*parts[: MOST_PARTS - 1], f"{parts[MOST_PARTS - 1]}{CUT_SHORT}")
    texts = [_text_block(part, "" if number else heading, workspace) for number, part in enumerate(parts)]
    return [*texts, *_rows(message.buttons, first)]


def action_of(action_id: str) -> str:
    """The button's action. In Slack it carries a number, since ``action_id`` must be unique among the buttons of a message."""
    return action_id.partition(":")[2]


def _heading(text: str, title: str) -> str:
    """Titles may be cut short."""
    said = plain(text).replace("\n", " ")
    return "" if said.startswith((title.rstrip("…"), plain(title).rstrip("…"))) else cut(title, LIMITS.title)


def _text_block(text: str, heading: str, workspace: str) -> Element:
    blocks: Sequence[Block] = parse(text) if plain(text).strip() else (Paragraph((Text(text),)),)
    if heading:
        blocks = _headed(heading, blocks)
    return {"type": "rich_text", "elements": elements(blocks, workspace)}


def _headed(heading: str, blocks: Sequence[Block]) -> Sequence[Block]:
    line = Strong((Text(heading),))
    match blocks:
        case (Paragraph(children), *rest):
            return (Paragraph((line, LineBreak(), *children)), *rest)
        case _:
            return (Paragraph((line,)), *blocks)


def _rows(buttons: Sequence[Button], first: int) -> Iterator[Element]:
    made = [_button(button, number) for button, number in zip(buttons, count(first), strict=False)]
    for start in range(0, len(made), BUTTONS_IN_ROW):
        yield {"type": "actions", "elements": made[start : start + BUTTONS_IN_ROW]}


def _button(button: Button, number: int) -> Element:
    look = {} if button.look is Look.PLAIN else {"style": button.look.value}
    value = {"value": button.value[:VALUE_MOST]} if button.value else {}
    return {
        "type": "button",
        "action_id": f"{number}:{button.action}"[:ACTION_MOST],
        "text": {"type": "plain_text", "text": cut(button.label, LABEL_MOST), "emoji": True},
        **value,
        **look,
    }
