"""Chats, their people and what hosts did."""

from collections.abc import Collection
from dataclasses import replace

import sqlalchemy as sa
from typing_extensions import override

from copbot.domain.chat import Act, Attendance, Chat, Pin, RoleInChat, State
from copbot.domain.place import Place
from copbot.domain.response import MessageKey
from copbot.ports.store import Chats
from copbot.store import tables
from copbot.store.expressions import among, within
from copbot.store.mapper import PLACE, Mapper, posted, replacing, rows_for, skipping, some
from copbot.store.statements import Prepared, reader

CHAT = Mapper(Chat, tables.chat, {"place": PLACE})
ROLE = Mapper(RoleInChat, tables.role_in_chat)
ATTENDANCE = Mapper(Attendance, tables.attendance)
ACT = Mapper(Act, tables.act)
PIN = Mapper(Pin, tables.pin, {"posted": posted("posted")})

_IN_STATES = CHAT.select.where(tables.chat.c.state.in_(some("states"))).order_by(tables.chat.c.starts_at, tables.chat.c.id)
_IN_CHANNELS = _IN_STATES.where(tables.chat.c.place_channel.in_(some()))
_OF_IDS = CHAT.select.where(among(tables.chat.c.id)).order_by(tables.chat.c.id)
_LOCKED = _OF_IDS.with_for_update(key_share=True)
_held, _response = tables.chat.alias("held").c, tables.response.c
_HELD = sa.select(_held.id).where(among(_held.place_channel, "channels"), among(_held.state, "states"))
_ANSWERED = sa.select(_response.chat).where(among(_response.message, "messages"))
_TOUCHED = CHAT.select.where(within(tables.chat.c.id, _HELD.union(_ANSWERED))).order_by(tables.chat.c.id).with_for_update(key_share=True)
_ROLES = ROLE.select.where(among(tables.role_in_chat.c.chat)).order_by(tables.role_in_chat.c.id)
_DELETE_DRAFT = tables.chat.delete().where(tables.chat.c.id == sa.bindparam("of_id"), tables.chat.c.state == State.DRAFT)
_ATTENDANCE = ATTENDANCE.select.where(tables.attendance.c.chat == sa.bindparam("of_chat")).order_by(tables.attendance.c.id)
_COMING = sa.select(tables.attendance.c.coming).where(
    tables.attendance.c.chat == sa.bindparam("of_chat"), tables.attendance.c.member == sa.bindparam("of_member")
)
_LAST_ACT = ACT.select.where(tables.act.c.chat == sa.bindparam("of_chat")).order_by(tables.act.c.id.desc()).limit(1)
_PINS = PIN.select.where(tables.pin.c.chat == sa.bindparam("of_chat")).order_by(tables.pin.c.id)


class SqlChats(Chats):
    """Chats, with roles, attendance, host acts and pins."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._add = CHAT.insert.returning(tables.chat.c.id)
        self._set_role = replacing(connection, tables.role_in_chat, ("chat", "member"), "role")
        self._attend = replacing(connection, tables.attendance, ("chat", "member"), "coming", "at")
        self._pin = skipping(connection, tables.pin)
        self._touched = Prepared(connection, _TOUCHED)
        self._of_ids, self._locked = Prepared(connection, _OF_IDS), Prepared(connection, _LOCKED)
        self._save = Prepared(connection, CHAT.update, CHAT.names)
        self._read = reader(connection, CHAT.columns)
        self._roles, self._read_roles = Prepared(connection, _ROLES), reader(connection, ROLE.columns)

    @override
    def add(self, chat: Chat) -> Chat:
        return replace(chat, id=self._connection.execute(self._add, CHAT.fresh(chat)).scalar_one())

    @override
    def save(self, chat: Chat) -> None:
        self._save.run_all([CHAT.changed(chat)])

    @override
    def get(self, id: int) -> Chat | None:
        return next(iter(CHAT.values(self._read(self._of_ids.rows(some=[id])))), None)

    @override
    def lock(self, ids: Collection[int]) -> list[Chat]:
        return CHAT.values(self._read(self._locked.rows(some=sorted(ids))))

    @override
    def lock_touched(self, places: Collection[Place], states: Collection[State], messages: Collection[MessageKey]) -> list[Chat]:
        wanted, answered = {place.top for place in places}, {key.message for key in messages}
        rows = self._touched.rows(
            channels=sorted({place.channel for place in wanted}), states=[state.value for state in states], messages=sorted(answered)
        )
        return CHAT.values(self._read(rows))

    @override
    def in_states(self, states: Collection[State], community: str | None = None) -> list[Chat]:
        found = _IN_STATES if community is None else _IN_STATES.where(tables.chat.c.community == community)
        return CHAT.values(self._connection.execute(found, {"states": list(states)}).all())

    @override
    def in_places(self, places: Collection[Place], states: Collection[State]) -> list[Chat]:
        wanted = {(place.platform, place.channel) for place in places}
        channels = sorted({channel for _, channel in wanted})
        chats = CHAT.values(rows_for(self._connection, _IN_CHANNELS, channels, states=list(states)))
        here = [chat for chat in chats if (chat.place.platform, chat.place.channel) in wanted]
        return sorted(here, key=lambda chat: (chat.starts_at, chat.id))

    @override
    def delete_draft(self, id: int) -> None:
        self._connection.execute(_DELETE_DRAFT, {"of_id": id})

    @override
    def set_role(self, role: RoleInChat) -> None:
        self._connection.execute(self._set_role, ROLE.fresh(role))

    @override
    def roles(self, chats: Collection[int]) -> list[RoleInChat]:
        return ROLE.values(self._read_roles(self._roles.rows(some=list(chats))))

    @override
    def attend(self, attendance: Attendance) -> bool:
        known = self._connection.execute(_COMING, {"of_chat": attendance.chat, "of_member": attendance.member}).scalar()
        if known == attendance.coming:
            return False
        self._connection.execute(self._attend, ATTENDANCE.fresh(attendance))
        return True

    @override
    def attendance(self, chat: int) -> list[Attendance]:
        return ATTENDANCE.values(self._connection.execute(_ATTENDANCE, {"of_chat": chat}).all())

    @override
    def did(self, act: Act) -> None:
        self._connection.execute(ACT.insert, ACT.fresh(act))

    @override
    def last_act(self, chat: int) -> Act | None:
        return ACT.maybe(self._connection.execute(_LAST_ACT, {"of_chat": chat}).first())

    @override
    def pin(self, pin: Pin) -> None:
        self._connection.execute(self._pin, PIN.fresh(pin))

    @override
    def pins(self, chat: int) -> list[Pin]:
        return PIN.values(self._connection.execute(_PINS, {"of_chat": chat}).all())
