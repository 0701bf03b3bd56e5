"""One heard message, from the neutral event to the commit of its response, against one INSERT with a commit each, equally durable.

CPU time of this process, the database thread's included. The real path: kept text, notices, counters, identifier check, consents, off the
record; existing members mostly, in four threads and the channel.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

import psycopg
import sqlalchemy as sa

from copbot.store.migrate import migrate
from tests.benchmarks.hearing_peers import PostgresPeer, SqlitePeer
from tests.benchmarks.hearing_room import LiveChat
from tests.benchmarks.measuring import Figure, LeftOut, Side, microseconds, note, taking_turns

MESSAGES = 2000
ROUNDS = 9


def heard_sqlite(folder: Path) -> Figure:
    """On SQLite: WAL, synchronous=FULL, both files in the same folder."""
    return _compared(f"sqlite:///{folder / 'copbot.sqlite3'}", SqlitePeer(folder / "peer.sqlite3", MESSAGES), at_most=1.0)


def heard_postgres(folder: Path) -> Figure | LeftOut:
    """On PostgreSQL, both databases on one server that waits for its disk; CPU time of the client process alone."""
    server = os.environ.get("POSTGRES_URL", "")
    if not server:
        return LeftOut("POSTGRES_URL names no server; where PostgreSQL is installed, make bench starts one")
    with ExitStack() as stack:
        admin = stack.enter_context(psycopg.connect(server, autocommit=True))
        lax = [name for name in ("fsync", "synchronous_commit") if _setting(admin, name) != "on"]
        if lax:
            return LeftOut(f"the server of POSTGRES_URL does not wait for its disk: {' and '.join(lax)} off")
        ours, theirs = (stack.enter_context(_database(admin, server)) for _ in range(2))
        return _compared(ours, PostgresPeer(theirs, MESSAGES), at_most=0.5)


def _setting(admin: psycopg.Connection[Any], name: str) -> object:
    row = admin.execute(f"SHOW {name}").fetchone()
    return row and row[0]


@contextmanager
def _database(admin: psycopg.Connection[Any], server: str) -> Iterator[str]:
    name = f"copbot_bench_{token_hex(4)}"
    admin.execute(f"CREATE DATABASE {name}")
    try:
        yield sa.make_url(server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _compared(url: str, peer: Side, *, at_most: float) -> Figure:
    migrate(url)
    with asyncio.Runner() as runner:
        chat = LiveChat(url, runner, MESSAGES)
        for line in chat.statements_of_a_batch():
            note(f"  {line}")
        ours, theirs = taking_turns(chat, peer, ROUNDS)
        chat.close()
    return Figure(microseconds(ours / MESSAGES), microseconds(theirs / MESSAGES), ours / theirs, at_most)
