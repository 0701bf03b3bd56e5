"""Responses, and the tombstones of messages that must not come back."""

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa
from typing_extensions import override

from copbot.domain.response import MessageKey, Response
from copbot.ports.store import Responses
from copbot.store import tables
from copbot.store.mapper import MESSAGE_KEY, PLACE, Mapper, affected, chunks, rows_for, skipping, some

RESPONSE = Mapper(Response, tables.response, {"message": MESSAGE_KEY, "place": PLACE})

_response, _tombstone = tables.response.c, tables.tombstone.c
# The index begins with the message: the few that share an id but not a channel are sorted out afterwards.
_OF_MESSAGES = RESPONSE.select.where(_response.message.in_(some())).order_by(_response.id)
_OF_CHAT = RESPONSE.select.where(_response.chat == sa.bindparam("of_chat")).order_by(_response.at, _response.id)
_OF_MEMBER = RESPONSE.select.where(_response.member == sa.bindparam("of_member")).order_by(_response.id)
_WHO_SPOKE = sa.select(_response.asked, _response.member).where(_response.asked.in_(some())).distinct()
_REMOVE = tables.response.delete().where(_response.id.in_(some()))
_ERASE = tables.response.update().where(_response.member == sa.bindparam("of_member"), _response.text.is_not(None)).values(text=None)
_ERASE_IN_CHAT = _ERASE.where(_response.chat == sa.bindparam("of_chat"))
_BURIED = sa.select(_tombstone.platform, _tombstone.channel, _tombstone.message).where(_tombstone.message.in_(some()))


class SqlResponses(Responses):
    """Responses and tombstones."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._add = skipping(connection, tables.response).returning(*RESPONSE.columns)
        self._bury = skipping(connection, tables.tombstone)

    @override
    def of_messages(self, keys: Collection[MessageKey]) -> list[Response]:
        wanted = set(keys)
        rows = rows_for(self._connection, _OF_MESSAGES, sorted({key.message for key in wanted}))
        found = [response for response in RESPONSE.values(rows) if response.message in wanted]
        return sorted(found, key=lambda response: response.id)

    @override
    def add(self, responses: Iterable[Response]) -> list[Response]:
        rows = [RESPONSE.fresh(response) for response in responses]
        if not rows:
            return []
        added = RESPONSE.values(self._connection.execute(self._add, rows).all())
        return sorted(added, key=lambda response: response.id)

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
    def who_spoke(self, asked: Collection[int]) -> set[tuple[int, int]]:
        return {(row[0], row[1]) for row in rows_for(self._connection, _WHO_SPOKE, asked)}

    @override
    def erase_texts(self, member: int, chat: int | None = None) -> int:
        if chat is None:
            return affected(self._connection, _ERASE, {"of_member": member})
        return affected(self._connection, _ERASE_IN_CHAT, {"of_member": member, "of_chat": chat})

    @override
    def bury(self, keys: Collection[MessageKey], at: datetime) -> None:
        rows = [{"platform": key.platform, "channel": key.channel, "message": key.message, "at": at} for key in keys]
        if rows:
            self._connection.execute(self._bury, rows)

    @override
    def buried(self, keys: Collection[MessageKey]) -> set[MessageKey]:
        wanted = set(keys)
        found = {MessageKey(row[0], row[1], row[2]) for row in rows_for(self._connection, _BURIED, sorted({key.message for key in wanted}))}
        return found & wanted
