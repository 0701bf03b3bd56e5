"""The engine: how copbot talks to SQLite and to PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.pq import TransactionStatus

from copbot.errors import ConfigurationError, DatabaseUnreachable
from copbot.store.impatient import ImpatientConnection, Silent

IN_MEMORY = "sqlite://"
BUSY_MILLISECONDS = 10_000
"""How long to wait for a lock on PostgreSQL, and for this process's own transaction to end."""

LOCKED_MILLISECONDS = 3_000
"""How long to wait for another process to finish its transaction on SQLite. Nothing can interrupt this wait: a stop must fit around it."""

EXAMPLES = "sqlite:///copbot.db or postgresql://user:password@host/copbot"

PRAGMAS = (
    f"busy_timeout = {LOCKED_MILLISECONDS}",
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = ON",
    "foreign_keys = ON",
)


SESSION = {
    "timezone": "UTC",
    "lock_timeout": f"{BUSY_MILLISECONDS}ms",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "15s",
}
"""Settings of every connection to PostgreSQL: nothing waits for ever, and a process that hangs does not hold its locks for long."""

NETWORK = {
    "application_name": "copbot",
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
"""How libpq notices within half a minute that the server's machine is gone; what the address itself says goes before.
https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

UNDONE = frozenset({"40001", "40P01", "23505"})
"""Errors after which the same work may succeed: a serialisation failure, a deadlock, and a row that another replica has just inserted,
which the next attempt finds. https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
"""


AWAY_ON_SQLITE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL})
"""A lock of another program, a full disk, a disk or a network drive in trouble. https://www.sqlite.org/rescode.html"""

AWAY_ON_POSTGRESQL = ("08", "53", "55P03", "57014", "57P", "58030")
"""08: connection; 53: no room; 55P03 and 57014: a lock or the server kept us waiting for too long; 57P: being stopped, or not up yet;
58030: its disk is in trouble. https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

DISK_FULL = "53100"
"""Of the tables: one under its write-ahead log brings PostgreSQL down."""

TURNED_AWAY = ("authentication", "does not exist", "pg_hba.conf", "permission denied", "not permitted to log in")
"""What a server says to those who will not be let in the next time either; it sends no state along."""


GLANCE = "copbot_glance"
"""Execution option of a statement that only reads, and for whose sake no transaction need begin (see ``_outside_for_a_glance``)."""


def make_engine(url: str) -> sa.Engine:
    """An engine for the database, whose errors never hold parameters. Raises ConfigurationError for an address that cannot be used.

    Transactions on SQLite begin as ``BEGIN``, or as ``BEGIN IMMEDIATE`` on ``writing(engine)``.
    """
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise ConfigurationError(f"the database address is not an address; it looks like {EXAMPLES}") from None
    if address.drivername == "sqlite":
        return _sqlite(address)
    if address.drivername in {"postgresql", "postgresql+psycopg"}:
        return _postgresql(address)
    raise ConfigurationError(f"{address.drivername} is not supported: the database address looks like {EXAMPLES}")


def writing(engine: sa.Engine) -> sa.Engine:
    """The same engine for transactions that write. On SQLite they wait for their turn at the beginning, and cannot fail on it later."""
    return engine.execution_options(copbot_writes=True)


def is_postgresql(connection: sa.Connection | sa.Engine) -> bool:
    """Whether other processes may be at work in this database at the same time, each with row locks of its own."""
    return connection.dialect.name == "postgresql"


def time_of(connection: sa.Connection) -> datetime:
    """What time it is for PostgreSQL now (not when the transaction began)."""
    said: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return said.astimezone(UTC)


def may_try_again(error: sa.exc.DBAPIError) -> bool:
    """Whether a transaction that failed so, before its commit, was undone through no fault of its own."""
    if isinstance(error.orig, Silent):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in UNDONE


def is_unreachable(error: sa.exc.DBAPIError) -> bool:
    """Whether the database cannot be used now and may be later, as opposed to not liking what it was asked."""
    return error.connection_invalidated or is_outage(error.orig)


def is_outage(error: BaseException | None) -> bool:
    """The same of what a driver raised: nobody there, no room on the disk, somebody else's lock for too long."""
    if isinstance(error, sqlite3.OperationalError):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in AWAY_ON_SQLITE
    if not isinstance(error, psycopg.OperationalError):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(AWAY_ON_POSTGRESQL)


def say_no_more_than_necessary(error: BaseException) -> str | None:
    """Keep the server's DETAIL, which quotes the row at fault, out of a driver's error: people's words must not reach a log.

    What is left of the message, or None if it was not PostgreSQL that said something.
    """
    said: str | None = getattr(getattr(error, "diag", None), "message_primary", None)
    if said is not None:
        error.args = (said,)
    return said


def file_of(url: str) -> Path | None:
    """The file of an SQLite database, or None if it has none."""
    address = sa.make_url(url)
    named = address.get_backend_name() == "sqlite" and address.database not in {None, "", ":memory:"}
    return Path(str(address.database)) if named else None


def has_password(url: str) -> bool:
    """Whether the address holds a secret."""
    return sa.make_url(url).password is not None


@contextmanager
def told_clearly(url: str) -> Iterator[None]:
    """Turn what a database says when it cannot be opened into one line for an admin: DatabaseUnreachable if waiting may help, else
    ConfigurationError.
    """
    try:
        yield
    except sa.exc.DatabaseError as error:
        said = str(error.orig)
        passing = is_unreachable(error) and not any(words in said for words in TURNED_AWAY)
        kind = DatabaseUnreachable if passing else ConfigurationError
        long = "another copbot is bringing it up to date and takes long; start again later" if "lock timeout" in said else None
        raise kind(f"{file_of(url) or 'the database'}: {long or why(error)}") from None


def on_driver(connection: sa.Connection, sql: str, *, script: bool = False) -> None:
    """Execute outside of any transaction: what SQLite will not do inside one. ``script``: several statements."""
    driver: Any = connection.connection.driver_connection
    (driver.executescript(sql) if script else driver.execute(sql)).close()


def _sqlite(address: sa.URL) -> sa.Engine:
    in_memory = {"poolclass": sa.StaticPool} if not address.database else {}
    engine = sa.create_engine(address, hide_parameters=True, connect_args={"check_same_thread": False}, **in_memory)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _postgresql(address: sa.URL) -> sa.Engine:
    address = address.set(drivername="postgresql+psycopg", query={**NETWORK, **address.query})
    engine = sa.create_engine(address, hide_parameters=True, poolclass=sa.NullPool)
    sa.event.listen(engine, "do_connect", lambda _dialect, _record, words, names: ImpatientConnection.connect(*words, **names))
    sa.event.listen(engine, "connect", _set_session)
    return taught(engine)


def taught(engine: sa.Engine) -> sa.Engine:
    """An engine for PostgreSQL, wherever its connections come from: begins no transaction for a glance, keeps words out of errors."""
    sa.event.listen(engine, "before_cursor_execute", _outside_for_a_glance)
    sa.event.listen(engine, "handle_error", _keep_words_out)
    return engine


def _set_session(connection: Any, _record: object) -> None:  # noqa: ANN401 - whatever the driver gives
    from copbot.store.text import TextDumper

    connection.adapters.register_dumper(str, TextDumper)
    connection.execute("SELECT " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in SESSION.items())).close()
    connection.commit()


