"""Who may send what when: rows of the outbox are leased, one of each lane at a time, and marked with what became of them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from copbot.domain.step import Fate, Outgoing
from copbot.store import tables
from copbot.store.database import GLANCE
from copbot.store.expressions import constants
from copbot.store.mapper import TARGET, Mapper, posted
from copbot.store.restored import Doubt
from copbot.store.statements import Prepared, reader

OUTGOING = Mapper(Outgoing, tables.outbox, {"target": TARGET, "posted": posted("posted")})

UNFINISHED = (Fate.PENDING, Fate.LEASED, Fate.UNCLEAR)

_row, _lane, _asked = tables.outbox.c, tables.lane.c, tables.asked_question.c
_earlier, _edited = tables.outbox.alias("earlier"), tables.outbox.alias("edited")

_FIRST_IN_LANE = ~sa.exists().where(_earlier.c.lane == _row.lane, _earlier.c.fate.in_(constants(UNFINISHED)), _earlier.c.id < _row.id)
_THREAD_IS_OPEN = sa.or_(_row.thread_of.is_(None), sa.exists().where(_asked.id == _row.thread_of, _asked.root_message.is_not(None)))
_EDITED_IS_SENT = sa.or_(_row.edits.is_(None), sa.exists().where(_edited.c.key == _row.edits, _edited.c.fate == Fate.SENT))
_HEADS = tables.outbox.outerjoin(tables.lane, _lane.lane == _row.lane)
_IS_HEAD = (_row.fate.in_(constants(UNFINISHED)), _FIRST_IN_LANE, _THREAD_IS_OPEN, _EDITED_IS_SENT)
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
    .limit(sa.bindparam("at_most", type_=sa.Integer))
    .with_for_update(of=tables.outbox, skip_locked=True)
)
_TIMED_BY = (_row.fate, _row.due_at, _lane.not_before, _row.lease_until, _row.last_claimed_at)
_TIMES = sa.select(*_TIMED_BY).select_from(_HEADS).where(*_IS_HEAD).execution_options(**{GLANCE: True})
_LEASE = tables.outbox.update().where(_row.id == sa.bindparam("of_id"))
_MARK = tables.outbox.update().where(
    _row.id == sa.bindparam("of_id"),
    _row.lease_owner == sa.bindparam("of_owner"),
    _row.epoch == sa.bindparam("of_epoch"),
    _row.fate == Fate.LEASED,
)
_LEASED = ("fate", "attempts", "epoch", "lease_owner", "lease_until", "last_claimed_at")
_MARKED = (
    *("fate", "due_at", "attempts", "sent_at", "trouble", "lease_owner", "lease_until"),
    *("posted_platform", "posted_channel", "posted_thread", "posted_message"),
)


class Leases:
    """The leases of one connection's outbox. ``settle``: how long after its last claim an unclear row is left alone.

    ``doubt``: after a restore, what must be looked for first.
    """

    def __init__(self, connection: sa.Connection, settle: timedelta) -> None:
        self._connection = connection
        self._settle = settle
        self.doubt: Doubt | None = None
        self._claimable: dict[tuple[str, ...], Prepared] = {}
        self._lease = Prepared(connection, _LEASE, _LEASED)
        self._mark = Prepared(connection, _MARK, _MARKED)
        self._times = Prepared(connection, _TIMES)
        self._read, self._read_times = reader(connection, OUTGOING.columns), reader(connection, _TIMED_BY)

    def claim(self, owner: str, now: datetime, lease: timedelta, limit: int, but_not: Collection[str]) -> list[Outgoing]:
        """See the port. A row whose earlier attempt may have arrived comes back with the fate UNCLEAR, all others LEASED;
        both are leased. ``attempts`` and ``epoch`` count this claim.
        """
        found = self._claimable_but(but_not).rows(now=now, settled=now - self._settle, at_most=limit)
        claimed = [_leased(self._doubted(row), owner, now, lease) for row in OUTGOING.values(self._read(found))]
        if claimed:
            self._lease.run_all(_lease_of(row) for row in claimed)
        return claimed

    def mark(self, row: Outgoing) -> bool:
        """See the port."""
        return self._mark.count(**_outcome(row)) == 1

    def next_due(self, now: datetime) -> datetime | None:
        """See the port. Never earlier than ``now``."""
        first = min(map(self._claimable_from, self._read_times(self._times.rows())), default=None)
        return max(now, first) if first else None

    def _claimable_but(self, platforms: Collection[str]) -> Prepared:
        """What may be claimed but for these platforms. A lane begins with the name of its platform."""
        names = tuple(sorted(platforms))
        if names not in self._claimable:
            others = (sa.func.substr(_row.lane, 1, len(name) + 1) != f"{name}:" for name in names)
            self._claimable[names] = Prepared(self._connection, _CLAIMABLE.where(*others))
        return self._claimable[names]

    def _doubted(self, row: Outgoing) -> Outgoing:
        return replace(row, fate=Fate.UNCLEAR) if self.doubt is not None and self.doubt.covers(row) else row

    def _claimable_from(self, row: Sequence[Any]) -> datetime:
        fate, due_at, not_before, lease_until, last_claimed_at = row
        times: list[datetime | None] = [due_at, not_before]
        if fate is not Fate.PENDING:
            times.append(last_claimed_at + self._settle)
        if fate is Fate.LEASED:
            times.append(lease_until)
        return max(time for time in times if time is not None)


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
    return {"of_id": row.id, **{name: getattr(row, name) for name in _LEASED}, "fate": Fate.LEASED}


def _outcome(row: Outgoing) -> dict[str, Any]:
    kept = OUTGOING.changed(row)
    if row.fate is not Fate.LEASED:
        kept |= {"lease_owner": None, "lease_until": None}
    return {"of_id": row.id, "of_owner": row.lease_owner, "of_epoch": row.epoch, **{name: kept[name] for name in _MARKED}}
