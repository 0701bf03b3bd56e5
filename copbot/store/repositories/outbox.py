"""Messages on their way out: leases, lanes, and rows that wait for others (3-architecture 6)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.dml import ReturningUpdate
from typing_extensions import override

from copbot.domain.message import Message
from copbot.domain.place import Posted
from copbot.domain.step import Fate, Outgoing, Verb
from copbot.ports.store import Outbox
from copbot.store import tables
from copbot.store.database import is_postgresql
from copbot.store.mapper import affected, replacing, rows_for, skipping, some
from copbot.store.repositories.in_vain import UNSENT, InVain
from copbot.store.repositories.leases import OUTGOING, Leases
from copbot.store.statements import Prepared, reader

SETTLE = timedelta(seconds=30)
"""How long after a claim a platform may still show what was sent (3-architecture 6)."""

FINISHED = (Fate.SENT, *UNSENT)
ERASED = Message("…")
"""Stands for words that were deleted after they were sent."""

_row = tables.outbox.c
_LANES = sa.func.unnest(sa.bindparam("lanes", type_=postgresql.ARRAY(sa.Text))).column_valued("lane")
_LOCK_LANES = sa.select(sa.func.count(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(_LANES, 0))))
_FREE = (
    tables.outbox.update()
    .where(_row.fate == Fate.LEASED, _row.lease_owner != sa.bindparam("but_not"))
    .values(fate=Fate.UNCLEAR, lease_owner=None, lease_until=None)
)

_BY_KEYS = OUTGOING.select.where(_row.key.in_(some()))
_OF_CHAT = OUTGOING.select.where(_row.chat == sa.bindparam("of_chat")).order_by(_row.id)
_OF_POSTED = (
    OUTGOING.select.where(
        _row.posted_message == sa.bindparam("message_"),
        _row.posted_channel == sa.bindparam("channel_"),
        _row.posted_platform == sa.bindparam("platform_"),
        _row.verb.in_((Verb.POST, Verb.OPEN_THREAD)),
    )
    .order_by(_row.id)
    .limit(1)
)
_each_: sa.BindParameter[str] = sa.bindparam("of_each")
_UNDER = _OF_CHAT.where(
    _row.verb != Verb.EDIT, sa.or_(_row.key == sa.bindparam("of_key"), sa.func.substr(_row.key, 1, sa.func.length(_each_)) == _each_)
)
_TAKE_OVER = tables.outbox.update().where(_row.edits == sa.bindparam("of_edits"), _row.verb == Verb.EDIT, _row.fate == Fate.PENDING)
_CANCELLED = tables.outbox.update().where(_row.fate == Fate.PENDING).values(fate=Fate.CANCELLED).returning(_row.key, _row.asked, _row.verb)
_CANCEL = _CANCELLED.where(_row.chat == sa.bindparam("of_chat"))
_CANCEL_PURPOSES = _CANCEL.where(_row.purpose.in_(some()))
_OF_MEMBER = (_row.member == sa.bindparam("of_member"), _row.purpose == sa.bindparam("of_purpose"))
_CANCEL_OF_MEMBER = _CANCELLED.where(*_OF_MEMBER)
_FINISHED_OF_MEMBER = (*_OF_MEMBER, _row.fate.in_(FINISHED))
_DELETE_OF_MEMBER = tables.outbox.delete().where(*_FINISHED_OF_MEMBER, _row.key.not_in(some()))
_EMPTY_OF_MEMBER = tables.outbox.update().where(*_FINISHED_OF_MEMBER).values(message=ERASED)
_CANCEL_KEY = _CANCELLED.where(_row.key == sa.bindparam("of_key"))


class SqlOutbox(Outbox):
    """Messages on their way out. ``settle``: how long after its last claim an unclear row is left alone.

    Whether rows that were added wait in vain is seen to for all of them together: before what depends on it is asked of the outbox, and
    before the transaction is committed.
    """

    def __init__(self, connection: sa.Connection, settle: timedelta = SETTLE) -> None:
        self._connection = connection
        self.leases = Leases(connection, settle)
        self._shared = is_postgresql(connection)
        self._added: list[Outgoing] = []
        self.more_due = False
        self._add = Prepared(connection, skipping(connection, tables.outbox), OUTGOING.names)
        self._under = Prepared(connection, _UNDER)
        self._take_over = Prepared(connection, _TAKE_OVER, ("message",))
        self._in_vain = InVain(connection)
        self._lock_lanes = Prepared(connection, _LOCK_LANES)
        self._read = reader(connection, OUTGOING.columns)
        self._hold = replacing(connection, tables.lane, ("lane",), "not_before")

    @override
    def add(self, rows: Iterable[Outgoing]) -> None:
        new = list(rows)
        if new:
            self._take_turn({row.lane for row in new})
            self._add.run_all(OUTGOING.fresh(row) for row in new)
            self._added += new

    def begin(self) -> None:
        """A transaction begins."""
        self._added, self.more_due = [], False

    def settle_added(self) -> None:
        """End those of the rows added that wait in vain; ``more_due`` says from now on that there were some."""
        if added := self._added:
            self._added, self.more_due = [], True
            self._in_vain.end_new(added)

    @override
    def get(self, key: str) -> Outgoing | None:
        return self.by_keys([key]).get(key)

    @override
    def by_keys(self, keys: Collection[str]) -> dict[str, Outgoing]:
        self.settle_added()
        return {row.key: row for row in OUTGOING.values(rows_for(self._connection, _BY_KEYS, keys))}

    @override
    def of_posted(self, posted: Posted) -> Outgoing | None:
        # A message that starts a thread is heard in its channel but addressed in its thread: the thread is not compared.
        address = {"message_": posted.message, "channel_": posted.place.channel, "platform_": posted.place.platform}
        return OUTGOING.maybe(self._connection.execute(_OF_POSTED, address).first())

    @override
    def of(self, chat: int) -> list[Outgoing]:
        self.settle_added()
        return OUTGOING.values(self._connection.execute(_OF_CHAT, {"of_chat": chat}).all())

    @override
    def under(self, chat: int, key: str) -> list[Outgoing]:
        return OUTGOING.values(self._read(self._under.rows(of_chat=chat, of_key=key, of_each=f"{key}@")))

    @override
    def replace_pending_edit(self, row: Outgoing) -> None:
        if not self._take_over.count(of_edits=row.edits, message=row.message):
            self.add([row])

    @override
    def claim(self, owner: str, now: datetime, lease: timedelta, limit: int, *, but_not: Collection[str] = ()) -> list[Outgoing]:
        self.settle_added()
        return self.leases.claim(owner, now, lease, limit, but_not)

    @override
    def mark(self, row: Outgoing) -> bool:
        marked = self.leases.mark(row)
        if marked and row.fate in UNSENT:
            self._in_vain.end_after([(row.key, row.asked, row.verb)])
        return marked

    @override
    def hold(self, lane: str, until: datetime) -> None:
        self._connection.execute(self._hold, {"lane": lane, "not_before": until})

    @override
    def free_dead(self, owner: str) -> int:
        """See the port. None on PostgreSQL, where others may well be alive: their leases end by themselves."""
        return 0 if self._shared else affected(self._connection, _FREE, {"but_not": owner})

    @override
    def next_due(self, now: datetime) -> datetime | None:
        self.settle_added()
        return self.leases.next_due(now)

    @override
    def cancel(self, chat: int, purposes: Collection[str] | None = None) -> None:
        self.settle_added()
        if purposes is None:
            self._cancel(_CANCEL, {"of_chat": chat})
        else:
            self._cancel(_CANCEL_PURPOSES, {"of_chat": chat, "some": list(purposes)})

    @override
    def cancel_key(self, key: str) -> bool:
        self.settle_added()
        return self._cancel(_CANCEL_KEY, {"of_key": key}) == 1

    @override
    def cancel_of_member(self, member: int, purpose: str) -> None:
        self.settle_added()
        self._cancel(_CANCEL_OF_MEMBER, {"of_member": member, "of_purpose": purpose})

    @override
    def erase_of_member(self, member: int, purpose: str, but: Collection[str] = ()) -> None:
        self.settle_added()
        theirs = {"of_member": member, "of_purpose": purpose}
        self._connection.execute(_DELETE_OF_MEMBER, {**theirs, "some": list(but)})
        self._connection.execute(_EMPTY_OF_MEMBER, theirs)

    def _take_turn(self, lanes: Collection[str]) -> None:
        """See to it that the ids of a lane grow in the order of commits: else a row could appear in front of one already claimed."""
        if self._shared:
            self._lock_lanes.rows(lanes=sorted(lanes))

    def _cancel(self, statement: ReturningUpdate[Any], parameters: Mapping[str, Any]) -> int:
        """Cancel rows, and what waits for them. How many the statement itself concerned."""
        ended = self._connection.execute(statement, parameters).all()
        self._in_vain.end_after(ended)
        return len(ended)
