"""The read side of the store, for ``insight``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

LOG_COLUMNS: Sequence[str] = (
    "id", "platform", "community", "chat_id", "chat_title", "question", "message", "member",
    "role", "kind", "at", "replies_to", "words_band", "concrete_cue", "question_cue", "text",
)  # fmt: skip
"""The columns of the view ``participation_log``, in order (3-architecture 8)."""


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits in the database as all processes see it: since when the oldest post and the oldest step are due (UTC; None: nothing
    is), how many posts are unclear, and whether the tables are those of this copbot, or of a newer one.
    """

    oldest_outgoing: datetime | None
    oldest_step: datetime | None
    unclear: int
    migrated: bool


class Readings(Protocol):
    """The read side for ``insight``: reads only."""

    async def log(self, chat: int | None = None) -> Sequence[Mapping[str, object]]:
        """Rows of ``participation_log`` by id; keys are LOG_COLUMNS, ``at`` an aware UTC datetime."""
        ...
