"""Suggestions and the log of restraint."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from typing_extensions import override

from copbot.domain.facilitation import Restraint, Suggestion, SuggestionState
from copbot.ports.store import Facilitation
from copbot.store import tables
from copbot.store.database import GLANCE
from copbot.store.mapper import Mapper, skipping

RESTRAINT = Mapper(Restraint, tables.restraint)
SUGGESTION = Mapper(Suggestion, tables.suggestion)

_restraint, _suggestion = tables.restraint.c, tables.suggestion.c
_RESTRAINTS = RESTRAINT.select.where(_restraint.chat == sa.bindparam("of_chat")).order_by(_restraint.id)
_OF_ID = SUGGESTION.select.where(_suggestion.id == sa.bindparam("of_id"))
_OF_CHAT = SUGGESTION.select.where(_suggestion.chat == sa.bindparam("of_chat")).order_by(_suggestion.id)
_IS_OVER = (_suggestion.state == SuggestionState.OFFERED, _suggestion.expires_at <= sa.bindparam("now"))
_ANY_OVER = sa.select(_suggestion.id).where(*_IS_OVER).limit(1).execution_options(**{GLANCE: True})
_EXPIRE = tables.suggestion.update().where(*_IS_OVER).values(state=SuggestionState.EXPIRED).returning(*SUGGESTION.columns)


class SqlFacilitation(Facilitation):
    """Suggestions and the log of restraint."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._suggest = skipping(connection, tables.suggestion).returning(_suggestion.id)

    @override
    def restrain(self, lines: Iterable[Restraint]) -> None:
        if rows := [RESTRAINT.fresh(line) for line in lines]:
            self._connection.execute(RESTRAINT.insert, rows)

    @override
    def restraints(self, chat: int) -> list[Restraint]:
        return RESTRAINT.values(self._connection.execute(_RESTRAINTS, {"of_chat": chat}).all())

    @override
    def suggest(self, suggestion: Suggestion) -> Suggestion | None:
        id = self._connection.execute(self._suggest, SUGGESTION.fresh(suggestion)).scalar()
        return None if id is None else replace(suggestion, id=id)

    @override
    def save(self, suggestion: Suggestion) -> None:
        self._connection.execute(SUGGESTION.update, SUGGESTION.changed(suggestion))

    @override
    def get(self, id: int) -> Suggestion | None:
        return SUGGESTION.maybe(self._connection.execute(_OF_ID, {"of_id": id}).first())

    @override
    def of(self, chat: int) -> list[Suggestion]:
        return SUGGESTION.values(self._connection.execute(_OF_CHAT, {"of_chat": chat}).all())

    @override
    def expire(self, now: datetime) -> list[Suggestion]:
        if self._connection.execute(_ANY_OVER, {"now": now}).first() is None:
            return []
        expired = SUGGESTION.values(self._connection.execute(_EXPIRE, {"now": now}).all())
        return sorted(expired, key=lambda suggestion: suggestion.id)
