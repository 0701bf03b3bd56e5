"""The store: units of work on one database thread."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime, timedelta
from secrets import token_hex
from threading import Lock
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from typing_extensions import override

from copbot.errors import DatabaseUnreachable
from copbot.ports.clock import Hints
from copbot.ports.store import Store, UnitOfWork
from copbot.store import tables
from copbot.store.database import (
    BUSY_MILLISECONDS,
    IN_MEMORY,
    LOCKED_MILLISECONDS,
    is_outage,
    is_postgresql,
    is_unreachable,
    make_engine,
    may_try_again,
    on_driver,
    told_clearly,
    why,
    writing,
)
from copbot.store.hints import PostgresHints, hinting
from copbot.store.impatient import ImpatientConnection
from copbot.store.repositories.members import Forgotten
from copbot.store.repositories.outbox import SETTLE
from copbot.store.restored import doubt, note_restored
from copbot.store.unit_of_work import SqlUnitOfWork

T = TypeVar("T")
SCRUB_MILLISECONDS = 100
"""How long emptying the write-ahead log waits for other connections: everybody else waits as long for the database thread."""

LAST_MOMENT = 1.0
"""Seconds that work has to end in when the store is closed."""

TRIES = 4
"""How often work is done that PostgreSQL undoes for the sake of another replica's, or because the connection was lost."""


