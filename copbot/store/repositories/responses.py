"""Responses, and the tombstones of messages that must not come back."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from typing_extensions import override

from copbot.domain.chat import FACILITATORS
from copbot.domain.response import MessageKey, Response
from copbot.ports.store import Responses
from copbot.store import tables
from copbot.store.database import is_postgresql
from copbot.store.expressions import among, grouped, pairs
from copbot.store.mapper import MESSAGE_KEY, PLACE, Mapper, affected, chunks, skipping, some
from copbot.store.statements import Inserting, Prepared, reader

RESPONSE = Mapper(Response, tables.response, {"message": MESSAGE_KEY, "place": PLACE})

_response, _tombstone = tables.response.c, tables.tombstone.c
_OF_CHAT = RESPONSE.select.where(_response.chat == sa.bindparam("of_chat")).order_by(_response.at, _response.id)
_OF_MEMBER = RESPONSE.select.where(_response.member == sa.bindparam("of_member")).order_by(_response.id)
_REMOVE = tables.response.delete().where(_response.id.in_(some()))
_ERASE = tables.response.update().where(_response.member == sa.bindparam("of_member"), _response.text.is_not(None)).values(text=None)
_ERASE_IN_CHAT = _ERASE.where(_response.chat == sa.bindparam("of_chat"))
_TOMBSTONE = sa.select(_tombstone.platform, _tombstone.channel, _tombstone.message)
_KEY = tables.tombstone.c.platform, tables.tombstone.c.channel, tables.tombstone.c.message
_AS_RESPONSE = sa.select(
    *({key.name: key for key in _KEY}.get(column.name, sa.cast(sa.null(), column.type)) for column in RESPONSE.columns)
)
"""Tombstones among responses: in nothing but the address of the message."""
_SPOKE = sa.select(_response.id).where(_response.id < sa.bindparam("before"), *(_response.role != role.value for role in FACILITATORS))
# The indexes begin with the message: the few that share an id but not a channel are sorted out afterwards.
_KEPT = RESPONSE.select.where(among(_response.message))
_OF_MESSAGES = _KEPT.order_by(_response.id)
_BURIED = _TOMBSTONE.where(among(_tombstone.message))
_KNOWN = _KEPT.union_all(_AS_RESPONSE.where(among(_tombstone.message))).order_by("id")


@cache
def _who_spoke(*, on_postgresql: bool) -> sa.Select[Any]:
    given = pairs("asked", "member", on_postgresql=on_postgresql)
    spoke = _SPOKE.where(_response.asked == given.c.asked, _response.member == given.c.member)
    return sa.select(given).where(spoke.exists())


class SqlResponses(Responses):
    """Responses and tombstones."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._of_messages = Prepared(connection, _OF_MESSAGES)
        self._buried, self._known = Prepared(connection, _BURIED), Prepared(connection, _KNOWN)
        self._spoke = Prepared(connection, _who_spoke(on_postgresql=is_postgresql(connection)))
        self._read = reader(connection, RESPONSE.columns)
        self._add = Inserting(connection, tables.response, RESPONSE.names, ("message", "channel", "platform", "asked"))
        self._bury = Prepared(connection, skipping(connection, tables.tombstone), ("platform", "channel", "message", "at"))

    @override
    def of_messages(self, keys: Collection[MessageKey]) -> list[Response]:
        wanted = set(keys)
        rows = self._of_messages.rows(some=sorted({key.message for key in wanted}))
        return [response for response in RESPONSE.values(self._read(rows)) if response.message in wanted]

    @override
    def known(self, keys: Collection[MessageKey]) -> tuple[list[Response], set[MessageKey]]:
        wanted = set(keys)
        rows = self._read(self._known.rows(some=sorted({key.message for key in wanted})))
        kept = RESPONSE.values([row for row in rows if row[0] is not None])
        gone = RESPONSE.values([row for row in rows if row[0] is None])
        return [each for each in kept if each.message in wanted], {each.message for each in gone if each.message in wanted}

    @override
    def add(self, responses: Iterable[Response]) -> list[int | None]:
        return self._add.add(RESPONSE.cells(responses))

    @override
    def save(self, responses: Iterable[Response]) -> None:
        if rows := [RESPONSE.changed(response) for response in responses]:
            self._connection.execute(RESPONSE.update, rows)

    @override
    def remove(self, ids: Collection[int]) -> None:
        for chunk in chunks(ids):
            self._connection.execute(_REMOVE, {"some": chunk})

    @override
    def of_chat(self, chat: int) -> list[Response]:
        return RESPONSE.values(self._connection.execute(_OF_CHAT, {"of_chat": chat}).all())

    @override
    def of_member(self, member: int) -> list[Response]:
        return RESPONSE.values(self._connection.execute(_OF_MEMBER, {"of_member": member}).all())

    @override
    def who_spoke(self, pairs: Collection[tuple[int, int]], before: int) -> set[tuple[int, int]]:
        return {(row[0], row[1]) for row in self._spoke.rows(pairs=grouped(pairs), before=before)}

    @override
    def erase_texts(self, member: int, chat: int | None = None) -> int:
        if chat is None:
            return affected(self._connection, _ERASE, {"of_member": member})
        return affected(self._connection, _ERASE_IN_CHAT, {"of_member": member, "of_chat": chat})

    @override
    def bury(self, keys: Collection[MessageKey], at: datetime) -> None:
        self._bury.run_all({"platform": key.platform, "channel": key.channel, "message": key.message, "at": at} for key in keys)

    @override
    def buried(self, keys: Collection[MessageKey]) -> set[MessageKey]:
        wanted = set(keys)
        rows = self._buried.rows(some=sorted({key.message for key in wanted}))
        return {MessageKey(row[0], row[1], row[2]) for row in rows} & wanted
