"""A store around another."""

from contextlib import AbstractContextManager

from typing_extensions import override

from copbot.ports.store import Store, UnitOfWork


class WrappedStore(Store):
    """Passes on what a wrapper leaves as it is; ``write`` and ``read`` are the wrapper's own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @override
    def transaction(self) -> AbstractContextManager[UnitOfWork]:
        return self._store.transaction()

    @override
    async def scrub(self) -> bool:
        return await self._store.scrub()

    @override
    async def aclose(self) -> None:
        await self._store.aclose()
