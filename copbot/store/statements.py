"""Statements that every batch of messages executes, straight on the driver.

Core composes and compiles them once; what it does around each execution costs more than the statement itself (measured on SQLite: 73
microseconds against 8). Errors are Core's all the same, and hold no parameters.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

import sqlalchemy as sa

from copbot.store.database import is_postgresql, say_no_more_than_necessary

Cells = Sequence[Any]


class Prepared:
    """One statement on one connection. Parameters go by name; ``columns`` are those that an INSERT or UPDATE sets."""

    def __init__(self, connection: sa.Connection, statement: sa.ClauseElement, columns: Iterable[str] | None = None) -> None:
        dialect = connection.dialect
        compiled: Any = statement.compile(dialect=dialect, column_keys=None if columns is None else list(columns))
        self._connection = connection
        self._errors = dialect.loaded_dbapi.Error
        self._sql = str(compiled)
        self._by_position: Sequence[str] | None = compiled.positiontup
        self._fixed = {name: bind.value for bind, name in compiled.bind_names.items() if bind.value is not None}
        kinds = [(name, bind.type.dialect_impl(dialect)) for bind, name in compiled.bind_names.items()]
        self._converting = [(name, convert) for name, kind in kinds if (convert := kind.bind_processor(dialect)) is not None]

    def rows(self, **parameters: object) -> list[Cells]:
        """All rows, as the driver gives them: for a ``reader``."""
        return self.rows_of_all([parameters])

    def rows_of_all(self, parameters: Iterable[Mapping[str, object]]) -> list[Cells]:
        """The rows of one execution for each."""
        try:
            cursor = self._cursor()
            return [row for each in parameters for row in cursor.execute(self._sql, self._bound(each)).fetchall()]
        except self._errors as error:
            self._fail(error)

    def run_all(self, parameters: Iterable[Mapping[str, object]]) -> None:
        """Execute once for each, for their effect."""
        try:
            self._cursor().executemany(self._sql, [self._bound(each) for each in parameters])
        except self._errors as error:
            self._fail(error)

    def _cursor(self) -> Any:  # noqa: ANN401 - the driver's own
        return self._connection.connection.cursor()

    def _bound(self, parameters: Mapping[str, object]) -> Sequence[object] | Mapping[str, object]:
        bound = {**self._fixed, **parameters}
        for name, convert in self._converting:
            bound[name] = convert(bound[name])
        return bound if self._by_position is None else [bound[name] for name in self._by_position]

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


def among(connection: sa.Connection, column: sa.ColumnElement[Any], name: str = "some") -> sa.ColumnElement[bool]:
    """``column IN`` a list that is one parameter: the statement's text is the same for any number of values, and there is no limit to them."""
    if is_postgresql(connection):
        return column == sa.any_(sa.bindparam(name, type_=sa.ARRAY(column.type)))
    return column.in_(sa.select(sa.func.json_each(sa.bindparam(name, type_=sa.JSON())).table_valued("value").c.value))


def reader(connection: sa.Connection, columns: Sequence[sa.ColumnElement[Any]]) -> Callable[[Iterable[Cells]], list[list[Any]]]:
    """Turns rows of the driver's into rows of these columns' values."""
    kinds = [column.type.dialect_impl(connection.dialect) for column in columns]
    found = [kind.result_processor(connection.dialect, None) for kind in kinds]
    converting = [(place, convert) for place, convert in enumerate(found) if convert is not None]

    def read(rows: Iterable[Cells]) -> list[list[Any]]:
        whole = [list(row) for row in rows]
        for place, convert in converting:
            for row in whole:
                row[place] = convert(row[place])
        return whole

    return read
