"""What all simulated tests use: one SQLite file after the other, and the simulation's own communities."""

from collections.abc import Iterator

import pytest
from simulated.campaign import load
from simulated.databases import SqliteFiles, sqlite_files
from simulated.world import logging_into_worlds

from copbot.content import Content


@pytest.fixture(scope="session")
def database() -> Iterator[SqliteFiles]:
    with sqlite_files() as files, logging_into_worlds():
        yield files


@pytest.fixture(scope="session")
def simulated_content() -> Content:
    return load()
