"""Rows of the outbox that wait for a thread or a message that will never be: they end, else they would block their lanes for ever."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from copbot.domain.place import ThreadOf
from copbot.domain.step import Fate, Outgoing, Verb
from copbot.store import tables
from copbot.store.expressions import among, constants
from copbot.store.statements import Prepared

UNSENT = (Fate.EXPIRED, Fate.CANCELLED, Fate.FAILED)
NO_THREAD = "the thread could not be opened"

_row, _asked = tables.outbox.c, tables.asked_question.c
_edited, _opener = tables.outbox.alias("edited"), tables.outbox.alias("opener")

# A row cannot wait for one behind it in its lane: each would wait for the other.
_OPENS_IT = sa.and_(_opener.c.asked == _row.thread_of, _opener.c.verb == Verb.OPEN_THREAD)
_WILL_OPEN = sa.and_(_OPENS_IT, _opener.c.fate.not_in(constants(UNSENT)), _opener.c.id < _row.id)
_WILL_BE_THERE = sa.and_(_edited.c.key == _row.edits, _edited.c.fate.not_in(constants(UNSENT)), _edited.c.id < _row.id)
_FAIL = (
    tables.outbox.update()
    .where(
        _row.fate == Fate.PENDING,
        sa.exists().where(_asked.id == _row.thread_of, _asked.root_message.is_(None)),
        sa.exists().where(_OPENS_IT),
        ~sa.exists().where(_WILL_OPEN),
    )
    .values(fate=Fate.FAILED, trouble=NO_THREAD)
    .returning(_row.key)
)
_CANCEL_CHANGE = (
    tables.outbox.update()
    .where(_row.fate == Fate.PENDING, _row.edits.is_not(None), ~sa.exists().where(_WILL_BE_THERE))
    .values(fate=Fate.CANCELLED)
    .returning(_row.key)
)
_FAIL_OF_KEYS, _FAIL_IN_THREADS = _FAIL.where(among(_row.key)), _FAIL.where(among(_row.thread_of))
_CANCEL_OF_KEYS, _CANCEL_CHANGES_OF = _CANCEL_CHANGE.where(among(_row.key)), _CANCEL_CHANGE.where(among(_row.edits))


class InVain:
    """Ends what waits in vain, in one connection's transactions."""

    def __init__(self, connection: sa.Connection) -> None:
        self._fail = Prepared(connection, _FAIL_OF_KEYS)
        self._fail_in_threads = Prepared(connection, _FAIL_IN_THREADS)
        self._cancel = Prepared(connection, _CANCEL_OF_KEYS)
        self._cancel_changes_of = Prepared(connection, _CANCEL_CHANGES_OF)

    def end_new(self, new: Collection[Outgoing]) -> None:
        """End those of the new rows that wait for what will never be, and what waits for one of them but stands in front of it."""
        failed = _ended(self._fail, [row.key for row in new if isinstance(row.target, ThreadOf)])
        failed += _ended(self._fail_in_threads, [row.asked for row in new if row.verb is Verb.OPEN_THREAD and row.asked is not None])
        _ended(self._cancel, [row.key for row in new if row.edits is not None])
        self._end_changes_of(failed)

    def end_after(self, ended: Collection[Sequence[Any]]) -> None:
        """End the rows that wait for rows (key, asked, verb) that were not sent."""
        failed = _ended(self._fail_in_threads, [asked for _, asked, verb in ended if verb is Verb.OPEN_THREAD and asked is not None])
        self._end_changes_of([*failed, *(key for key, _, _ in ended)])

    def _end_changes_of(self, keys: list[str]) -> None:
        while keys:
            keys = _ended(self._cancel_changes_of, keys)


def _ended(statement: Prepared, some: Sequence[object]) -> list[str]:
    """The keys of the rows that a statement has ended."""
    return [key for (key,) in statement.rows(some=some)] if some else []
