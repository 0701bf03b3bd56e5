"""The engine: how copbot talks to SQLite."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from copbot.errors import ConfigurationError

IN_MEMORY = "sqlite://"
BUSY_MILLISECONDS = 10_000
"""How long to wait for another process to finish its transaction."""

PRAGMAS = (
    f"busy_timeout = {BUSY_MILLISECONDS}",
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = ON",
    "foreign_keys = ON",
)


def make_engine(url: str) -> sa.Engine:
    """An engine whose transactions begin as ``BEGIN``, or as ``BEGIN IMMEDIATE`` on ``writing(engine)``.

    Parameters are never part of an error's text. Raises ConfigurationError for an address that cannot be used.
    """
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise ConfigurationError("the database address is not an address; it looks like sqlite:///copbot.db") from None
    if address.get_backend_name() != "sqlite":
        raise ConfigurationError(f"{address.drivername} is not supported: the database address must begin with sqlite:///")
    in_memory = {"poolclass": sa.StaticPool} if not address.database else {}
    engine = sa.create_engine(address, hide_parameters=True, connect_args={"check_same_thread": False}, **in_memory)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def writing(engine: sa.Engine) -> sa.Engine:
    """The same engine for transactions that write: they wait for their turn at the beginning, and cannot fail on it later."""
    return engine.execution_options(copbot_writes=True)


def file_of(url: str) -> Path | None:
    """The file of an SQLite database, or None if it has none."""
    address = sa.make_url(url)
    named = address.get_backend_name() == "sqlite" and address.database not in {None, "", ":memory:"}
    return Path(str(address.database)) if named else None


@contextmanager
def told_clearly(url: str) -> Iterator[None]:
    """Turn what a database says when it cannot be opened into one line for an admin: ConfigurationError."""
    try:
        yield
    except sa.exc.DatabaseError as error:
        where = file_of(url) or "the database"
        raise ConfigurationError(f"{where}: {_reason(str(error.orig))}") from None


def on_driver(connection: sa.Connection, sql: str, *, script: bool = False) -> None:
    """Execute outside of any transaction: what SQLite will not do inside one. ``script``: several statements."""
    driver: Any = connection.connection.driver_connection
    (driver.executescript(sql) if script else driver.execute(sql)).close()


def _reason(said: str) -> str:
    if "not a database" in said:
        return "this file is not an SQLite database"
    if "unable to open" in said or "readonly" in said:
        return "cannot be written; check that the folder exists and that copbot may write there"
    if "locked" in said:
        return "is in use by another program"
    return f"cannot be used ({said})"


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - whatever the driver gives
    connection.isolation_level = None  # the driver must not begin transactions by itself
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("copbot_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
