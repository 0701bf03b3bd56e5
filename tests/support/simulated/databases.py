"""Where a seed's bots keep their rows: a new SQLite file for each seed, or one PostgreSQL database that is emptied."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, Self

import psycopg
import sqlalchemy as sa
from typing_extensions import override

from copbot.store.database import make_engine, taught
from copbot.store.migrate import migrate
from copbot.store.store import SqlStore

SECRET = bytes(32)
SETTLE = timedelta(seconds=30)


class Database(Protocol):
    """One kind of database. ``copies``: whether several bots may use it at once."""

    name: str
    copies: bool

    def empty(self) -> None:
        """Forget the seed before."""
        ...

    def open(self) -> SqlStore:
        """A store of a process of its own."""
        ...

    def connected(self) -> AbstractContextManager[sa.Connection]:
        """A connection to look into it."""
        ...

    def content(self) -> bytes:
        """Every byte that the database holds."""
        ...


class _Engines:
    """Engines for one address that share what they have learnt to say: compiling statements anew for each process would take longest."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._dialect = make_engine(url).dialect
        self._compiled: dict[Any, Any] = {}

    def make(self) -> sa.Engine:
        engine = make_engine(self._url)
        engine.dialect = self._dialect
        return engine.execution_options(compiled_cache=self._compiled)

    @contextmanager
    def connected(self) -> Iterator[sa.Connection]:
        engine = self.make()
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


class SqliteFiles(Database):
    """A file, copied from one with all tables."""

    name = "sqlite"
    copies = False

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        self._path = folder / "copbot.db"
        migrate(f"sqlite:///{self._template}")
        self._engines = _Engines(f"sqlite:///{self._path}")

    @override
    def empty(self) -> None:
        for file in self._path.parent.glob("copbot.db*"):
            file.unlink()
        shutil.copyfile(self._template, self._path)

    @override
    def open(self) -> SqlStore:
        return SqlStore(self._engines.make(), settle=SETTLE, secret=SECRET)

    @override
    def connected(self) -> AbstractContextManager[sa.Connection]:
        return self._engines.connected()

    @override
    def content(self) -> bytes:
        return b"".join(file.read_bytes() for file in sorted(self._path.parent.glob("copbot.db*")))


class _Kept(sa.QueuePool):
    """Connections that outlive the processes that used them: most of what a start costs is a server that knows no table and no statement
    yet. A process is stopped between its accesses to the database: it leaves nothing open.
    """

    @override
    def dispose(self) -> None:
        """Whoever has given back its connections needs no others."""

    @override
    def recreate(self) -> Self:
        return self

    def hang_up(self) -> None:
        super().dispose()


def _keeping(url: str) -> sa.Engine:
    """An engine as every copbot's, whose connections are kept."""
    engine = make_engine(url)

    def connect() -> Any:
        borrowed = engine.raw_connection()
        connection = borrowed.driver_connection
        borrowed.detach()
        return connection

    return taught(sa.create_engine(engine.url, creator=connect, poolclass=_Kept, pool_size=0, pool_use_lifo=True))


class PostgresDatabase(Database):
    """A database of a server, emptied before each seed."""

    name = "postgresql"
    copies = True

    def __init__(self, url: str) -> None:
        migrate(url)
        self._engine = _keeping(url)
        address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._own = psycopg.connect(address, autocommit=True)
        self._tables = [row[0] for row in self._own.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        self._tables.remove("alembic_version")
        self._numbered = [row[0] for row in self._own.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")]
        self._own.execute("SET session_replication_role = replica")  # foreign keys need no looking at when nothing is left

    @override
    def empty(self) -> None:
        """A few rows are deleted in a fifth of the time that truncating takes, which makes a new file for each table and index."""
        self._own.execute("; ".join(f"DELETE FROM {table}" for table in self._tables))
        self._own.execute("SELECT " + ", ".join(f"setval('{sequence}', 1, false)" for sequence in self._numbered))
        self._own.execute(f"VACUUM (TRUNCATE, PARALLEL 0) {', '.join(self._tables)}")

    @override
    def open(self) -> SqlStore:
        return SqlStore(self._engine, settle=SETTLE, secret=SECRET)

    @override
    def connected(self) -> AbstractContextManager[sa.Connection]:
        return self._engine.connect()

    @override
    def content(self) -> bytes:
        rows = (self._own.execute(f"SELECT t::text FROM {table} t").fetchall() for table in self._tables)
        return "\n".join(row[0] for found in rows for row in found).encode()

    def close(self) -> None:
        self._own.close()
        if isinstance(self._engine.pool, _Kept):
            self._engine.pool.hang_up()


@contextmanager
def sqlite_files() -> Iterator[SqliteFiles]:
    """SQLite files in memory where the machine has such a folder; else in the temporary one."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="copbot-simulation-", dir=shared if shared.is_dir() else None) as folder:
        yield SqliteFiles(Path(folder))


@contextmanager
def postgres_database(server: str, name: str) -> Iterator[PostgresDatabase]:
    """A database of its own on a server, gone afterwards."""
    address = sa.make_url(server).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            database = PostgresDatabase(address.set(database=name).render_as_string(hide_password=False))
            yield database
            database.close()
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
