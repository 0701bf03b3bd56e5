"""Waiting while the database is away, so that an outage delays what the bot does and loses nothing of it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext, suppress
from typing import TypeVar

import structlog
from typing_extensions import override

from copbot.errors import DatabaseUnreachable
from copbot.ports.keeping import Keeping
from copbot.ports.store import Store, UnitOfWork
from copbot.runtime.meters import Meters
from copbot.runtime.wrapped import WrappedStore

T = TypeVar("T")

RETRY = 1.0
"""Seconds between attempts to reach the database."""

log = structlog.get_logger(__name__)


class PatientStore(WrappedStore):
    """Does the work as soon as the database is there. If the connection was lost during a commit, work that was done is done again:
    what the bot does finds its own traces (message keys, interactions, leases with epochs), as after a crash. ``meters`` know who waits.
    """

    def __init__(self, store: Store, retry: float = RETRY, meters: Meters | None = None) -> None:
        super().__init__(store)
        self._retry = retry
        self._meters = meters

    @override
    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        return await patiently(lambda: self._store.write(work), self._retry, self._meters)

    @override
    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        return await patiently(lambda: self._store.read(work), self._retry, self._meters)


class PatientKeeping(Keeping):
    """What adapters remember, as soon as the database is there."""

    def __init__(self, keeping: Keeping, retry: float = RETRY) -> None:
        self._keeping = keeping
        self._retry = retry

    @override
    async def get(self, key: str) -> bytes | None:
        return await patiently(lambda: self._keeping.get(key), self._retry)

    @override
    async def put(self, key: str, value: bytes) -> None:
        await patiently(lambda: self._keeping.put(key, value), self._retry)

    @override
    async def forget(self, key: str) -> None:
        await patiently(lambda: self._keeping.forget(key), self._retry)


async def patiently(attempt: Callable[[], Awaitable[T]], retry: float = RETRY, meters: Meters | None = None) -> T:
    """What the attempt comes to, tried again every ``retry`` seconds as long as the database cannot be used."""
    try:
        return await attempt()
    except DatabaseUnreachable as away:
        log.error("The database cannot be used; waiting for it", action="database_away", reason=str(away))
    with meters.waiting() if meters else nullcontext():
        result = await _in_the_end(attempt, retry)
    log.info("The database is there again", action="database_back")
    return result


async def _in_the_end(attempt: Callable[[], Awaitable[T]], retry: float) -> T:
    while True:
        await asyncio.sleep(retry)
        with suppress(DatabaseUnreachable):
            return await attempt()
