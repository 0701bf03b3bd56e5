"""Whether Slack would take blocks and views: by its published schemas, by its own SDK, and by the limits that both leave out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slack_loopback import limits, schemas
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View


def faults_of_blocks(blocks: Sequence[dict[str, Any]], most: int = 50) -> list[str]:
    """What is wrong with the blocks of a message, or with up to 100 of a view."""
    return [*limits.block_faults(list(blocks), most), *schemas.faults_of("Known", blocks), *_lost(blocks)]


def faults_of_view(view: Mapping[str, Any]) -> list[str]:
    """What is wrong with a modal or a Home tab."""
    View(**view).validate_json()
    return [*limits.view_faults(dict(view)), *schemas.faults_of("View", view), *faults_of_blocks(view["blocks"], 100)]


def words_of(blocks: object) -> Iterator[str]:
    """Every piece of text in blocks."""
    match blocks:
        case {"type": "text", "text": str(text)} | {"type": "plain_text", "text": str(text)}:
            yield text
        case {"type": "link", "url": url, **rest}:
            yield str(rest.get("text", url))
        case {"type": "date", "fallback": str(fallback)}:
            yield fallback
        case dict():
            yield from (text for value in blocks.values() for text in words_of(value))
        case list() | tuple():
            yield from (text for value in blocks for text in words_of(value))


def _lost(blocks: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What the SDK's models, which know Slack's limits, refuse or do not know."""
    for block in blocks:
        parsed = Block.parse(block)
        if parsed is None:
            yield f"the SDK knows no block {block['type']}"
        elif (again := parsed.to_dict()) != block:
            yield f"the SDK makes {again} of {block}"
