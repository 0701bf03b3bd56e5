"""Choices of members, and identifier events."""

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa
from typing_extensions import override

from copbot.domain.consent import Consent, IdentifierEvent, OffTheRecord
from copbot.domain.response import MessageKey
from copbot.ports.people import Consents, Identifiers
from copbot.store import tables
from copbot.store.expressions import among
from copbot.store.mapper import Mapper, skipping
from copbot.store.statements import Prepared, reader

CONSENT = Mapper(Consent, tables.consent)
OFF = Mapper(OffTheRecord, tables.off_the_record)
EVENT = Mapper(IdentifierEvent, tables.identifier_event)

_consent, _off, _event = tables.consent.c, tables.off_the_record.c, tables.identifier_event.c
_BACK = tables.off_the_record.update().where(
    _off.chat == sa.bindparam("of_chat"), _off.member == sa.bindparam("of_member"), _off.until.is_(None)
)
# Nobody makes so many choices that it would pay to let the database find the newest of each scope.
_OF_MEMBERS = CONSENT.select.where(among(_consent.member)).order_by(_consent.id)
_OFF_IN = OFF.select.where(among(_off.chat)).order_by(_off.id)
_OF_MESSAGES = EVENT.select.where(among(_event.message)).order_by(_event.id)
_EVENT_OF_ID = EVENT.select.where(_event.id == sa.bindparam("of_id"))
_EVENTS_IN_CHAT = EVENT.select.where(_event.member == sa.bindparam("of_member"), _event.chat == sa.bindparam("of_chat")).order_by(_event.id)
_DECIDE = tables.identifier_event.update().where(_event.id == sa.bindparam("of_id"))


class SqlConsents(Consents):
    """Choices of members; only ever added."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._go_off = skipping(connection, tables.off_the_record)
        self._of_members = Prepared(connection, _OF_MEMBERS)
        self._read = reader(connection, CONSENT.columns)
        self._off_in = Prepared(connection, _OFF_IN)
        self._read_off = reader(connection, OFF.columns)

    @override
    def add(self, consents: Iterable[Consent]) -> None:
        if rows := [CONSENT.fresh(consent) for consent in consents]:
            self._connection.execute(CONSENT.insert, rows)

    @override
    def current(self, members: Collection[int]) -> dict[int, dict[str, Consent]]:
        chosen: dict[int, dict[str, Consent]] = {member: {} for member in members}
        for consent in CONSENT.values(self._read(self._of_members.rows(some=list(members)))):
            chosen[consent.member][consent.scope] = consent
        return chosen

    @override
    def go_off_the_record(self, mark: OffTheRecord) -> None:
        self._connection.execute(self._go_off, OFF.fresh(mark))

    @override
    def back_on_record(self, chat: int, member: int, at: datetime) -> None:
        self._connection.execute(_BACK, {"of_chat": chat, "of_member": member, "until": at})

    @override
    def off_the_record(self, chats: Collection[int]) -> list[OffTheRecord]:
        return OFF.values(self._read_off(self._off_in.rows(some=list(chats))))


class SqlIdentifiers(Identifiers):
    """Identifier events: kinds and outcomes, never text."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._of_messages = Prepared(connection, _OF_MESSAGES)
        self._in_chat = Prepared(connection, _EVENTS_IN_CHAT)
        self._add = Prepared(connection, EVENT.insert, EVENT.names)
        self._read = reader(connection, EVENT.columns)

    @override
    def add(self, events: Iterable[IdentifierEvent]) -> None:
        if rows := [EVENT.fresh(event) for event in events]:
            self._add.run_all(rows)

    @override
    def of_messages(self, keys: Collection[MessageKey]) -> list[IdentifierEvent]:
        wanted = set(keys)
        rows = self._read(self._of_messages.rows(some=sorted({key.message for key in wanted})))
        return [event for event in EVENT.values(rows) if MessageKey(event.platform, event.channel, event.message) in wanted]

    @override
    def of_member_in_chat(self, member: int, chat: int) -> list[IdentifierEvent]:
        return EVENT.values(self._read(self._in_chat.rows(of_member=member, of_chat=chat)))

    @override
    def decide(self, id: int, outcome: str) -> None:
        self._connection.execute(_DECIDE, {"of_id": id, "outcome": outcome})

    @override
    def get(self, id: int) -> IdentifierEvent | None:
        return EVENT.maybe(self._connection.execute(_EVENT_OF_ID, {"of_id": id}).first())
