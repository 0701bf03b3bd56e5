"""Bringing a database up to this version's tables, at every start."""

from typing import Any

import sqlalchemy as sa

from copbot import __version__
from copbot.errors import DatabaseNewer
from copbot.resources import data_dir
from copbot.store.database import file_of, is_postgresql, make_engine, on_driver, told_clearly, writing

HEAD = "0006"
"""The newest revision in ``migrations/versions``; named here so that a database that is up to date starts without Alembic."""

TURN = 0x636F70626F74
"""Number of the advisory lock that whoever migrates a PostgreSQL database holds: "copbot" in ASCII."""


def migrate(url: str) -> None:
    """Bring the database up to date. Several processes may do this at once: one works, the others wait and find it done.

    Raises ConfigurationError if the database cannot be used, DatabaseNewer if a newer copbot has written it.
    """
    engine = make_engine(url)
    try:
        with told_clearly(url):
            if revision(engine) != HEAD:
                _upgrade(engine, url)
    finally:
        engine.dispose()


def is_up_to_date(url: str) -> bool:
    """Whether the tables are those of this copbot. Raises ConfigurationError."""
    engine = make_engine(url)
    try:
        with told_clearly(url):
            return revision(engine) == HEAD
    finally:
        engine.dispose()


def revision(engine: sa.Engine) -> str | None:
    """The revision that a database is at, or None if it is empty."""
    with engine.connect() as connection:
        return revision_of(connection)


def known_revisions() -> frozenset[str]:
    """All that this copbot can start from."""
    from alembic.script import ScriptDirectory

    return frozenset(script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions())


def alembic_config(connection: sa.Connection | None = None) -> Any:  # noqa: ANN401 - Alembic is imported only where it is needed
    """Alembic's ``Config`` for this database."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(data_dir("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def revision_of(connection: sa.Connection) -> str | None:
    """The revision that the database of this connection is at, or None if it is empty."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(engine: sa.Engine, url: str) -> None:
    with writing(engine).connect() as connection:
        _without_foreign_keys(connection)
        with connection.begin():
            _take_turn(connection)
            _refuse_newer(connection, url)
            _run(connection)


def _run(connection: sa.Connection) -> None:
    from alembic import command

    command.upgrade(alembic_config(connection), "head")


def _refuse_newer(connection: sa.Connection, url: str) -> None:
    found = revision_of(connection)
    if found is not None and found not in known_revisions():
        where = file_of(url) or "the database"
        raise DatabaseNewer(
            f"{where}: written by a newer copbot (revision {found}; copbot {__version__} knows {HEAD}); "
            "start that copbot, or restore a backup from before it"
        )


def _without_foreign_keys(connection: sa.Connection) -> None:
    # Rebuilding a table, which only SQLite needs, means dropping the old one, which must not cascade; the setting cannot change inside a
    # transaction.
    if not is_postgresql(connection):
        on_driver(connection, "PRAGMA foreign_keys = OFF")


def _take_turn(connection: sa.Connection) -> None:
    """Wait until nobody else migrates. On SQLite ``BEGIN IMMEDIATE`` has done so already; on PostgreSQL a lock that ends with the
    transaction does, for one of the session would be left behind by a connection pooler.
    """
    if is_postgresql(connection):
        driver: Any = connection.connection.driver_connection
        driver.silence = None
        connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
