"""A database that cannot be used for a while: the same error from both, so that whoever waits for one waits for the other."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from copbot.errors import ConfigurationError, DatabaseUnreachable
from copbot.store.database import file_of, told_clearly
from copbot.store.migrate import migrate
from copbot.store.store import SqlStore


@pytest.fixture
def on_disk(file_url: str) -> Iterator[SqlStore]:
    migrate(file_url)
    opened = SqlStore.open(file_url)
    yield opened
    opened.close()


def path_of(url: str) -> Path:
    found = file_of(url)
    assert found is not None
    return found


async def set_up(store: SqlStore, pragma: str) -> None:
    """Settings of the connection that writes."""
    await store.change(lambda connection: connection.exec_driver_sql(f"PRAGMA {pragma}").close())


async def test_a_full_disk_is_waited_for_and_takes_up_where_it_was(on_disk: SqlStore) -> None:
    await set_up(on_disk, "max_page_count = 1")  # SQLite then lets the file grow no further, and says what it says of a full disk
    with pytest.raises(DatabaseUnreachable, match="no room left on its disk"):
        await on_disk.write(lambda uow: uow.facts.put("much", "x" * 100_000))
    assert await on_disk.read(lambda uow: uow.facts.get("much")) is None
    await set_up(on_disk, "max_page_count = 1000000")
    await on_disk.write(lambda uow: uow.facts.put("much", "x" * 100_000))
    assert await on_disk.read(lambda uow: uow.facts.get("much")) is not None


async def test_a_lock_of_another_program_is_waited_for(on_disk: SqlStore, file_url: str) -> None:
    await set_up(on_disk, "busy_timeout = 1")
    with closing(sqlite3.connect(path_of(file_url), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnreachable):
            await on_disk.write(lambda uow: uow.facts.put("name", "value"))
        other.execute("ROLLBACK")
    await on_disk.write(lambda uow: uow.facts.put("name", "value"))
    assert await on_disk.read(lambda uow: uow.facts.get("name")) == "value"


async def test_a_fault_of_our_own_is_not_waited_for(on_disk: SqlStore) -> None:
    with pytest.raises(sa.exc.OperationalError, match="no such table"):
        await on_disk.query(lambda connection: connection.exec_driver_sql("SELECT * FROM nowhere"))


async def test_a_file_that_cannot_grow_is_waited_for_and_what_is_erased_stays_owed(on_disk: SqlStore, file_url: str) -> None:
    await on_disk.write(lambda uow: uow.facts.put("much", "x" * 500_000))
    with files_no_longer_than(path_of(file_url).stat().st_size + 1):
        with pytest.raises(DatabaseUnreachable):
            await on_disk.write(lambda uow: uow.facts.put("more", "x" * 500_000))
        assert await on_disk.scrub() is False
    assert await on_disk.scrub() is True
    assert await on_disk.read(lambda uow: [uow.facts.get("more"), len(uow.facts.get("much") or "")]) == [None, 500_000]


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """What this process writes beyond this fails, as on a disk in trouble."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(
    ("says", "means"),
    [
        ("connection failed: Connection refused", DatabaseUnreachable),
        ("failed to resolve host 'db': Name or service not known", DatabaseUnreachable),
        ("connection failed: FATAL:  the database system is starting up", DatabaseUnreachable),
        ("connection failed: FATAL:  sorry, too many clients already", DatabaseUnreachable),
        ('connection failed: FATAL:  password authentication failed for user "copbot"', ConfigurationError),
        ('connection failed: FATAL:  database "copbott" does not exist', ConfigurationError),
    ],
)
def test_a_server_that_is_not_up_yet_differs_from_one_that_turns_us_away(says: str, means: type[Exception]) -> None:
    with pytest.raises(means), told_clearly("postgresql://copbot@db/copbot"):
        raise sa.exc.OperationalError("SELECT 1", None, psycopg.OperationalError(says))


def test_what_a_server_cannot_do_for_want_of_room_is_said_so() -> None:
    said = psycopg.errors.DiskFull('could not extend file "base/5/16402": No space left on device')
    with (
        pytest.raises(DatabaseUnreachable, match=r"^the database: there is no room left on its disk \(could not extend file"),
        told_clearly("postgresql://copbot@db/copbot"),
    ):
        raise sa.exc.OperationalError("INSERT", None, said)


def test_a_database_that_another_program_holds_is_not_a_fault_of_the_settings(file_url: str) -> None:
    with closing(sqlite3.connect(path_of(file_url), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseUnreachable, match="in use"):
            migrate(file_url)
