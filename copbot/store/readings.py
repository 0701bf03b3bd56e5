"""The read side: the view ``participation_log``, and what waits."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from typing_extensions import override

from copbot.domain.step import Fate
from copbot.ports.readings import LOG_COLUMNS, Queues, Readings
from copbot.store.migrate import HEAD, revision_of
from copbot.store.repositories.leases import UNFINISHED
from copbot.store.repositories.plans import next_due
from copbot.store.store import SqlStore
from copbot.store.tables import outbox, participation_log

T = TypeVar("T")
AT_ONCE = 1000
"""So many rows are fetched at a time."""

_LOG = sa.select(*(participation_log.c[name] for name in LOG_COLUMNS)).order_by(participation_log.c.id)
_OF_CHAT = _LOG.where(participation_log.c.chat_id == sa.bindparam("of_chat"))

_OLDEST_OUTGOING = sa.select(sa.func.min(outbox.c.due_at)).where(outbox.c.fate.in_(UNFINISHED), outbox.c.due_at <= sa.bindparam("now"))
_UNCLEAR = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.fate == Fate.UNCLEAR)


class SqlReadings(Readings):
    """Reads on the store's own thread, so that what is read is what was last committed."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    @override
    async def log(self, take: Callable[[Iterable[Mapping[str, object]]], T], chat: int | None = None) -> T:
        return await self._store.query(lambda connection: take(_rows(connection, chat)))

    async def queues(self, now: datetime) -> Queues:
        """What waits at ``now``: three looks at an index, whatever the number of rows."""
        return await self._store.query(lambda connection: _queues(connection, now))


def _rows(connection: sa.Connection, chat: int | None) -> Iterator[Mapping[str, object]]:
    statement, parameters = (_LOG, {}) if chat is None else (_OF_CHAT, {"of_chat": chat})
    for row in connection.execute(statement, parameters, execution_options={"yield_per": AT_ONCE}):
        yield dict(zip(LOG_COLUMNS, row, strict=True))


def _queues(connection: sa.Connection, now: datetime) -> Queues:
    step = next_due(connection)
    return Queues(
        oldest_outgoing=connection.execute(_OLDEST_OUTGOING, {"now": now}).scalar(),
        oldest_step=step if step is not None and step <= now else None,
        unclear=connection.execute(_UNCLEAR).scalar_one(),
        migrated=(revision_of(connection) or "") >= HEAD,
    )
