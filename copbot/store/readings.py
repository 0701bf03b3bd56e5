"""The read side: the view ``participation_log``."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

import sqlalchemy as sa
from typing_extensions import override

from copbot.ports.readings import LOG_COLUMNS, Readings
from copbot.store.store import SqlStore
from copbot.store.tables import participation_log

T = TypeVar("T")
AT_ONCE = 1000
"""So many rows are fetched at a time."""

_LOG = sa.select(*(participation_log.c[name] for name in LOG_COLUMNS)).order_by(participation_log.c.id)
_OF_CHAT = _LOG.where(participation_log.c.chat_id == sa.bindparam("of_chat"))


class SqlReadings(Readings):
    """Reads on the store's own thread, so that what is read is what was last committed."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    @override
    async def log(self, take: Callable[[Iterable[Mapping[str, object]]], T], chat: int | None = None) -> T:
        return await self._store.query(lambda connection: take(_rows(connection, chat)))


def _rows(connection: sa.Connection, chat: int | None) -> Iterator[Mapping[str, object]]:
    statement, parameters = (_LOG, {}) if chat is None else (_OF_CHAT, {"of_chat": chat})
    for row in connection.execute(statement, parameters, execution_options={"yield_per": AT_ONCE}):
        yield dict(zip(LOG_COLUMNS, row, strict=True))
