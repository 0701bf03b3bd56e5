"""Asked questions and their counters."""

from collections.abc import Collection, Iterable
from dataclasses import replace

import sqlalchemy as sa
from typing_extensions import override

from copbot.domain.chat import AskedQuestion, Counters
from copbot.ports.store import Questions
from copbot.store import tables
from copbot.store.expressions import among
from copbot.store.mapper import Mapper, posted
from copbot.store.statements import Prepared, reader, updating

ASKED = Mapper(AskedQuestion, tables.asked_question, {"root": posted("root")})
COUNTERS = Mapper(Counters, tables.counters)

_COUNTED = (
    sa.select(*ASKED.columns, *COUNTERS.columns)
    .join_from(tables.asked_question, tables.counters)
    .where(among(tables.asked_question.c.chat))
    .order_by(tables.asked_question.c.id)
)
_OF_CHATS = ASKED.select.where(among(tables.asked_question.c.chat)).order_by(tables.asked_question.c.id)
_COUNTERS = COUNTERS.select.where(among(tables.counters.c.asked))
_OF_ID = ASKED.select.where(tables.asked_question.c.id == sa.bindparam("of_id"))


class SqlQuestions(Questions):
    """Asked questions and their counters."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._add = Prepared(connection, ASKED.insert.returning(tables.asked_question.c.id), ASKED.names)
        self._save = Prepared(connection, ASKED.update, ASKED.names)
        self._of_id = Prepared(connection, _OF_ID)
        self._count = Prepared(connection, COUNTERS.insert, COUNTERS.names)
        self._of_chats, self._read = Prepared(connection, _OF_CHATS), reader(connection, ASKED.columns)
        self._counted, self._read_counted = Prepared(connection, _COUNTED), reader(connection, [*ASKED.columns, *COUNTERS.columns])
        self._counters = Prepared(connection, _COUNTERS)
        self._read_counters = reader(connection, COUNTERS.columns)
        self._save_counters = updating(connection, tables.counters, COUNTERS.names, by="asked")

    @override
    def add(self, asked: AskedQuestion) -> AskedQuestion:
        ((id,),) = self._add.rows(**ASKED.fresh(asked))
        self._count.run_all([COUNTERS.fresh(Counters(id))])
        return replace(asked, id=id)

    @override
    def save(self, asked: AskedQuestion) -> None:
        self._save.run_all([ASKED.changed(asked)])

    @override
    def get(self, id: int) -> AskedQuestion | None:
        return next(iter(ASKED.values(self._read(self._of_id.rows(of_id=id)))), None)

    @override
    def of(self, chats: Collection[int]) -> list[AskedQuestion]:
        return ASKED.values(self._read(self._of_chats.rows(some=list(chats))))

    @override
    def counted(self, chats: Collection[int]) -> list[tuple[AskedQuestion, Counters]]:
        rows, width = self._read_counted(self._counted.rows(some=list(chats))), len(ASKED.columns)
        return list(zip(ASKED.values([row[:width] for row in rows]), COUNTERS.values([row[width:] for row in rows]), strict=True))

    @override
    def counters(self, asked: Collection[int]) -> dict[int, Counters]:
        rows = self._read_counters(self._counters.rows(some=list(asked)))
        return {found.asked: found for found in COUNTERS.values(rows)}

    @override
    def save_counters(self, counters: Iterable[Counters]) -> None:
        self._save_counters(list(zip(*COUNTERS.cells(counters), strict=True)))
