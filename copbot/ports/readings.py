"""The read side of the store, for ``insight``."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

T = TypeVar("T")

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

    async def log(self, take: Callable[[Iterable[Mapping[str, object]]], T], chat: int | None = None) -> T:
        """What ``take`` makes of the rows of ``participation_log``, which it is handed by id, one after the other as they are read: there
        may be more than fit into memory. Keys are LOG_COLUMNS, ``at`` is an aware UTC datetime.
        """
        ...
