"""After a backup was restored: the database does not know what happened since, so nothing in it may be trusted to be new."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from copbot.domain.step import Outgoing
from copbot.store import tables
from copbot.store.database import is_postgresql
from copbot.store.mapper import replacing

FACT = "restored"

DOUBTED_FOR = timedelta(days=30)
"""How long every post of a restored chat is looked for before it is sent: what was due before the restore is sent or too late by then."""

GAP = 1000
"""Numbers left out after a restore: those that were given since the backup stand in keys of messages on the platforms."""

_MOST_RECENT_CHAT = sa.select(sa.func.coalesce(sa.func.max(tables.chat.c.id), 0))
_VALUE = sa.select(tables.fact.c.value).where(tables.fact.c.name == FACT)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What may have been posted before, though the database says it was not: what is due until then, of chats up to this one or of none."""

    until: datetime
    last_chat: int

    def covers(self, row: Outgoing) -> bool:
        """Whether an earlier post of this row must be looked for."""
        return row.due_at <= self.until and (row.chat is None or row.chat <= self.last_chat)


def doubt(connection: sa.Connection) -> Doubt | None:
    """What is in doubt in this database."""
    found = connection.execute(_VALUE).scalar()
    if found is None:
        return None
    noted = json.loads(found)
    return Doubt(datetime.fromisoformat(noted["until"]), noted["last_chat"])


def note_restored(connection: sa.Connection, now: datetime) -> None:
    """See to it that nothing that was posted since the backup is posted again, and that no number given since is given again."""
    last_chat = connection.execute(_MOST_RECENT_CHAT).scalar_one()
    value = json.dumps({"until": (now + DOUBTED_FOR).isoformat(), "last_chat": last_chat})
    connection.execute(replacing(connection, tables.fact, ("name",), "value"), {"name": FACT, "value": value})
    if is_postgresql(connection):
        _leave_a_gap_on_postgresql(connection)
    else:
        _leave_a_gap_on_sqlite(connection)


def _leave_a_gap_on_postgresql(connection: sa.Connection) -> None:
    sequence = sa.func.pg_get_serial_sequence(sa.bindparam("table"), "id")
    gap = sa.select(sa.func.setval(sequence, sa.func.nextval(sequence) + GAP))
    for table in tables.metadata.tables.values():
        if "id" in table.c:
            connection.execute(gap, {"table": table.name})


def _leave_a_gap_on_sqlite(connection: sa.Connection) -> None:
    sequence = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))
    connection.execute(sequence.update().values(seq=sequence.c.seq + GAP))
    known = set(connection.execute(sa.select(sequence.c.name)).scalars())
    numbered = {table.name for table in tables.metadata.tables.values() if table.dialect_options["sqlite"]["autoincrement"]}
    if new := sorted(numbered - known):
        connection.execute(sequence.insert(), [{"name": name, "seq": GAP} for name in new])
