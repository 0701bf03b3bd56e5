"""Parts of statements that both databases have words for, each its own: lists of any length as one parameter, pairs, words of copbot's.

Statements made of them are the same for either, and are put into words only where they are compiled.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from typing_extensions import override

Rows = sa.Select[Any] | sa.CompoundSelect[Any]


class _Within(sa.ColumnElement[bool]):
    """``column IN`` what a query finds, the query in the words of either database: ``rows(on_postgresql)``."""

    inherit_cache = False
    type = sa.Boolean()

    def __init__(self, column: sa.ColumnElement[Any], rows: Callable[[bool], Rows]) -> None:
        self.column = column
        self.rows = rows

    @override
    def self_group(self, against: object = None) -> Self:
        """A condition as it stands: compared with 1, as other conditions are on SQLite, no index would be found for it."""
        return self


@compiles(_Within)
def _in(element: _Within, compiler: SQLCompiler, **words: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return compiler.process(element.column.in_(element.rows(False)), **words)


@compiles(_Within, "postgresql")
def _in_array(element: _Within, compiler: SQLCompiler, **words: Any) -> str:  # noqa: ANN401 - as above
    """PostgreSQL finds no index for one condition or another, but for a list of values."""
    return compiler.process(element.column == sa.any_(sa.func.array(element.rows(True).scalar_subquery())), **words)


def within(column: sa.ColumnElement[Any], rows: Rows) -> sa.ColumnElement[bool]:
    """``column IN`` what a query finds."""
    return _Within(column, lambda _: rows)


def among(column: sa.ColumnElement[Any], name: str = "some") -> sa.ColumnElement[bool]:
    """``column IN`` a list that is one parameter: the statement is the same for any number of values, and there is no limit to them."""
    return _Within(column, partial(_listed, sa.bindparam(name, type_=sa.JSON()), column.type))


def _listed(given: sa.BindParameter[Any], kind: sa.types.TypeEngine[Any], on_postgresql: bool) -> Rows:
    if on_postgresql:
        each = sa.func.json_array_elements_text(sa.cast(given, sa.JSON())).column_valued("each")
        return sa.select(sa.cast(each, kind))
    return sa.select(sa.func.json_each(given).table_valued("value").c.value)


def pairs(first: str, second: str, *, on_postgresql: bool) -> sa.FromClause:
    """Pairs of numbers as a table with these columns; its one parameter, ``pairs``, holds the seconds of each first (see ``grouped``)."""
    given = sa.bindparam("pairs", type_=sa.JSON())
    if on_postgresql:
        firsts = sa.func.json_each(sa.cast(given, sa.JSON())).table_valued("key", sa.column("value", sa.JSON())).alias("firsts")
        seconds = sa.func.json_array_elements_text(firsts.c.value).column_valued("second")
        cells = [firsts.c.key, seconds]
    else:
        firsts = sa.func.json_each(given).table_valued("key", "value").alias("firsts")
        cells = [firsts.c.key, sa.func.json_each(firsts.c.value).table_valued("value").alias("seconds").c.value]
    return sa.select(*(sa.cast(cell, sa.BigInteger()).label(name) for cell, name in zip(cells, (first, second), strict=True))).subquery()


def grouped(pairs: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """The seconds of each first: fewer lists to read for the database than pairs."""
    seconds = defaultdict[int, list[int]](list)
    for one, other in pairs:
        seconds[one].append(other)
    return seconds


def constants(words: Iterable[str]) -> list[sa.ColumnElement[Any]]:
    """Words of copbot's own, of letters and underlines, for ``column.in_(...)``, as part of the statement's text."""
    return [sa.literal_column(f"'{word}'") for word in map(str, words) if word.isidentifier()]
