"""Every kind of database the store must work on, through one fixture."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from copbot.store.migrate import migrate
from copbot.store.store import SqlStore


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The address of a database file that is not there yet."""
    return f"sqlite:///{tmp_path}/copbot.db"


@pytest.fixture(params=["memory", "file"])
def db(request: pytest.FixtureRequest, url: str) -> Iterator[SqlStore]:
    """A store with nothing in it: in memory, and on a migrated file."""
    if request.param == "memory":
        opened = SqlStore.in_memory()
    else:
        migrate(url)
        opened = SqlStore.open(url)
    yield opened
    opened.close()
