"""NOTIFY as a hint: replicas on one PostgreSQL tell each other that there is something to do. Nothing depends on its arrival."""

import asyncio
from collections.abc import AsyncIterator, Callable

import psycopg
import sqlalchemy as sa
import structlog
from typing_extensions import override

from copbot.ports.clock import Hints
from copbot.store.database import is_postgresql
from copbot.store.statements import Prepared

CHANNEL = "copbot_due"
AGAIN = 5.0

_NOTIFY = sa.select(sa.func.pg_notify(CHANNEL, sa.bindparam("sender")))
log = structlog.get_logger(__name__)


def hinting(connection: sa.Connection, sender: str) -> Callable[[], object]:
    """What says, if and when the transaction commits, that more is due. SQLite has one process, which knows."""
    notify = Prepared(connection, _NOTIFY)
    return (lambda: notify.rows(sender=sender)) if is_postgresql(connection) else lambda: None


class PostgresHints(Hints):
    """Listens on a connection of its own, in the event loop. ``but_not``: the sender whose hints are no news here; ``again``: seconds
    until a lost connection is made again.
    """

    def __init__(self, url: sa.URL, *, but_not: str, again: float = AGAIN) -> None:
        self._address = url.set(drivername="postgresql")
        self._but_not = but_not
        self._again = again

    @override
    async def listen(self, ring: Callable[[], None]) -> None:
        told = False
        while True:
            try:
                async for _ in self._notices():
                    told = False
                    ring()
            except psycopg.OperationalError as error:
                if not told:
                    log.warning("Hints of other copies do not arrive; the tick goes on", action="hints_lost", error=type(error).__name__)
                told = True
            await asyncio.sleep(self._again)

    async def _notices(self) -> AsyncIterator[None]:
        """One for the beginning, as what was committed before is no hint any more, then one for each hint of others."""
        address = self._address.render_as_string(hide_password=False)
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            yield
            async for notice in connection.notifies():
                if notice.payload != self._but_not:
                    yield
