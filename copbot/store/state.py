"""What state a database is in, without changing anything in it: for the doctor."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from copbot.errors import ConfigurationError
from copbot.store.database import is_postgresql, make_engine, time_of, told_clearly, writing
from copbot.store.migrate import HEAD, known_revisions, revision_of

OLDEST_POSTGRESQL = 130000
"""https://www.postgresql.org/support/versioning/"""


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """``trouble`` is what keeps copbot from using it, in words, or empty. ``now`` is the database's own time, where it has one."""

    server: str
    trouble: str
    behind: bool
    now: datetime | None = None


def look(url: str) -> DatabaseState:
    """Look at a database that is there. Raises ConfigurationError with one clear line if it cannot be opened."""
    engine = make_engine(url)
    try:
        with told_clearly(url), engine.connect() as connection:
            found = revision_of(connection)
            newer = "" if found is None or found in known_revisions() else f"written by a newer copbot (revision {found})"
            looked = _postgresql(connection) if is_postgresql(connection) else _sqlite(connection)
        trouble = newer or looked.trouble or ("" if is_postgresql(engine) else _cannot_be_written(engine))
        return DatabaseState(looked.server, trouble, found is None or found < HEAD, looked.now)
    finally:
        engine.dispose()


def _postgresql(connection: sa.Connection) -> DatabaseState:
    number, name, is_copy, may_create = connection.execute(
        sa.text(
            "SELECT current_setting('server_version_num')::int, current_setting('server_version'), "
            "pg_is_in_recovery() OR current_setting('transaction_read_only')::bool, has_schema_privilege(current_schema(), 'CREATE')"
        )
    ).one()
    trouble = ""
    if number < OLDEST_POSTGRESQL:
        trouble = "too old; copbot needs PostgreSQL 13 or newer"
    elif is_copy:
        trouble = "read-only (a standby server, or set so)"
    elif not may_create:
        trouble = "this user may not make tables in it"
    return DatabaseState(f"PostgreSQL {name.split()[0]}", trouble, behind=False, now=time_of(connection))


def _sqlite(connection: sa.Connection) -> DatabaseState:
    version = connection.execute(sa.text("SELECT sqlite_version()")).scalar_one()
    found = connection.execute(sa.text("PRAGMA quick_check(1)")).scalar_one()
    return DatabaseState(f"SQLite {version}", "" if found == "ok" else f"damaged ({found})", behind=False)


def _cannot_be_written(engine: sa.Engine) -> str:
    """Begin to write, and leave it at that."""
    try:
        with told_clearly(str(engine.url)), writing(engine).connect() as connection, connection.begin() as begun:
            begun.rollback()
    except ConfigurationError as error:
        return str(error).partition(": ")[2]
    return ""
