"""Messages on their way out: leases, lanes, and rows that wait for others (3-architecture 6)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.dml import ReturningUpdate
from typing_extensions import override

from copbot.domain.message import Message
from copbot.domain.place import Posted, ThreadOf
from copbot.domain.step import Fate, Outgoing, Verb
from copbot.ports.store import Outbox
from copbot.store import tables
from copbot.store.database import is_postgresql
from copbot.store.mapper import TARGET, Mapper, affected, chunks, posted, replacing, rows_for, skipping, some
from copbot.store.restored import Doubt
from copbot.store.statements import Prepared

OUTGOING = Mapper(Outgoing, tables.outbox, {"target": TARGET, "posted": posted("posted")})

SETTLE = timedelta(seconds=30)
"""How long after a claim a platform may still show what was sent (3-architecture 6)."""

UNFINISHED = (Fate.PENDING, Fate.LEASED, Fate.UNCLEAR)
UNSENT = (Fate.EXPIRED, Fate.CANCELLED, Fate.FAILED)
FINISHED = (Fate.SENT, *UNSENT)
ERASED = Message("…")
"""Stands for words that were deleted after they were sent."""

NO_THREAD = "the thread could not be opened"

_row, _lane, _asked = tables.outbox.c, tables.lane.c, tables.asked_question.c
_earlier, _edited, _opener = tables.outbox.alias("earlier"), tables.outbox.alias("edited"), tables.outbox.alias("opener")

_FIRST_IN_LANE = ~sa.exists().where(_earlier.c.lane == _row.lane, _earlier.c.fate.in_(UNFINISHED), _earlier.c.id < _row.id)
_THREAD_IS_OPEN = sa.or_(_row.thread_of.is_(None), sa.exists().where(_asked.id == _row.thread_of, _asked.root_message.is_not(None)))
_EDITED_IS_SENT = sa.or_(_row.edits.is_(None), sa.exists().where(_edited.c.key == _row.edits, _edited.c.fate == Fate.SENT))
_HEADS = tables.outbox.outerjoin(tables.lane, _lane.lane == _row.lane)
_IS_HEAD = (_row.fate.in_(UNFINISHED), _FIRST_IN_LANE, _THREAD_IS_OPEN, _EDITED_IS_SENT)
_now: sa.BindParameter[datetime] = sa.bindparam("now")
_settled: sa.BindParameter[datetime] = sa.bindparam("settled")
_CLAIMABLE = (
    OUTGOING.select.select_from(_HEADS)
    .where(
        *_IS_HEAD,
        _row.due_at <= _now,
        sa.or_(_lane.not_before.is_(None), _lane.not_before <= _now),
        sa.or_(
            _row.fate == Fate.PENDING,
            sa.and_(_row.fate == Fate.UNCLEAR, _row.last_claimed_at <= _settled),
            sa.and_(_row.fate == Fate.LEASED, _row.lease_until <= _now, _row.last_claimed_at <= _settled),
        ),
    )
    .order_by(_row.due_at, _row.id)
    .limit(sa.bindparam("at_most"))
    .with_for_update(of=tables.outbox, skip_locked=True)
)
_TIMES = sa.select(_row.fate, _row.due_at, _lane.not_before, _row.lease_until, _row.last_claimed_at).select_from(_HEADS).where(*_IS_HEAD)
_LEASE = tables.outbox.update().where(_row.id == sa.bindparam("of_id"))
_MARK = tables.outbox.update().where(
    _row.id == sa.bindparam("of_id"),
    _row.lease_owner == sa.bindparam("of_owner"),
    _row.epoch == sa.bindparam("of_epoch"),
    _row.fate == Fate.LEASED,
)
_LANES = sa.func.unnest(sa.bindparam("lanes", type_=postgresql.ARRAY(sa.Text))).column_valued("lane")
_LOCK_LANES = sa.select(sa.func.count(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(_LANES, 0))))
_FREE = (
    tables.outbox.update()
    .where(_row.fate == Fate.LEASED, _row.lease_owner != sa.bindparam("but_not"))
    .values(fate=Fate.UNCLEAR, lease_owner=None, lease_until=None)
)

# A row cannot wait for one behind it in its lane: each would wait for the other.
_OPENS_IT = sa.and_(_opener.c.asked == _row.thread_of, _opener.c.verb == Verb.OPEN_THREAD)
_WILL_OPEN = sa.and_(_OPENS_IT, _opener.c.fate.not_in(UNSENT), _opener.c.id < _row.id)
_WILL_BE_THERE = sa.and_(_edited.c.key == _row.edits, _edited.c.fate.not_in(UNSENT), _edited.c.id < _row.id)
_FAIL = (
    tables.outbox.update()
    .where(
        _row.fate == Fate.PENDING,
        sa.exists().where(_asked.id == _row.thread_of, _asked.root_message.is_(None)),
        sa.exists().where(_OPENS_IT),
        ~sa.exists().where(_WILL_OPEN),
    )
    .values(fate=Fate.FAILED, trouble=NO_THREAD)
    .returning(_row.key)
)
_FAIL_THREADLESS, _FAIL_IN_THREADS = _FAIL.where(_row.key.in_(some())), _FAIL.where(_row.thread_of.in_(some()))
_CANCEL_CHANGE = (
    tables.outbox.update()
    .where(_row.fate == Fate.PENDING, _row.edits.is_not(None), ~sa.exists().where(_WILL_BE_THERE))
    .values(fate=Fate.CANCELLED)
    .returning(_row.key)
)
_CANCEL_CHANGES, _CANCEL_CHANGES_OF = _CANCEL_CHANGE.where(_row.key.in_(some())), _CANCEL_CHANGE.where(_row.edits.in_(some()))

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

    ``more_due``: whether rows were added since it was last set to False. ``doubt``: after a restore, what must be looked for first.
    """

    def __init__(self, connection: sa.Connection, settle: timedelta = SETTLE) -> None:
        self._connection = connection
        self._settle = settle
        self._shared = is_postgresql(connection)
        self.more_due = False
        self.doubt: Doubt | None = None
        self._add = Prepared(connection, skipping(connection, tables.outbox), OUTGOING.names)
        self._hold = replacing(connection, tables.lane, ("lane",), "not_before")

    @override
    def add(self, rows: Iterable[Outgoing]) -> None:
        new = list(rows)
        if not new:
            return
        self._take_turn({row.lane for row in new})
        self._add.run_all(OUTGOING.fresh(row) for row in new)
        self.more_due = True
        self._end_new_in_vain(new)

    @override
    def get(self, key: str) -> Outgoing | None:
        return self.by_keys([key]).get(key)

    @override
    def by_keys(self, keys: Collection[str]) -> dict[str, Outgoing]:
        return {row.key: row for row in OUTGOING.values(rows_for(self._connection, _BY_KEYS, keys))}

    @override
    def of_posted(self, posted: Posted) -> Outgoing | None:
        # A message that starts a thread is heard in its channel but addressed in its thread: the thread is not compared.
        address = {"message_": posted.message, "channel_": posted.place.channel, "platform_": posted.place.platform}
        return OUTGOING.maybe(self._connection.execute(_OF_POSTED, address).first())

    @override
    def of(self, chat: int) -> list[Outgoing]:
        return OUTGOING.values(self._connection.execute(_OF_CHAT, {"of_chat": chat}).all())

    @override
    def under(self, chat: int, key: str) -> list[Outgoing]:
        return OUTGOING.values(self._connection.execute(_UNDER, {"of_chat": chat, "of_key": key, "of_each": f"{key}@"}).all())

    @override
    def replace_pending_edit(self, row: Outgoing) -> None:
        if not affected(self._connection, _TAKE_OVER, {"of_edits": row.edits, "message": row.message}):
            self.add([row])

    @override
    def claim(self, owner: str, now: datetime, lease: timedelta, limit: int, *, but_not: Collection[str] = ()) -> list[Outgoing]:
        """See the port. A row whose earlier attempt may have arrived comes back with the fate UNCLEAR, all others LEASED;
        both are leased. ``attempts`` and ``epoch`` count this claim.
        """
        parameters = {"now": now, "settled": now - self._settle, "at_most": limit}
        found = OUTGOING.values(self._connection.execute(_claimable(but_not), parameters).all())
        claimed = [_leased(self._doubted(row), owner, now, lease) for row in found]
        if claimed:
            self._connection.execute(_LEASE, [_lease_of(row) for row in claimed])
        return claimed

    @override
    def mark(self, row: Outgoing) -> bool:
        marked = affected(self._connection, _MARK, _outcome(row)) == 1
        if marked and row.fate in UNSENT:
            self._end_in_vain([(row.key, row.asked, row.verb)])
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
        """See the port. Never earlier than ``now``."""
        times = (self._claimable_from(row) for row in self._connection.execute(_TIMES).all())
        return max(now, first) if (first := min(times, default=None)) else None

    @override
    def cancel(self, chat: int, purposes: Collection[str] | None = None) -> None:
        if purposes is None:
            self._cancel(_CANCEL, {"of_chat": chat})
        else:
            self._cancel(_CANCEL_PURPOSES, {"of_chat": chat, "some": list(purposes)})

    @override
    def cancel_key(self, key: str) -> bool:
        return self._cancel(_CANCEL_KEY, {"of_key": key}) == 1

    @override
    def cancel_of_member(self, member: int, purpose: str) -> None:
        self._cancel(_CANCEL_OF_MEMBER, {"of_member": member, "of_purpose": purpose})

    @override
    def erase_of_member(self, member: int, purpose: str, but: Collection[str] = ()) -> None:
        theirs = {"of_member": member, "of_purpose": purpose}
        self._connection.execute(_DELETE_OF_MEMBER, {**theirs, "some": list(but)})
        self._connection.execute(_EMPTY_OF_MEMBER, theirs)

    def _doubted(self, row: Outgoing) -> Outgoing:
        return replace(row, fate=Fate.UNCLEAR) if self.doubt is not None and self.doubt.covers(row) else row

    def _take_turn(self, lanes: Collection[str]) -> None:
        """See to it that the ids of a lane grow in the order of commits: else a row could appear in front of one already claimed."""
        if self._shared:
            self._connection.execute(_LOCK_LANES, {"lanes": sorted(lanes)})

    def _cancel(self, statement: ReturningUpdate[Any], parameters: Mapping[str, Any]) -> int:
        """Cancel rows, and what waits for them. How many the statement itself concerned."""
        ended = self._connection.execute(statement, parameters).all()
        self._end_in_vain(ended)
        return len(ended)

    def _end_new_in_vain(self, new: Collection[Outgoing]) -> None:
        """End those of the new rows that wait for what will never be, and what waits for one of them but stands in front of it."""
        failed = self._ended(_FAIL_THREADLESS, [row.key for row in new if isinstance(row.target, ThreadOf)])
        failed += self._ended(_FAIL_IN_THREADS, [row.asked for row in new if row.verb is Verb.OPEN_THREAD and row.asked is not None])
        self._ended(_CANCEL_CHANGES, [row.key for row in new if row.edits is not None])
        self._cancel_changes_of(failed)

    def _end_in_vain(self, ended: Collection[Sequence[Any]]) -> None:
        """End the rows that wait for rows (key, asked, verb) that were not sent; else they would block their lanes for ever."""
        failed = self._ended(_FAIL_IN_THREADS, [asked for _, asked, verb in ended if verb is Verb.OPEN_THREAD and asked is not None])
        self._cancel_changes_of([*failed, *(key for key, _, _ in ended)])

    def _cancel_changes_of(self, keys: list[str]) -> None:
        while keys:
            keys = self._ended(_CANCEL_CHANGES_OF, keys)

    def _ended(self, statement: ReturningUpdate[Any], some: Collection[object]) -> list[str]:
        """The keys of the rows that a statement has ended, for any number of values."""
        return [key for chunk in chunks(some) for (key,) in self._connection.execute(statement, {"some": chunk})]

    def _claimable_from(self, row: Sequence[Any]) -> datetime:
        fate, due_at, not_before, lease_until, last_claimed_at = row
        times: list[datetime | None] = [due_at, not_before]
        if fate is not Fate.PENDING:
            times.append(last_claimed_at + self._settle)
        if fate is Fate.LEASED:
            times.append(lease_until)
        return max(time for time in times if time is not None)


