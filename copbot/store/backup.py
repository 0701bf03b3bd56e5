"""Copies of an SQLite database, made while it is in use, and put back in its place."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from copbot.errors import ConfigurationError
from copbot.store.database import BUSY_MILLISECONDS

COMPANIONS = ("", "-wal", "-shm")
"""The files of one SQLite database, by what follows its name. https://www.sqlite.org/walformat.html"""


def copy(database: Path, to: Path) -> None:
    """Write a consistent copy, without anything that was erased. Raises ConfigurationError; half a copy is never left under that name."""
    if to.exists():
        raise ConfigurationError(f"{to} is there already; choose another name")
    half = to.with_name(f"{to.name}.partial")
    with _told_clearly(to):
        half.unlink(missing_ok=True)
        os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            with closing(sqlite3.connect(database, timeout=BUSY_MILLISECONDS / 1000)) as connection:
                connection.execute("VACUUM INTO ?", (str(half),)).close()
            _be_sound(half)
            _on_disk(half)
            half.rename(to)
        finally:
            half.unlink(missing_ok=True)
        _on_disk(to.parent)


def put_aside(database: Path, name: str) -> Path | None:
    """Rename a database with all its files; its new path, or None if there is none."""
    aside = database.with_name(f"{database.name}.{name}")
    with _told_clearly(database):
        for end in COMPANIONS:
            file = database.with_name(database.name + end)
            if file.exists():
                file.replace(aside.with_name(aside.name + end))
    return aside if aside.exists() else None


def remove(database: Path) -> None:
    """Delete a database with all its files, if there is one."""
    for end in COMPANIONS:
        database.with_name(database.name + end).unlink(missing_ok=True)


def put_in_place(copied: Path, database: Path) -> None:
    """Make a copy the database. Nobody may have either open."""
    with _told_clearly(database):
        _on_disk(copied)
        copied.replace(database)
        _on_disk(database.parent)


def _be_sound(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("PRAGMA quick_check").fetchone()[0]
    if found != "ok":
        raise ConfigurationError(f"{file}: the copy is damaged ({found}); the database may be, too: copbot doctor")


def _on_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _told_clearly(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise ConfigurationError(f"{path}: cannot be copied ({error})") from None
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
