"""The peers of hearing: a program that does nothing but insert a row and commit it, over and over."""

import sqlite3
from itertools import count
from pathlib import Path

import psycopg

TABLE = """
CREATE TABLE heard (id INTEGER PRIMARY KEY, platform TEXT NOT NULL, channel TEXT NOT NULL, message TEXT NOT NULL, person TEXT,
thread TEXT, kind TEXT NOT NULL, body TEXT, at TEXT NOT NULL, UNIQUE (platform, channel, message))
"""
INSERT = """
INSERT INTO heard (platform, channel, message, person, thread, kind, body, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
BODY = "Last year we tried a journal club with our students, and what we found was that they came when lunch was there. " * 2
Row = tuple[str, ...]


class Rows:
    """Eight columns each, the body about 200 characters long, the message's id new each time."""

    def __init__(self, messages: int) -> None:
        self._messages = messages
        self._numbers = count(1)
        self.inserted = 0

    def next(self) -> list[Row]:
        """The rows of a round."""
        self.inserted += self._messages
        numbers = (next(self._numbers) for _ in range(self._messages))
        return [
            ("room", "resnetslt", f"1700000000.{n:09d}", f"U{n % 100}", "1700.0", "answer", BODY[:200], "2018-01-31T19:35:00Z")
            for n in numbers
        ]


class SqlitePeer:
    """The driver in autocommit mode: every INSERT is its own transaction, durable when ``execute`` returns."""

    def __init__(self, file: Path, messages: int) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(TABLE)
        self._rows = Rows(messages)
        self._ready: list[Row] = []

    def prepare(self) -> None:
        self._ready = self._rows.next()

    def work(self) -> None:
        for row in self._ready:
            self._connection.execute(INSERT, row)

    def check(self) -> None:
        assert self._connection.execute("SELECT count(*) FROM heard").fetchone() == (self._rows.inserted,)


class PostgresPeer:
    """psycopg in autocommit mode, which prepares the statement by itself: durable when ``execute`` returns."""

    def __init__(self, url: str, messages: int) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(TABLE.replace("INTEGER PRIMARY KEY", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"))
        self._insert = INSERT.replace("?", "%s")
        self._rows = Rows(messages)
        self._ready: list[Row] = []

    def prepare(self) -> None:
        self._ready = self._rows.next()

    def work(self) -> None:
        for row in self._ready:
            self._connection.execute(self._insert, row)

    def check(self) -> None:
        assert self._connection.execute("SELECT count(*) FROM heard").fetchone() == (self._rows.inserted,)
