"""Statements that every batch of messages, every step and every post executes, straight on the driver.

Core composes and compiles them once; what it does around each execution costs more than the statement itself (measured on SQLite: 73
microseconds against 8). Errors are Core's all the same, and hold no parameters.
"""

import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from operator import itemgetter
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from copbot.store.database import is_postgresql, say_no_more_than_necessary

Cells = Sequence[Any]
NUL = json.dumps("\0").strip('"')
"""What PostgreSQL does not keep (``text.py``), and refuses even so."""
in_json = json.JSONEncoder(default=datetime.isoformat).encode


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A statement in the words of one database. ``by_position``: the names of its parameters in order, where the driver wants them so."""

    sql: str
    by_position: Sequence[str] | None
    fixed: Mapping[str, object]
    converting: Sequence[tuple[str, Callable[[Any], Any]]]


_SPOKEN: WeakKeyDictionary[sa.ClauseElement, dict[tuple[str, Sequence[str] | None], _Spoken]] = WeakKeyDictionary()
"""What has been compiled, for as long as the statement is there: the next store of the process need not compile it again."""


class Prepared:
    """One statement on one connection. Parameters go by name; ``columns`` are those that an INSERT or UPDATE sets.

    It is compiled when it is first needed: compiling all that a store may ever say takes longer than opening its database.
    """

    def __init__(self, connection: sa.Connection, statement: sa.ClauseElement, columns: Iterable[str] | None = None) -> None:
        self._connection = connection
        self._statement = statement
        self.execution_options: Mapping[str, Any] = statement.get_execution_options() if isinstance(statement, sa.Executable) else {}
        """As of a context of Core's: for those who listen."""
        self._columns = None if columns is None else tuple(columns)
        self._errors = connection.dialect.loaded_dbapi.Error
        self._keeps_cursor = is_postgresql(connection)
        self._driver: Any = None
        self._cursor: Any = None

    @cached_property
    def _spoken(self) -> _Spoken:
        dialect = self._connection.dialect
        known, said = _SPOKEN.setdefault(self._statement, {}), (dialect.name, self._columns)
        if said not in known:
            known[said] = _speak(self._statement, self._columns, dialect)
        return known[said]

    def rows(self, **parameters: object) -> list[Cells]:
        """All rows, as the driver gives them: for a ``reader``."""
        try:
            found: list[Cells] = self._execute(self._bound(parameters)).fetchall()
        except self._errors as error:
            self._fail(error)
        return found

    def run_all(self, parameters: Iterable[Mapping[str, object]]) -> None:
        """Execute once for each, for their effect."""
        self.run_rows([self._bound(each) for each in parameters])

    def run_rows(self, rows: Sequence[Any]) -> int:
        """Execute once for each, with parameters as the driver takes them; how many rows that concerned."""
        try:
            # psycopg would send a single row by a pipeline, too, which costs more than the row.
            cursor = self._execute(rows[0]) if len(rows) == 1 else self._execute(rows, many=True)
        except self._errors as error:
            self._fail(error)
        return int(cursor.rowcount)

    def count(self, **parameters: object) -> int:
        """How many rows an UPDATE or DELETE concerned."""
        try:
            return int(self._execute(self._bound(parameters)).rowcount)
        except self._errors as error:
            self._fail(error)

    def _execute(self, parameters: Any, *, many: bool = False) -> Any:  # noqa: ANN401 - the driver's own
        """Execute, and tell whoever listens to the engine's statements, as Core would."""
        cursor = self._cursor_of(self._connection.connection)
        for tell in self._connection.engine.dispatch.before_cursor_execute:
            tell(self._connection, cursor, self._spoken.sql, parameters, self, many)
        (cursor.executemany if many else cursor.execute)(self._spoken.sql, parameters)
        return cursor

    def _cursor_of(self, driver: Any) -> Any:  # noqa: ANN401 - the driver's own
        """On PostgreSQL the same as last time while the connection is the same: a new one costs as much as all else of a statement.
        What it brings is not written out as text, which takes a quarter less time to read.

        On SQLite one that is kept would keep a file open that was closed.
        """
        if not self._keeps_cursor:
            return driver.cursor()
        if self._driver is not driver:
            self._driver, self._cursor = driver, driver.cursor(binary=True)
        return self._cursor

    def _bound(self, parameters: Mapping[str, object]) -> Sequence[object] | Mapping[str, object]:
        spoken = self._spoken
        bound = {**spoken.fixed, **parameters}
        for name, convert in spoken.converting:
            bound[name] = convert(bound[name])
        return bound if spoken.by_position is None else tuple([bound[name] for name in spoken.by_position])

    def _fail(self, error: Exception) -> NoReturn:
        """Raise it as Core would have: a lost connection is given up, and nothing of the row at fault is told."""
        dialect = self._connection.dialect
        lost = dialect.is_disconnect(error, None, None)  # type: ignore[arg-type]
        if lost:
            self._connection.invalidate(error)
        say_no_more_than_necessary(error)
        raise sa.exc.DBAPIError.instance(
            None, None, error, self._errors, hide_parameters=True, connection_invalidated=lost, dialect=dialect
        ) from error