def _claimable(but_not: Collection[str]) -> sa.Select[Any]:
    """A lane begins with the name of its platform."""
    return _CLAIMABLE.where(*(sa.func.substr(_row.lane, 1, len(name) + 1) != f"{name}:" for name in sorted(but_not)))


def _leased(row: Outgoing, owner: str, now: datetime, lease: timedelta) -> Outgoing:
    return replace(
        row,
        fate=Fate.LEASED if row.fate is Fate.PENDING else Fate.UNCLEAR,
        attempts=row.attempts + 1,
        epoch=row.epoch + 1,
        lease_owner=owner,
        lease_until=now + lease,
        last_claimed_at=now,
    )


def _lease_of(row: Outgoing) -> dict[str, object]:
    return {
        "of_id": row.id,
        "fate": Fate.LEASED,
        "attempts": row.attempts,
        "epoch": row.epoch,
        "lease_owner": row.lease_owner,
        "lease_until": row.lease_until,
        "last_claimed_at": row.last_claimed_at,
    }


def _outcome(row: Outgoing) -> dict[str, Any]:
    kept = OUTGOING.changed(row)
    names = (
        "of_id",
        "fate",
        "due_at",
        "attempts",
        "sent_at",
        "trouble",
        "posted_platform",
        "posted_channel",
        "posted_thread",
        "posted_message",
    )
    return {name: kept[name] for name in names} | {
        "of_owner": row.lease_owner,
        "of_epoch": row.epoch,
        "lease_owner": row.lease_owner if row.fate is Fate.LEASED else None,
        "lease_until": row.lease_until if row.fate is Fate.LEASED else None,
    }
