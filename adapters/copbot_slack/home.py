"""The app's Home tab: one page for each person. https://docs.slack.dev/surfaces/app-home."""

from collections.abc import Sequence

from copbot.domain.message import Message
from copbot_slack.rendering import CUT_SHORT, blocks_of
from copbot_slack.rich_text import Element

BLOCKS_MOST = 100
DIVIDER: Element = {"type": "divider"}


def home_view(page: Sequence[Message], *, workspace: str = "") -> Element:
    """The view for ``views.publish``: the messages one under the other with lines between them, each with its buttons."""
    blocks: list[Element] = []
    pressed = 1
    for message in page:
        more = blocks_of(message, workspace=workspace, first=pressed)
        pressed += len(message.buttons)
        if len(blocks) + len(more) + 2 > BLOCKS_MOST:
            blocks += blocks_of(Message(CUT_SHORT))
            break
        blocks += [DIVIDER, *more] if blocks else more
    return {"type": "home", "blocks": blocks}
