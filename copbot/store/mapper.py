"""Between frozen dataclasses or named tuples and rows. A field is a column of the same name, or is spread over several columns."""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import starmap
from operator import attrgetter
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from copbot.domain.place import Person, Place, Posted, Privately, Target, ThreadOf
from copbot.domain.response import MessageKey

R = TypeVar("R")
V = TypeVar("V")

MOST_PARAMETERS = 500
"""Longer lists are asked for in several statements; far below the limits of both databases."""

Cells = tuple[Any, ...]

INSERTS: Mapping[str, Callable[[sa.Table], sqlite.Insert | postgresql.Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""INSERTs that know ON CONFLICT, in the words of each database."""


class Spread(Generic[V]):
    """A field that lives in several columns: ``apart`` takes it to pieces, ``whole`` puts it together."""

    def __init__(self, columns: Sequence[str], apart: Callable[[V], Cells], whole: Callable[..., V]) -> None:
        self.columns = tuple(columns)
        self.apart = apart
        self.whole = whole


class Mapper(Generic[R]):
    """A kind of value and its table. ``columns`` are in the order of the fields, so that a row of them can be read by position."""

    def __init__(self, kind: type[R], table: sa.Table, spreads: Mapping[str, Spread[Any]] | None = None) -> None:
        is_tuple = issubclass(kind, tuple)
        making = partial(map, partial(tuple.__new__, kind)) if is_tuple else partial(starmap, kind)
        self._each: Callable[[Iterable[Cells]], Iterator[R]] = making
        self.table = table
        self._spreads = spreads or {}
        fields = _fields(kind)
        self._plain = tuple(field for field in fields if field not in self._spreads)
        self._wholes: list[tuple[slice, Callable[..., object]]] = []
        names: list[str] = []
        for field in fields:
            spread = self._spreads.get(field)
            columns = spread.columns if spread else (field,)
            if spread:
                self._wholes.insert(0, (slice(len(names), len(names) + len(columns)), spread.whole))
            names += columns
        self.names: tuple[str, ...] = tuple(name for name in names if name != "id")
        """Of the columns that ``fresh`` and ``changed`` set."""
        self._values: Callable[[Any], Iterable[Any]] = iter if is_tuple else attrgetter(*fields)
        self._aparts = [(field, self._spreads[field].apart if field in self._spreads else None) for field in fields]
        self.columns: tuple[sa.Column[Any], ...] = tuple(table.c[name] for name in names)
        self.select: sa.Select[Any] = sa.select(*self.columns)
        self.insert = table.insert()
        self.update = table.update()
        if "id" in names:
            self.update = self.update.where(table.c.id == sa.bindparam("of_id"))

    def value(self, row: Sequence[Any]) -> R:
        """The value that a row of ``columns`` holds."""
        return self.values([row])[0]

    def maybe(self, row: Sequence[Any] | None) -> R | None:
        """The value of the row, if there is one."""
        return None if row is None else self.value(row)

    def values(self, rows: Sequence[Sequence[Any]]) -> list[R]:
        """The values of many rows, put together a column at a time: that takes a call for each column, and not for each cell."""
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for places, whole in self._wholes if rows else ():
            columns[places] = [map(whole, *columns[places])]
        return list(self._each(zip(*columns, strict=True)))

    def fresh(self, value: R) -> dict[str, Any]:
        """The row to insert for a value; its id is left to the database."""
        row = self._row(value)
        row.pop("id", None)
        return row

    def changed(self, value: R) -> dict[str, Any]:
        """The parameters of ``update`` for a value."""
        row = self._row(value)
        row["of_id"] = row.pop("id")
        return row

    def cells(self, values: Iterable[R]) -> list[Iterable[Any]]:
        """What ``fresh`` gives of many values: the cells of each column, in the order of ``names``."""
        columns: list[Iterable[Any]] = []
        for (field, apart), cells in zip(self._aparts, zip(*map(self._values, values), strict=True), strict=False):
            if apart is not None:
                columns += zip(*map(apart, cells), strict=True)
            elif field != "id":
                columns.append(cells)
        return columns

    def _row(self, value: R) -> dict[str, Any]:
        row = {name: getattr(value, name) for name in self._plain}
        for name, spread in self._spreads.items():
            row.update(zip(spread.columns, spread.apart(getattr(value, name)), strict=True))
        return row


def _fields(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - a class of either sort
    """Of a named tuple or a dataclass, in order."""
    names: tuple[str, ...] = kind._fields if issubclass(kind, tuple) else tuple(field.name for field in dataclasses.fields(kind))
    return names


def skipping(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that leaves rows alone that are there already."""
    return _skipping(connection.dialect.name, table)


def replacing(connection: sa.Connection, table: sa.Table, key: Sequence[str], *names: str) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that changes the columns ``names`` of a row that has the same ``key``."""
    return _replacing(connection.dialect.name, table, tuple(key), names)


@cache
def _skipping(dialect: str, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    return INSERTS[dialect](table).on_conflict_do_nothing()


@cache
def _replacing(dialect: str, table: sa.Table, key: Sequence[str], names: Sequence[str]) -> sqlite.Insert | postgresql.Insert:
    insert = INSERTS[dialect](table)
    return insert.on_conflict_do_update(index_elements=list(key), set_={name: insert.excluded[name] for name in names})


def chunks(values: Collection[V]) -> Iterator[list[V]]:
    """The values in lists that fit into one statement."""
    listed = list(values)
    for start in range(0, len(listed), MOST_PARAMETERS):
        yield listed[start : start + MOST_PARAMETERS]


def some(name: str = "some") -> sa.BindParameter[Any]:
    """A parameter for ``column.in_(...)`` that takes any number of values."""
    return sa.bindparam(name, expanding=True)


def rows_for(connection: sa.Connection, statement: sa.Select[Any], values: Collection[Any], **others: object) -> list[Sequence[Any]]:
    """The rows of a statement that uses ``some()``, for any number of values."""
    return [row for chunk in chunks(values) for row in connection.execute(statement, {"some": chunk, **others})]


def affected(connection: sa.Connection, statement: sa.Update | sa.Delete, parameters: Mapping[str, Any] | None = None) -> int:
    """Execute, and how many rows it concerned."""
    return connection.execute(statement, parameters or {}).rowcount


def _place_apart(place: Place | None) -> Cells:
    return place or (None, None, None)


def _place_whole(platform: str | None, channel: str, thread: str | None) -> Place | None:
    return None if platform is None else Place(platform, channel, thread)


def _posted_apart(posted: Posted | None) -> Cells:
    return (*_place_apart(posted.place), posted.message) if posted else (None, None, None, None)


def _posted_whole(platform: str | None, channel: str, thread: str | None, message: str) -> Posted | None:
    return None if platform is None else Posted(Place(platform, channel, thread), message)


def _key_apart(key: MessageKey | None) -> Cells:
    return key or (None, None, None)


def _key_whole(platform: str | None, channel: str, message: str) -> MessageKey | None:
    return None if platform is None else MessageKey(platform, channel, message)


def _person_apart(person: Person) -> Cells:
    return person


def _target_apart(target: Target) -> Cells:
    match target:
        case Place(platform, channel, thread):
            return platform, channel, thread, None, None
        case Privately(person):
            return person.platform, None, None, person.id, None
        case ThreadOf(asked):
            return None, None, None, None, asked


def _target_whole(platform: str, channel: str, thread: str | None, person: str | None, asked: int | None) -> Target:
    if asked is not None:
        return ThreadOf(asked)
    return Place(platform, channel, thread) if person is None else Privately(Person(platform, person))


PLACE = Spread(("place_platform", "place_channel", "place_thread"), _place_apart, _place_whole)
MESSAGE_KEY = Spread(("platform", "channel", "message"), _key_apart, _key_whole)
PERSON = Spread(("platform", "person"), _person_apart, Person)
TARGET = Spread(("to_platform", "to_channel", "to_thread", "to_person", "thread_of"), _target_apart, _target_whole)


def posted(prefix: str) -> Spread[Posted | None]:
    """A Posted in columns with this prefix."""
    return Spread([f"{prefix}_{part}" for part in ("platform", "channel", "thread", "message")], _posted_apart, _posted_whole)
