"""The room's own SQLite file: one row for each thing it remembers, as JSON. Nothing else reads it."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from pydantic import TypeAdapter

from copbot.domain.heard import Commanded, Edited, HomeOpened, Joined, Left, Pressed, Reacted, Removed, Said, Submitted
from copbot.errors import ConfigurationError, TryLater
from copbot_room.model import ROOM, Counter, Entry, OpenForm, Told, Upcoming

KINDS: tuple[type[Any], ...] = (
    *(Entry, Told, OpenForm, Upcoming, Counter),
    *(Said, Edited, Removed, Reacted, Joined, Left, HomeOpened, Commanded, Pressed, Submitted),
)

Row = tuple[type[Any], str, object | None]
"""Kind, id and the value to remember, or None to forget."""


class Disk(Protocol):
    """Where rows survive a restart."""

    def load(self) -> Iterator[tuple[str, Any]]:
        """Every remembered (id, value), in the order in which they were first written."""
        ...

    def write(self, rows: Iterable[Row]) -> None:
        """Remember and forget, all in one commit. Raises TryLater if the file cannot be written."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class NoDisk:
    """Remembers nothing: a room in memory only."""

    def load(self) -> Iterator[tuple[str, Any]]:
        """Nothing."""
        return iter(())

    def write(self, rows: Iterable[Row]) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


class SqliteDisk:
    """One SQLite file. WAL and ``synchronous=NORMAL``: a killed process loses nothing, a power cut may lose the last moment."""

    def __init__(self, path: Path) -> None:
        self._kinds = {kind.__name__: TypeAdapter(kind) for kind in KINDS}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, isolation_level=None)
            self._file.executescript(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;"
                "CREATE TABLE IF NOT EXISTS row (n INTEGER PRIMARY KEY, kind TEXT, id TEXT, body BLOB, UNIQUE (kind, id));"
            )
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(f"room.path: the room's file {path.name!r} cannot be opened ({type(error).__name__})") from None

    def load(self) -> Iterator[tuple[str, Any]]:
        """Every remembered (id, value), in the order in which they were first written."""
        for kind, id, body in self._file.execute("SELECT kind, id, body FROM row ORDER BY n"):
            yield id, self._kinds[kind].validate_json(body)

    def write(self, rows: Iterable[Row]) -> None:
        """Remember and forget, all in one commit. Raises TryLater if the file cannot be written."""
        try:
            self._file.execute("BEGIN IMMEDIATE")
            for kind, id, value in rows:
                self._one(kind.__name__, id, value)
            self._file.execute("COMMIT")
        except sqlite3.Error as error:
            if self._file.in_transaction:
                self._file.execute("ROLLBACK")
            raise TryLater(ROOM, f"the room's file cannot be written ({type(error).__name__})", timedelta(seconds=10)) from None

    def _one(self, kind: str, id: str, value: object | None) -> None:
        if value is None:
            self._file.execute("DELETE FROM row WHERE kind = ? AND id = ?", (kind, id))
            return
        body = self._kinds[kind].dump_json(value)
        self._file.execute(
            "INSERT INTO row (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body", (kind, id, body)
        )

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
