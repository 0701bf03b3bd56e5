"""A store that waits while its database is away, so that an outage delays what the bot does and loses nothing of it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import TypeVar

import structlog
from typing_extensions import override

from copbot.errors import DatabaseUnreachable
from copbot.ports.store import Store, UnitOfWork

T = TypeVar("T")

RETRY = 1.0
"""Seconds between attempts to reach the database."""

log = structlog.get_logger(__name__)


class PatientStore(Store):
    """Does the work as soon as the database is there. If the connection was lost during a commit, work that was done is done again:
    what the bot does finds its own traces (message keys, interactions, leases with epochs), as after a crash.
    """

    def __init__(self, store: Store, retry: float = RETRY) -> None:
        self._store = store
        self._retry = retry

    @override
    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        return await self._patiently(lambda: self._store.write(work))

    @override
    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        return await self._patiently(lambda: self._store.read(work))

    @override
    def transaction(self) -> AbstractContextManager[UnitOfWork]:
        return self._store.transaction()

    @override
    async def scrub(self) -> bool:
        return await self._store.scrub()

    @override
    async def aclose(self) -> None:
        await self._store.aclose()

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        waited = False
        while True:
            try:
                result = await attempt()
            except DatabaseUnreachable:
                if not waited:
                    log.error("The database cannot be reached; waiting for it", action="database_away")
                waited = True
                await asyncio.sleep(self._retry)
            else:
                if waited:
                    log.info("The database is there again", action="database_back")
                return result
