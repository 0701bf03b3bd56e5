"""One SQLite file, one process: a second copy waits as standby until the first is gone."""

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from copbot.errors import ConfigurationError

RETRY = 0.5
log = structlog.get_logger(__name__)


class OneProcess:
    """Holds ``flock`` on a file beside the database. The kernel frees it when the process ends, however it ends."""

    def __init__(self, database: Path | None) -> None:
        self._path = _lock_of(database) if database else None
        self._file: int | None = None

    async def __aenter__(self) -> Self:
        """Wait until no other copy holds the file."""
        if self._path is None:
            return self
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        waited = False
        while not self._taken():
            if not waited:
                log.info("Another copbot uses this database; standing by", action="standby")
                waited = True
            await asyncio.sleep(RETRY)
        if waited:
            log.info("The other copbot is gone; taking over", action="take_over")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _taken(self) -> bool:
        return self._file is not None and _take(self._file)


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """Keep every copbot from this database. Raises ConfigurationError if one has it."""
    file = os.open(_lock_of(database), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _take(file):
            raise ConfigurationError(f"a copbot uses {database}; stop it first")
        yield
    finally:
        os.close(file)


def _lock_of(database: Path) -> Path:
    return database.with_name(database.name + ".lock")


def _take(file: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
