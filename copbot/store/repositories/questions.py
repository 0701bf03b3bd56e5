"""Asked questions and their counters."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, replace

import sqlalchemy as sa
from typing_extensions import override

from copbot.domain.chat import AskedQuestion, Counters
from copbot.ports.store import Questions
from copbot.store import tables
from copbot.store.mapper import Mapper, posted, rows_for, some

ASKED = Mapper(AskedQuestion, tables.asked_question, {"root": posted("root")})
COUNTERS = Mapper(Counters, tables.counters)

_OF_ID = ASKED.select.where(tables.asked_question.c.id == sa.bindparam("of_id"))
_OF_CHATS = ASKED.select.where(tables.asked_question.c.chat.in_(some())).order_by(tables.asked_question.c.id)
_COUNTERS = COUNTERS.select.where(tables.counters.c.asked.in_(some()))
_SAVE_COUNTERS = tables.counters.update().where(tables.counters.c.asked == sa.bindparam("of_asked"))


class SqlQuestions(Questions):
    """Asked questions and their counters."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._add = ASKED.insert.returning(tables.asked_question.c.id)

    @override
    def add(self, asked: AskedQuestion) -> AskedQuestion:
        added = replace(asked, id=self._connection.execute(self._add, ASKED.fresh(asked)).scalar_one())
        self._connection.execute(COUNTERS.insert, asdict(Counters(added.id)))
        return added

    @override
    def save(self, asked: AskedQuestion) -> None:
        self._connection.execute(ASKED.update, ASKED.changed(asked))

    @override
    def get(self, id: int) -> AskedQuestion | None:
        return ASKED.maybe(self._connection.execute(_OF_ID, {"of_id": id}).first())

    @override
    def of(self, chats: Collection[int]) -> list[AskedQuestion]:
        return ASKED.values(rows_for(self._connection, _OF_CHATS, chats))

    @override
    def counters(self, asked: Collection[int]) -> dict[int, Counters]:
        return {found.asked: found for found in COUNTERS.values(rows_for(self._connection, _COUNTERS, asked))}

    @override
    def save_counters(self, counters: Iterable[Counters]) -> None:
        rows = [asdict(counted) for counted in counters]
        for row in rows:
            row["of_asked"] = row.pop("asked")
        if rows:
            self._connection.execute(_SAVE_COUNTERS, rows)
