"""A store that notes how long each transaction took, the wait for a database that was away included."""

from collections.abc import Callable
from typing import TypeVar

from typing_extensions import override

from copbot.ports.store import Store, UnitOfWork
from copbot.runtime.meters import Meters
from copbot.runtime.wrapped import WrappedStore

T = TypeVar("T")


class MeteredStore(WrappedStore):
    """The same store, measured."""

    def __init__(self, store: Store, meters: Meters) -> None:
        super().__init__(store)
        self._meters = meters

    @override
    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        with self._meters.database("write"):
            return await self._store.write(work)

    @override
    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        with self._meters.database("read"):
            return await self._store.read(work)