def _outside_for_a_glance(_connection: object, cursor: Any, _sql: str, _parameters: object, context: Any, _many: object) -> None:  # noqa: ANN401
    """Begin no transaction for a glance: an idle bot looks around several times a tick, and BEGIN and COMMIT are round trips of their own.

    Nothing is lost by it: each statement sees what was committed before it, in a transaction or not, and a glance locks nothing.
    https://www.postgresql.org/docs/current/transaction-iso.html#XACT-READ-COMMITTED
    """
    driver, glances = cursor.connection, context.execution_options.get(GLANCE, False)
    if driver.autocommit != glances and driver.pgconn.transaction_status == TransactionStatus.IDLE:
        driver.autocommit = glances


def _keep_words_out(context: sa.engine.ExceptionContext) -> None:
    original = context.original_exception
    said = say_no_more_than_necessary(original)
    if said is not None and context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({type(original).__name__}) {said}",)


def why(error: sa.exc.DBAPIError) -> str:
    """In an admin's words why a database cannot be used."""
    said = str(error.orig)
    first = next(iter(said.strip().splitlines()), type(error.orig).__name__)
    if getattr(error.orig, "sqlstate", None) == DISK_FULL or "full" in said:
        return f"there is no room left on its disk ({first})"
    if "connection" in said and "failed" in said:
        return f"cannot be reached ({first})"
    if "not a database" in said:
        return "this file is not an SQLite database"
    if "unable to open" in said or "readonly" in said:
        return "cannot be written; check that the folder exists and that copbot may write there"
    if "locked" in said:
        return "is in use by another program"
    return f"cannot be used ({first})"


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - whatever the driver gives
    connection.isolation_level = None  # the driver must not begin transactions by itself
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sa.Connection) -> None:
    """Straight on the driver: what Core does around so short a statement costs ten times as much as the statement."""
    writes = connection.get_execution_options().get("copbot_writes", False)
    try:
        on_driver(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")
    except sqlite3.Error as error:
        raise sa.exc.DBAPIError.instance(None, None, error, sqlite3.Error, hide_parameters=True, dialect=connection.dialect) from error
