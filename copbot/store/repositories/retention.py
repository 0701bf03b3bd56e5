"""Letting go of what was kept for long enough."""

from datetime import datetime

import sqlalchemy as sa
from typing_extensions import override

from copbot.ports.people import Retention
from copbot.store import tables
from copbot.store.mapper import affected
from copbot.store.repositories.members import SqlMembers

_response, _chat = tables.response.c, tables.chat.c
_IN_COMMUNITY = _response.chat.in_(sa.select(_chat.id).where(_chat.community == sa.bindparam("of_community")))
_OLD = _response.at < sa.bindparam("before")
_TEXTS = tables.response.update().where(_IN_COMMUNITY, _OLD, _response.text.is_not(None)).values(text=None)
_AUTHORS = (
    tables.response.update().where(_IN_COMMUNITY, _OLD, _response.member != sa.bindparam("former")).values(member=sa.bindparam("former"))
)
_EDGES = tables.response.update().where(_IN_COMMUNITY, _OLD, _response.replies_to.is_not(None)).values(replies_to=None)
_NOTES = tuple(table.delete().where(table.c.at < sa.bindparam("before")) for table in (tables.restraint, tables.identifier_event))


class SqlRetention(Retention):
    """Letting go of what was kept for long enough."""

    def __init__(self, connection: sa.Connection, members: SqlMembers) -> None:
        self._connection = connection
        self._members = members

    @override
    def let_go_of_texts(self, community: str, before: datetime) -> int:
        return affected(self._connection, _TEXTS, {"of_community": community, "before": before})

    @override
    def let_go_of_activity(self, community: str, before: datetime) -> int:
        old = {"of_community": community, "before": before}
        self._connection.execute(_EDGES, old)
        return affected(self._connection, _AUTHORS, {**old, "former": self._members.former_member(community)})

    @override
    def let_go_of_notes(self, before: datetime) -> int:
        return sum(affected(self._connection, notes, {"before": before}) for notes in _NOTES)
