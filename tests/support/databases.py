"""Databases for tests: SQLite always, PostgreSQL where the environment variable POSTGRES_URL names a server (``make test-postgres``)."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from secrets import token_hex

import psycopg
import pytest
import sqlalchemy as sa

from copbot.store.migrate import migrate
from copbot.store.store import SqlStore

SERVER = os.environ.get("POSTGRES_URL", "")
ON_POSTGRESQL = [pytest.param("postgresql", marks=pytest.mark.postgresql)] if SERVER else []
"""The parameter of fixtures that makes a test run on PostgreSQL, too."""

ONLY_ON_POSTGRESQL = ON_POSTGRESQL or [
    pytest.param("postgresql", marks=pytest.mark.skip(reason="POSTGRES_URL names no server; make test-postgres starts one"))
]
"""The same for tests that say nothing about SQLite."""

EMPTY_ALL = """
DO $$ BEGIN EXECUTE (
  SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY'
  FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
); END $$
"""


@contextmanager
def store_on(database: str, request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    """A store with all tables and nothing in them: on ``sqlite`` in memory, or on the ``postgresql`` of the tests."""
    if database == "sqlite":
        with closing(SqlStore.in_memory()) as opened:
            yield opened
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.migrated() as url, closing(SqlStore.open(url)) as opened:
        yield opened


class Postgres:
    """A server on which every test gets a database of its own: empty, or copied from one with all tables."""

    def __init__(self, server: str) -> None:
        self._server = sa.make_url(server).set(drivername="postgresql")
        self._admin = psycopg.connect(self._server.render_as_string(hide_password=False), autocommit=True)
        self._numbers = count()
        self._free: list[str] = []
        self._prefix = f"copbot_test_{token_hex(4)}"
        self._template = self._name()
        self._admin.execute(f"CREATE DATABASE {self._template}")
        migrate(self._url(self._template))

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The address of a database with nothing in it."""
        name = self._made_from("template0")
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """The address of a database with all tables and nothing in them: emptied after use, for making one costs a second."""
        url = self._free.pop() if self._free else self._url(self._made_from(self._template))
        yield url
        self.refuse(url, refused=False)
        self.hang_up(url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(EMPTY_ALL)
        self._free.append(url)

    def hang_up(self, url: str) -> None:
        """Cut all connections to a database."""
        name = sa.make_url(url).database
        self._admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))

    def refuse(self, url: str, *, refused: bool = True) -> None:
        """Be away as far as this database is concerned, or there again."""
        name = sa.make_url(url).database
        self._admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {not refused}")
        if refused:
            self.hang_up(url)

    def wait_for_a_waiter(self, url: str) -> None:
        """Return once somebody waits for a lock in this database; AssertionError if nobody does within ten seconds."""
        waiting = "SELECT count(*), pg_sleep(0.02)::text FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
        for _ in range(500):
            row = self._admin.execute(waiting, (sa.make_url(url).database,)).fetchone()
            if row is not None and row[0]:
                return
        raise AssertionError("nobody waits for a lock")

    def close(self) -> None:
        """Leave nothing behind."""
        for url in self._free:
            self._drop(str(sa.make_url(url).database))
        self._drop(self._template)
        self._admin.close()

    def _made_from(self, template: str) -> str:
        name = self._name()
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def _drop(self, name: str) -> None:
        self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _name(self) -> str:
        return f"{self._prefix}_{next(self._numbers)}"

    def _url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)
