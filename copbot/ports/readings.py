"""The read side of the store, for ``insight``."""

from collections.abc import Mapping, Sequence
from typing import Protocol

LOG_COLUMNS: Sequence[str] = (
    "id", "platform", "community", "chat_id", "chat_title", "question", "message", "member",
    "role", "kind", "at", "replies_to", "words_band", "concrete_cue", "question_cue", "text",
)  # fmt: skip
"""The columns of the view ``participation_log``, in order (3-architecture 8)."""


class Readings(Protocol):
    """The read side for ``insight``: reads only."""

    async def log(self, chat: int | None = None) -> Sequence[Mapping[str, object]]:
        """Rows of ``participation_log`` by id; keys are LOG_COLUMNS, ``at`` an aware UTC datetime."""
        ...
