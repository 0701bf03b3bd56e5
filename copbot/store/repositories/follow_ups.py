"""Follow-ups, reflections, commitments."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from typing_extensions import override

from copbot.domain.consent import ON, Scope
from copbot.domain.follow_up import Commitment, FollowUp, FollowUpState, Reflection, ReflectPreference
from copbot.domain.response import MessageKey
from copbot.ports.people import FollowUps
from copbot.store import tables
from copbot.store.database import GLANCE
from copbot.store.mapper import MESSAGE_KEY, Mapper, chunks, replacing, rows_for, skipping, some

FOLLOW_UP = Mapper(FollowUp, tables.follow_up)
REFLECTION = Mapper(Reflection, tables.reflection, {"message": MESSAGE_KEY})
COMMITMENT = Mapper(Commitment, tables.commitment)
PREFERENCE = Mapper(ReflectPreference, tables.reflect_preference)

_follow_up, _consent = tables.follow_up.c, tables.consent.c
_OF_ID = FOLLOW_UP.select.where(_follow_up.id == sa.bindparam("of_id"))
_DUE = (
    FOLLOW_UP.select.where(_follow_up.state == FollowUpState.WAITING, _follow_up.due_at <= sa.bindparam("now"))
    .order_by(_follow_up.due_at, _follow_up.id)
    .limit(sa.bindparam("at_most"))
    .with_for_update(skip_locked=True)
)
_NEXT_DUE = sa.select(sa.func.min(_follow_up.due_at)).where(_follow_up.state == FollowUpState.WAITING).execution_options(**{GLANCE: True})
_OF_MEMBER = FOLLOW_UP.select.where(_follow_up.member == sa.bindparam("of_member")).order_by(_follow_up.id)
_IN_STATE = _OF_MEMBER.where(_follow_up.state == sa.bindparam("in_state"))
_REFLECTIONS = REFLECTION.select.where(tables.reflection.c.member == sa.bindparam("of_member")).order_by(tables.reflection.c.id)
_OF_MESSAGES = REFLECTION.select.where(tables.reflection.c.message.in_(some())).order_by(tables.reflection.c.id)
_REMOVE_REFLECTIONS = tables.reflection.delete().where(tables.reflection.c.id.in_(some()))
_DELETE_REFLECTIONS = tables.reflection.delete().where(tables.reflection.c.member == sa.bindparam("of_member"))
_COMMITMENTS = COMMITMENT.select.where(tables.commitment.c.member == sa.bindparam("of_member")).order_by(tables.commitment.c.id)
_DELETE_COMMITMENTS = tables.commitment.delete().where(tables.commitment.c.member == sa.bindparam("of_member"))
_PREFERENCE = PREFERENCE.select.where(tables.reflect_preference.c.member == sa.bindparam("of_member"))
_NEWEST = (
    sa.select(sa.func.max(_consent.id)).where(_consent.member.in_(some()), _consent.scope == Scope.FOLLOW_UP).group_by(_consent.member)
)
_SUBSCRIBERS = sa.select(_consent.member).where(_consent.id.in_(_NEWEST), _consent.state == ON)


class SqlFollowUps(FollowUps):
    """Follow-ups, reflections, commitments."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._add = skipping(connection, tables.follow_up)
        self._commit = COMMITMENT.insert.returning(tables.commitment.c.id)
        self._prefer = replacing(connection, tables.reflect_preference, ("member",), "model", "at")

    @override
    def add(self, follow_ups: Iterable[FollowUp]) -> None:
        if rows := [FOLLOW_UP.fresh(follow_up) for follow_up in follow_ups]:
            self._connection.execute(self._add, rows)

    @override
    def save(self, follow_up: FollowUp) -> None:
        self._connection.execute(FOLLOW_UP.update, FOLLOW_UP.changed(follow_up))

    @override
    def get(self, id: int) -> FollowUp | None:
        return FOLLOW_UP.maybe(self._connection.execute(_OF_ID, {"of_id": id}).first())

    @override
    def due(self, now: datetime, limit: int) -> list[FollowUp]:
        first = self.next_due()
        if first is None or first > now:
            return []
        return FOLLOW_UP.values(self._connection.execute(_DUE, {"now": now, "at_most": limit}).all())

    @override
    def next_due(self) -> datetime | None:
        return self._connection.execute(_NEXT_DUE).scalar()

    @override
    def of_member(self, member: int) -> list[FollowUp]:
        return FOLLOW_UP.values(self._connection.execute(_OF_MEMBER, {"of_member": member}).all())

    @override
    def in_state(self, member: int, state: FollowUpState) -> list[FollowUp]:
        return FOLLOW_UP.values(self._connection.execute(_IN_STATE, {"of_member": member, "in_state": state}).all())

    @override
    def reflect(self, reflection: Reflection) -> None:
        self._connection.execute(REFLECTION.insert, REFLECTION.fresh(reflection))

    @override
    def reflections(self, member: int) -> list[Reflection]:
        return REFLECTION.values(self._connection.execute(_REFLECTIONS, {"of_member": member}).all())

    @override
    def of_direct_messages(self, keys: Collection[MessageKey]) -> list[Reflection]:
        wanted = set(keys)
        rows = rows_for(self._connection, _OF_MESSAGES, sorted({key.message for key in wanted}))
        return [reflection for reflection in REFLECTION.values(rows) if reflection.message in wanted]

    @override
    def save_reflections(self, reflections: Iterable[Reflection]) -> None:
        if rows := [REFLECTION.changed(reflection) for reflection in reflections]:
            self._connection.execute(REFLECTION.update, rows)

    @override
    def remove_reflections(self, ids: Collection[int]) -> None:
        for chunk in chunks(ids):
            self._connection.execute(_REMOVE_REFLECTIONS, {"some": chunk})

    @override
    def delete_reflections(self, member: int) -> None:
        self._connection.execute(_DELETE_REFLECTIONS, {"of_member": member})

    @override
    def commit(self, commitment: Commitment) -> Commitment:
        return replace(commitment, id=self._connection.execute(self._commit, COMMITMENT.fresh(commitment)).scalar_one())

    @override
    def save_commitment(self, commitment: Commitment) -> None:
        self._connection.execute(COMMITMENT.update, COMMITMENT.changed(commitment))

    @override
    def commitments(self, member: int) -> list[Commitment]:
        return COMMITMENT.values(self._connection.execute(_COMMITMENTS, {"of_member": member}).all())

    @override
    def delete_commitments(self, member: int) -> None:
        self._connection.execute(_DELETE_COMMITMENTS, {"of_member": member})

    @override
    def prefer(self, preference: ReflectPreference) -> None:
        self._connection.execute(self._prefer, PREFERENCE.fresh(preference))

    @override
    def preference(self, member: int) -> ReflectPreference | None:
        return PREFERENCE.maybe(self._connection.execute(_PREFERENCE, {"of_member": member}).first())

    @override
    def subscribers(self, members: Collection[int]) -> set[int]:
        return {row[0] for row in rows_for(self._connection, _SUBSCRIBERS, members)}
