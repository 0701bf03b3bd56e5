"""Leases of adapters among the processes on one database (``copbot.ports.leases``)."""

from datetime import datetime
from secrets import token_hex

import sqlalchemy as sa
from typing_extensions import override

from copbot.errors import DatabaseUnreachable
from copbot.ports.clock import Clock
from copbot.ports.leases import LEASE_TERM, Leases
from copbot.store import tables
from copbot.store.mapper import INSERTS
from copbot.store.store import SqlStore

_row = tables.adapter_lease.c


class LeaseTable(Leases):
    """The leases of one adapter in one process, in the table ``adapter_lease``. ``owner`` says which process, for people who look there."""

    def __init__(self, store: SqlStore, adapter: str, clock: Clock, owner: str) -> None:
        self._store = store
        self._adapter = adapter
        self._clock = clock
        self._owner = f"{owner}:{token_hex(4)}"  # a process that comes after us may have our name, but not our leases
        self._held: set[str] = set()

    @override
    async def take(self, name: str) -> bool:
        try:
            ours = await self._store.change(lambda connection: self._take(connection, name, self._clock.now()))
        except DatabaseUnreachable:
            return name in self._held
        if ours:
            self._held.add(name)
        else:
            self._held.discard(name)
        return ours

    @override
    async def release(self, name: str) -> None:
        if name not in self._held:
            return
        self._held.discard(name)
        try:
            await self._store.change(lambda connection: self._release(connection, name, self._clock.now()))
        except DatabaseUnreachable:
            return  # it runs out by itself

    async def release_all(self) -> None:
        """Let other processes have everything that this one holds."""
        for name in sorted(self._held):
            await self.release(name)

    def _take(self, connection: sa.Connection, name: str, now: datetime) -> bool:
        """One statement, so that of two processes one gets it. ``epoch`` grows whenever the lease changes hands."""
        ours = {"adapter": self._adapter, "name": name, "owner": self._owner, "epoch": 1, "until": now + LEASE_TERM}
        insert = INSERTS[connection.dialect.name](tables.adapter_lease).values(ours)
        new = insert.excluded
        statement = insert.on_conflict_do_update(
            index_elements=["adapter", "name"],
            set_={"owner": new.owner, "until": new.until, "epoch": sa.case((_row.owner == new.owner, _row.epoch), else_=_row.epoch + 1)},
            where=sa.or_(_row.owner == new.owner, _row.until <= now),
        )
        return connection.execute(statement.returning(_row.epoch)).scalar() is not None

    def _release(self, connection: sa.Connection, name: str, now: datetime) -> None:
        here = (_row.adapter == self._adapter, _row.name == name, _row.owner == self._owner)
        connection.execute(tables.adapter_lease.update().where(*here).values(until=now))
