"""Frozen editions, the steps of plans, handled interactions, and facts."""

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa
from typing_extensions import override

from copbot.domain.chat import ON_PLAN
from copbot.domain.step import Step, StepState
from copbot.ports.store import Editions, Facts, Interactions, Steps
from copbot.store import tables
from copbot.store.database import GLANCE
from copbot.store.expressions import among, constants
from copbot.store.mapper import Mapper, replacing, skipping
from copbot.store.statements import Prepared, reader

STEP = Mapper(Step, tables.step)
_step, _chat = tables.step.c, tables.chat.c

_BODY = sa.select(tables.edition.c.body).where(tables.edition.c.hash == sa.bindparam("of_hash"))
_OF_CHAT = STEP.select.where(_step.chat == sa.bindparam("of_chat")).order_by(_step.due_at, _step.id)
_WAITING = tables.step.join(tables.chat), (_step.state == StepState.DUE, _chat.state.in_(constants(ON_PLAN)), _chat.paused_at.is_(None))
_now: sa.BindParameter[datetime] = sa.bindparam("now")
_FIRST_DUE = (
    sa.select(_step.chat)
    .select_from(_WAITING[0])
    .where(*_WAITING[1], _step.due_at <= _now)
    .order_by(_step.due_at, _step.id)
    .limit(sa.bindparam("at_most", type_=sa.Integer))
    .execution_options(**{GLANCE: True})
)
_DUE = (
    STEP.select.select_from(_WAITING[0])
    .where(*_WAITING[1], _step.due_at <= _now, among(_step.chat))
    .order_by(_step.chat, _step.due_at, _step.id)
)
_NEXT_OF = sa.select(sa.func.min(_step.due_at)).where(_step.chat == sa.bindparam("of_chat"), _step.due_at > sa.bindparam("after"))
# The first in the order of an index, and not min(): over a join PostgreSQL would read every step that is still to come.
_NEXT_DUE = (
    sa.select(_step.due_at).select_from(_WAITING[0]).where(*_WAITING[1]).order_by(_step.due_at).limit(1).execution_options(**{GLANCE: True})
)
_END_ALL = tables.step.update().where(_step.chat == sa.bindparam("of_chat"), _step.state == StepState.DUE)
_VALUE = sa.select(tables.fact.c.value).where(tables.fact.c.name == sa.bindparam("of_name"))


class SqlEditions(Editions):
    """Frozen question sets, formats and wording, by hash."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._keep = skipping(connection, tables.edition)

    @override
    def keep(self, hash: str, body: str) -> None:
        self._connection.execute(self._keep, {"hash": hash, "body": body})

    @override
    def body(self, hash: str) -> str:
        return str(self._connection.execute(_BODY, {"of_hash": hash}).scalar_one())


class SqlSteps(Steps):
    """The steps of plans. ``more_due``: whether some were added since it was last set to False."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.more_due = False
        self._add = Prepared(connection, STEP.insert, STEP.names)
        self._save = Prepared(connection, STEP.update, STEP.names)
        self._of_chat = Prepared(connection, _OF_CHAT)
        self._first_due = Prepared(connection, _FIRST_DUE)
        self._due = Prepared(connection, _DUE)
        self._next_of: dict[tuple[str, ...], Prepared] = {}
        self._read, self._read_instant = reader(connection, STEP.columns), reader(connection, [_step.due_at])

    @override
    def add(self, steps: Iterable[Step]) -> None:
        if rows := [STEP.fresh(step) for step in steps]:
            self._add.run_all(rows)
            self.more_due = True

    @override
    def save(self, steps: Iterable[Step]) -> None:
        if rows := [STEP.changed(step) for step in steps]:
            self._save.run_all(rows)

    @override
    def of(self, chat: int) -> list[Step]:
        return STEP.values(self._read(self._of_chat.rows(of_chat=chat)))

    @override
    def chats_due(self, now: datetime, limit: int) -> list[int]:
        return sorted({chat for (chat,) in self._first_due.rows(now=now, at_most=limit)})

    @override
    def due(self, now: datetime, chats: Collection[int]) -> list[Step]:
        return STEP.values(self._read(self._due.rows(now=now, some=list(chats))))

    @override
    def next_of(self, chat: int, does: tuple[str, ...], after: datetime) -> datetime | None:
        if does not in self._next_of:
            self._next_of[does] = Prepared(self._connection, _NEXT_OF.where(_step.does.in_(constants(does))))
        found: datetime | None = self._read_instant(self._next_of[does].rows(of_chat=chat, after=after))[0][0]
        return found

    @override
    def next_due(self) -> datetime | None:
        return next_due(self._connection)

    @override
    def end_all(self, chat: int, state: StepState, now: datetime) -> None:
        self._connection.execute(_END_ALL, {"of_chat": chat, "state": state, "done_at": now})


def next_due(connection: sa.Connection) -> datetime | None:
    """When the next due step of a chat that goes on comes."""
    return connection.execute(_NEXT_DUE).scalar()


class SqlInteractions(Interactions):
    """Interactions already handled."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._add = skipping(connection, tables.interaction).returning(tables.interaction.c.id)

    @override
    def new(self, ids: Collection[str], at: datetime) -> set[str]:
        if not ids:
            return set()
        return set(self._connection.execute(self._add, [{"id": id, "at": at} for id in sorted(set(ids))]).scalars())


class SqlFacts(Facts):
    """Small things the bot itself must remember, by name."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._value = Prepared(connection, _VALUE)
        self._put = replacing(connection, tables.fact, ("name",), "value")

    @override
    def get(self, name: str) -> str | None:
        return next((str(row[0]) for row in self._value.rows(of_name=name)), None)

    @override
    def put(self, name: str, value: str) -> None:
        self._connection.execute(self._put, {"name": name, "value": value})