def _speak(statement: sa.ClauseElement, columns: Sequence[str] | None, dialect: sa.Dialect) -> _Spoken:
    compiled: Any = statement.compile(dialect=dialect, column_keys=columns and list(columns))
    kinds = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
    return _Spoken(
        sql=str(compiled),
        by_position=compiled.positiontup,
        fixed={name: bind.value for bind, name in compiled.bind_names.items() if bind.value is not None},
        converting=[(name, convert) for name, kind in kinds.items() if (convert := kind.bind_processor(dialect)) is not None],
    )


class Inserting:
    """Adds rows by set to a table that gives them ids, and leaves alone what is there already.

    ``names`` are the columns, in the order of the cells given; ``key`` those by which a row is known. Without a key nothing is left alone:
    a row that is there already is an error.
    """

    def __init__(self, connection: sa.Connection, table: sa.Table, names: Sequence[str], key: Sequence[str] = ()) -> None:
        columns = [column for column in table.c if column.name in names]  # the order of Core's statements
        in_order = [column.name for column in columns]
        self._key = itemgetter(*map(in_order.index, key or in_order))
        found = [column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in columns]
        self._converting = [(names.index(name), convert) for name, convert in zip(in_order, found, strict=True)]
        made = _inserting_on_postgresql if is_postgresql(connection) else _inserting_on_sqlite
        self._insert = made(connection, table, in_order, key)

    def add(self, columns: Sequence[Iterable[Any]]) -> list[int | None]:
        """The id of each row, in order; None for those that were there already. ``columns``: their cells, a column at a time."""
        cells = [columns[place] if convert is None else map(convert, columns[place]) for place, convert in self._converting if columns]
        rows = list(zip(*cells, strict=True))
        added = self._insert(rows) if rows else []
        if len(added) == len(rows):
            return [row[0] for row in added]
        ids = defaultdict[Any, deque[int]](deque)
        for id, *key in added:
            ids[tuple(key)].append(id)
        return [ids[key].popleft() if ids[key := self._key(row)] else None for row in rows]


Add = Callable[[Sequence[Cells]], Sequence[Cells]]
"""Inserts rows; the id of each row that was added, in order, and its key unless that was all of them."""


def _inserting_on_sqlite(connection: sa.Connection, table: sa.Table, names: Sequence[str], key: Sequence[str]) -> Add:
    """Nobody else writes meanwhile, so that ids grow by one (https://www.sqlite.org/autoinc.html)."""
    insert = Prepared(connection, _insert_on_sqlite(table, unless_there=bool(key)), names)
    last, newer = Prepared(connection, _LAST), Prepared(connection, _newer(table, tuple(key)))

    def add(rows: Sequence[Cells]) -> Sequence[Cells]:
        added = insert.run_rows(rows)
        newest = last.rows()[0][0]
        if added == len(rows):
            return [(id,) for id in range(newest - added + 1, newest + 1)]
        return newer.rows(after=newest - added)

    return add


