"""Letting go of what was kept for long enough."""

from datetime import datetime

import sqlalchemy as sa
from typing_extensions import override

from copbot.domain.chat import State
from copbot.ports.people import Retention
from copbot.store import tables
from copbot.store.mapper import affected
from copbot.store.repositories.members import SqlMembers
from copbot.store.repositories.outbox import FINISHED

_response, _chat = tables.response.c, tables.chat.c
_IN_COMMUNITY = _response.chat.in_(sa.select(_chat.id).where(_chat.community == sa.bindparam("of_community")))
_OLD = _response.at < sa.bindparam("before")
_TEXTS = tables.response.update().where(_IN_COMMUNITY, _OLD, _response.text.is_not(None)).values(text=None)
_AUTHORS = (
    tables.response.update().where(_IN_COMMUNITY, _OLD, _response.member != sa.bindparam("former")).values(member=sa.bindparam("former"))
)
_EDGES = tables.response.update().where(_IN_COMMUNITY, _OLD, _response.replies_to.is_not(None)).values(replies_to=None)
_NOTES = tuple(table.delete().where(table.c.at < sa.bindparam("before")) for table in (tables.restraint, tables.identifier_event))
_REFLECTIONS = tuple(table.delete().where(table.c.at < sa.bindparam("before")) for table in (tables.reflection, tables.commitment))
_consent, _newer = tables.consent.c, tables.consent.alias("newer")
_OVERTAKEN = sa.exists().where(_newer.c.member == _consent.member, _newer.c.scope == _consent.scope, _newer.c.id > _consent.id)
_SOMEBODY = sa.select(tables.member.c.id).where(tables.member.c.platform != "")
_CHOICES = tables.consent.delete().where(
    sa.or_(_consent.member.not_in(_SOMEBODY), sa.and_(_consent.at < sa.bindparam("before"), _OVERTAKEN))
)
_outbox = tables.outbox.c
_NOT_OVER = sa.select(_chat.id).where(_chat.state.in_([state for state in State if state not in {State.CLOSED, State.CANCELLED}]))
_MAIL = tables.outbox.delete().where(
    _outbox.to_person.is_not(None),
    _outbox.due_at < sa.bindparam("before"),
    _outbox.fate.in_(FINISHED),
    sa.func.coalesce(_outbox.sent_at, _outbox.due_at) < sa.bindparam("before"),
    sa.or_(_outbox.chat.is_(None), _outbox.chat.not_in(_NOT_OVER)),
)
_INTERACTIONS = tables.interaction.delete().where(tables.interaction.c.at < sa.bindparam("before"))


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

    @override
    def let_go_of_reflections(self, before: datetime) -> int:
        return sum(affected(self._connection, statement, {"before": before}) for statement in _REFLECTIONS)

    @override
    def let_go_of_leavers(self, before: datetime) -> int:
        return self._members.forget_leavers(before)

    @override
    def let_go_of_choices(self, before: datetime) -> int:
        return affected(self._connection, _CHOICES, {"before": before})

    @override
    def let_go_of_mail(self, before: datetime) -> int:
        return affected(self._connection, _MAIL, {"before": before})

    @override
    def let_go_of_interactions(self, before: datetime) -> int:
        return affected(self._connection, _INTERACTIONS, {"before": before})
