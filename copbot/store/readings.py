"""The read side: the view ``participation_log``."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from typing_extensions import override

from copbot.ports.readings import LOG_COLUMNS, Readings
from copbot.store.store import SqlStore
from copbot.store.tables import participation_log

_LOG = sa.select(*(participation_log.c[name] for name in LOG_COLUMNS)).order_by(participation_log.c.id)
_OF_CHAT = _LOG.where(participation_log.c.chat_id == sa.bindparam("of_chat"))


class SqlReadings(Readings):
    """Reads on the store's own thread, so that what is read is what was last committed."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    @override
    async def log(self, chat: int | None = None) -> Sequence[Mapping[str, object]]:
        return await self._store.query(lambda connection: _rows(connection, chat))


def _rows(connection: sa.Connection, chat: int | None) -> list[Mapping[str, object]]:
    found = connection.execute(_LOG) if chat is None else connection.execute(_OF_CHAT, {"of_chat": chat})
    return [dict(row) for row in found.mappings()]