_LAST = sa.select(sa.func.last_insert_rowid())


@cache
def _insert_on_sqlite(table: sa.Table, *, unless_there: bool) -> sa.Insert:
    return sqlite.insert(table).on_conflict_do_nothing() if unless_there else table.insert()


@cache
def _newer(table: sa.Table, key: Sequence[str]) -> sa.Select[Any]:
    return sa.select(table.c.id, *(table.c[name] for name in key)).where(table.c.id > sa.bindparam("after")).order_by(table.c.id)


def _inserting_on_postgresql(connection: sa.Connection, table: sa.Table, names: Sequence[str], key: Sequence[str]) -> Add:
    statement = Prepared(connection, _insert_on_postgresql(table, tuple(names), tuple(key)))
    return lambda rows: statement.rows(rows=_as_one(rows))


@cache
def _insert_on_postgresql(table: sa.Table, names: Sequence[str], key: Sequence[str]) -> sa.ClauseElement:
    insert = postgresql.insert(table).from_select(list(names), sa.select(*_given(table, names)))
    return (insert.on_conflict_do_nothing() if key else insert).returning(table.c.id, *(table.c[name] for name in key))


def updating(connection: sa.Connection, table: sa.Table, names: Sequence[str], by: str) -> Callable[[Sequence[Cells]], None]:
    """Changes rows by set, each known by its column ``by``. Cells come in the order of ``names``, and are numbers, instants or words."""
    if is_postgresql(connection):
        statement = Prepared(connection, _update_on_postgresql(table, tuple(names), by))
        return lambda rows: statement.run_all([{"rows": _as_one(rows)}])
    one = Prepared(connection, _update_one(table, by), [name for name in names if name != by])
    return lambda rows: one.run_all({**dict(zip(names, row, strict=True)), f"of_{by}": row[names.index(by)]} for row in rows)


@cache
def _update_one(table: sa.Table, by: str) -> sa.Update:
    return table.update().where(table.c[by] == sa.bindparam(f"of_{by}"))


@cache
def _update_on_postgresql(table: sa.Table, names: Sequence[str], by: str) -> sa.Update:
    given = sa.select(*(cell.label(name) for cell, name in zip(_given(table, names), names, strict=True))).subquery("changed")
    return table.update().where(table.c[by] == given.c[by]).values({name: given.c[name] for name in names if name != by})


def _given(table: sa.Table, names: Sequence[str]) -> list[sa.ColumnElement[Any]]:
    """Cells of rows that are one parameter, ``rows``: what a client spends on binding each value of each is more than all the rest."""
    given = sa.func.jsonb_array_elements(sa.cast(sa.bindparam("rows", type_=sa.Text()), postgresql.JSONB())).column_valued("given")
    return [sa.cast(given.op("->>")(sa.literal_column(str(place))), table.c[name].type) for place, name in enumerate(names)]


def _as_one(rows: Sequence[Cells]) -> str:
    given = in_json(rows)
    if NUL not in given:
        return given
    return in_json([[cell.replace("\0", "") if isinstance(cell, str) else cell for cell in row] for row in rows])


def reader(connection: sa.Connection, columns: Sequence[sa.Column[Any]]) -> Callable[[Iterable[Cells]], list[Cells]]:
    """Turns rows of the driver's into rows of these columns' values."""
    kinds = [column.type.dialect_impl(connection.dialect) for column in columns]
    found = [kind.result_processor(connection.dialect, None) for kind in kinds]
    converting = [(place, convert) for place, convert in enumerate(found) if convert is not None]

    def read(rows: Iterable[Cells]) -> list[Cells]:
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for place, convert in converting if columns else ():
            columns[place] = map(convert, columns[place])
        return list(zip(*columns, strict=True))

    return read
