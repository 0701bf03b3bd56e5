"""Fixtures for all tests."""

from collections.abc import Iterator

import pytest

from copbot.store.store import SqlStore


@pytest.fixture
def store() -> Iterator[SqlStore]:
    """A store in memory, with all tables and nothing in them."""
    opened = SqlStore.in_memory()
    yield opened
    opened.close()
