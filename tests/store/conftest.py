"""Every kind of database the store must work on, through one fixture."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import ON_POSTGRESQL, Postgres

from copbot.store.migrate import migrate
from copbot.store.store import SqlStore


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    """The address of a database file that is not there yet."""
    return f"sqlite:///{tmp_path}/copbot.db"


@pytest.fixture(params=["sqlite", *ON_POSTGRESQL])
def url(request: pytest.FixtureRequest, file_url: str) -> Iterator[str]:
    """The address of a database with nothing in it that several stores can open."""
    if request.param == "sqlite":
        yield file_url
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.empty() as address:
        yield address


@pytest.fixture(params=["memory", "file", *ON_POSTGRESQL])
def db(request: pytest.FixtureRequest, file_url: str) -> Iterator[SqlStore]:
    """A store with nothing in it: in memory, on a migrated file, and on PostgreSQL."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        with server.migrated() as address:
            opened = SqlStore.open(address)
            yield opened
            opened.close()
        return
    if request.param == "memory":
        opened = SqlStore.in_memory()
    else:
        migrate(file_url)
        opened = SqlStore.open(file_url)
    yield opened
    opened.close()
