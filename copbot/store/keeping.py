"""What adapters remember over a restart."""

import sqlalchemy as sa
from typing_extensions import override

from copbot.ports.keeping import Keeping
from copbot.store import tables
from copbot.store.mapper import replacing
from copbot.store.store import SqlStore

_HERE = (tables.kept.c.adapter == sa.bindparam("of_adapter"), tables.kept.c.key == sa.bindparam("of_key"))
_VALUE = sa.select(tables.kept.c.value).where(*_HERE)
_FORGET = tables.kept.delete().where(*_HERE)


class KeepingTable(Keeping):
    """The key-value store of one adapter, in the table ``kept``."""

    def __init__(self, store: SqlStore, adapter: str) -> None:
        self._store = store
        self._adapter = adapter

    @override
    async def get(self, key: str) -> bytes | None:
        return await self._store.query(lambda connection: connection.execute(_VALUE, self._address(key)).scalar())

    @override
    async def put(self, key: str, value: bytes) -> None:
        row = {"adapter": self._adapter, "key": key, "value": value}
        await self._store.change(
            lambda connection: connection.execute(replacing(connection, tables.kept, ("adapter", "key"), "value"), row)
        )

    @override
    async def forget(self, key: str) -> None:
        await self._store.change(lambda connection: connection.execute(_FORGET, self._address(key)))

    def _address(self, key: str) -> dict[str, str]:
        return {"of_adapter": self._adapter, "of_key": key}