class SqlStore(Store):
    """Units of work on one held connection for writing and one for reading, used by one thread at a time.

    ``settle`` is how long the outbox leaves an unclear row alone; ``secret`` salts the hashes of forgotten accounts in place of
    the one that the database keeps.
    """

    def __init__(self, engine: sa.Engine, *, settle: timedelta = SETTLE, secret: bytes | None = None) -> None:
        self._engine = engine
        self._alone = Lock()
        self._name = token_hex(8)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="copbot-database")
        self._writer = writing(engine).connect()
        self._reader = engine.connect()
        self._hint = hinting(self._writer, self._name)
        self._writing = SqlUnitOfWork(self._writer, settle=settle, secret=secret)
        self._reading = SqlUnitOfWork(self._reader, settle=settle, secret=secret)
        with self._begun():
            self._writing.sql_members.ensure_secret()
            self._writing.sql_outbox.leases.doubt = doubt(self._writer)

    @classmethod
    def open(cls, url: str, *, secret: bytes | None = None, settle: timedelta = SETTLE) -> Self:
        """Open a database whose tables are there (see ``migrate``). Raises ConfigurationError with one clear line."""
        with told_clearly(url):
            return cls(make_engine(url), settle=settle, secret=secret)

    @classmethod
    def in_memory(cls, *, settle: timedelta = SETTLE) -> Self:
        """A database of its own in memory, with all tables, for tests and previews."""
        engine = make_engine(IN_MEMORY)
        with engine.connect() as connection:
            on_driver(connection, tables.ddl(), script=True)
        return cls(engine, settle=settle)

    def hints(self) -> Hints | None:
        """What other processes put on its way, where the database can tell."""
        return PostgresHints(self._engine.url, but_not=self._name) if is_postgresql(self._engine) else None

    @override
    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        return await self.on_thread(lambda: self._write(work))

    @override
    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        return await self.on_thread(lambda: self._read(lambda _: work(self._reading)))

    @override
    def transaction(self) -> AbstractContextManager[UnitOfWork]:
        return self._begun()

    @override
    async def aclose(self) -> None:
        """Let what is being done end, within a moment; on PostgreSQL it is cut off then: a server that hangs must not hold up a stop."""
        ending = asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        await asyncio.wait([ending], timeout=LAST_MOMENT)
        if not ending.done():
            self._cut()
        await ending
        self._thread.shutdown()

    def close(self) -> None:
        """As ``aclose``, for code without an event loop."""
        self._disconnect()
        self._thread.shutdown()

    @override
    async def scrub(self) -> bool:
        """Empty SQLite's write-ahead log. To be awaited after erasures, outside of a transaction: until then it may hold erased text.

        False if another connection that reads or writes kept it from being emptied, or a disk in trouble. Nothing to do on PostgreSQL:
        its rows are gone for every query at once, its own autovacuum frees their space, and its write-ahead log and backups are the
        server's, where no client can reach (docs/postgresql.md).
        """
        return is_postgresql(self._engine) or await self.on_thread(self._scrub)

    async def forgotten(self) -> list[Forgotten]:
        """Who was forgotten. Kept beside the backups, it lets a restored backup forget again."""
        return await self.read(lambda _: self._reading.sql_members.forgotten())

    async def forget_again(self, forgotten: Iterable[Forgotten]) -> int:
        """After a backup was restored: forget whom it does not know to be forgotten. How many members; ``scrub`` afterwards."""
        return await self.write(lambda _: self._writing.sql_members.forget_again(forgotten))

    def restored(self, forgotten: Iterable[Forgotten], now: datetime) -> int:
        """After a backup was restored and before anything else happens: forget again, and doubt what it says was not posted.

        How many members were forgotten again. For code without an event loop.
        """
        with self._begun():
            again = self._writing.sql_members.forget_again(forgotten)
            note_restored(self._writer, now)
        if not is_postgresql(self._engine):
            self._scrub()
        return again

    async def query(self, work: Callable[[sa.Connection], T]) -> T:
        """Read with SQL of one's own (the rest of ``copbot.store``)."""
        return await self.on_thread(lambda: self._read(work))

    async def change(self, work: Callable[[sa.Connection], T]) -> T:
        """Write with SQL of one's own (the rest of ``copbot.store``)."""
        return await self.on_thread(lambda: self._write(lambda _: work(self._writer)))

    async def on_thread(self, work: Callable[[], T]) -> T:
        """Run something on the database thread. Raises DatabaseUnreachable if the database is not there; the next call connects anew."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sa.exc.DBAPIError as error:
            if is_unreachable(error):
                raise DatabaseUnreachable(f"the database: {why(error)}") from error
            raise

    def _write(self, work: Callable[[UnitOfWork], T]) -> T:
        for _ in range(TRIES - 1):
            done = False
            try:
                with self._begun() as uow:
                    result = work(uow)
                    done = True
                return result
            except sa.exc.DBAPIError as error:
                # After the work comes the commit: if that fails, it may have happened all the same.
                if done or not may_try_again(error):
                    raise
        with self._begun() as uow:
            return work(uow)

    def _read(self, work: Callable[[sa.Connection], T]) -> T:
        try:
            return self._read_once(work)
        except sa.exc.DBAPIError as error:
            if not may_try_again(error):
                raise
        return self._read_once(work)

    def _read_once(self, work: Callable[[sa.Connection], T]) -> T:
        with self._only_us(), self._reader.begin() as begun:
            try:
                return work(self._reader)
            finally:
                begun.rollback()

    @contextmanager
    def _begun(self) -> Iterator[UnitOfWork]:
        with self._only_us(), self._writer.begin():
            self._writing.begun()
            yield self._writing
            if self._writing.ends():
                self._hint()

    @contextmanager
    def _only_us(self) -> Iterator[None]:
        if not self._alone.acquire(timeout=BUSY_MILLISECONDS / 1000):
            raise RuntimeError("a transaction of this process has been open for too long; was one begun inside another?")
        try:
            yield
        finally:
            self._alone.release()

    def _scrub(self) -> bool:
        driver: Any = self._writer.connection.driver_connection
        with self._only_us():
            on_driver(self._writer, f"PRAGMA busy_timeout = {SCRUB_MILLISECONDS}")
            try:
                (busy, _, _) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError as error:
                if not is_outage(error):
                    raise
                busy = 1
            finally:
                on_driver(self._writer, f"PRAGMA busy_timeout = {LOCKED_MILLISECONDS}")
        return not busy

    def _cut(self) -> None:
        for held in (self._writer, self._reader):
            with suppress(sa.exc.ResourceClosedError):  # it may be closed by now: only what comes after hangs
                driver = None if held.invalidated else held.connection.driver_connection
                if isinstance(driver, ImpatientConnection):
                    driver.cut()

    def _disconnect(self) -> None:
        with self._only_us():
            self._writer.close()
            self._reader.close()
            self._engine.dispose()
