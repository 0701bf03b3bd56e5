"""Metadata, column types and short ways to write columns. All types mean the same on SQLite and on PostgreSQL."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from typing_extensions import override

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite gives numbers by itself only to a primary key of exactly the type INTEGER."""

Version = BigId
"""Of a message. It only has to grow: a platform may well count in microseconds since 1970, which takes more than 32 bits."""

_in_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

W = TypeVar("W", bound=StrEnum)
V = TypeVar("V")


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored as UTC; SQLite keeps it as text that sorts. Naive values are refused with ValueError."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @override
    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        return _as_text if dialect.name == "sqlite" else _in_utc

    @override
    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        return _from_text if dialect.name == "sqlite" else _in_utc


class Truth(TypeDecorator[bool]):
    """True or false, as the driver of SQLite takes it best: as a number."""

    impl = sa.Boolean
    cache_ok = True

    @override
    def bind_processor(self, dialect: Dialect) -> Callable[[bool | None], int | None] | None:
        return {None: None, False: 0, True: 1}.__getitem__ if dialect.name == "sqlite" else None

    @override
    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], bool | None] | None:
        return {None: None, 0: False, 1: True}.__getitem__ if dialect.name == "sqlite" else None


_OFFSET = "+00:00"
"""How the text of an instant in UTC ends, where it does not go without saying."""


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    in_utc = value if value is None or value.tzinfo is UTC else _in_utc(value)
    return in_utc.isoformat(" ", "microseconds").removesuffix(_OFFSET) if in_utc else None


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + _OFFSET)


class Word(TypeDecorator[W], Generic[W]):
    """One word of an enumeration, stored as its value."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, words: type[W]) -> None:
        super().__init__()
        self.words = words

    @override
    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], W | None]:
        words: dict[str | None, W | None] = {None: None}
        words.update((word.value, word) for word in self.words)
        return words.__getitem__

    @override
    def bind_processor(self, dialect: Dialect) -> Callable[[W | None], str | None]:
        values: dict[W | None, str | None] = {None: None}
        values.update((word, word.value) for word in self.words)
        return values.__getitem__


class Json(TypeDecorator[V], Generic[V]):
    """A value stored as JSON text. ``plain`` makes JSON data of it, ``whole`` makes it of JSON data again."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, plain: Callable[[V], object], whole: Callable[[Any], V]) -> None:
        super().__init__()
        self.plain = plain
        self.whole = whole

    @override
    def process_bind_param(self, value: V | None, dialect: Dialect) -> str | None:
        return None if value is None else _in_json(self.plain(value))

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> V | None:
        return None if value is None else self.whole(json.loads(value))


Kind = TypeEngine[Any] | type[TypeEngine[Any]]


def identity() -> sa.Column[int]:
    """A number given by the database."""
    return sa.Column("id", BigId, primary_key=True, comment="Number of the row.")


def needs(name: str, kind: Kind, comment: str, *, unique: bool = False, default: str | None = None) -> sa.Column[Any]:
    """A column that always has a value. ``default`` is SQL, for rows that were there before the column."""
    return sa.Column(name, kind, nullable=False, unique=unique or None, server_default=default, comment=comment)


def may_have(name: str, kind: Kind, comment: str) -> sa.Column[Any]:
    """A column that may be NULL."""
    return sa.Column(name, kind, nullable=True, comment=comment)


def refers(name: str, to: str, comment: str, *, required: bool = True, gone: str | None = None, index: bool = False) -> sa.Column[Any]:
    """A reference to the ``id`` of table ``to``; ``gone`` is what happens when that row is deleted (default: it may not be)."""
    key = sa.ForeignKey(f"{to}.id", ondelete=gone)
    return sa.Column(name, BigId, key, nullable=not required, index=index or None, comment=comment)
