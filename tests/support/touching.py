"""How much a database does for some work: counted, not timed, so that it is the same on every machine."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from copbot.store.database import is_postgresql
from copbot.store.store import SqlStore

EVERY = 10
"""SQLite's virtual machine is looked at every so many instructions."""


Executed = tuple[str, Any]


@dataclass
class Effort:
    """``statements`` executed, and what they ``touched``: SQLite's instructions, or the rows that PostgreSQL looked at."""

    statements: int = 0
    touched: int = 0


@asynccontextmanager
async def effort(store: SqlStore) -> AsyncIterator[Effort]:
    """What the store does meanwhile."""
    found = Effort()

    def step() -> None:
        found.touched += EVERY

    await _watch(store, step)
    try:
        with recorded() as statements:
            yield found
    finally:
        await _watch(store, None)
    found.statements += len(statements)
    found.touched += await store.query(lambda connection: _looked_at(connection, statements))


@contextmanager
def recorded() -> Iterator[list[Executed]]:
    """Every statement that is executed meanwhile, with parameters that it was executed with."""
    found: list[Executed] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool) -> None:
        found.append((statement, parameters[0] if many and isinstance(parameters, list) else parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


async def _watch(store: SqlStore, step: Any) -> None:
    def watch(connection: sa.Connection) -> None:
        if not is_postgresql(connection):
            driver: Any = connection.connection.driver_connection
            driver.set_progress_handler(step, EVERY)

    await store.query(watch)
    await store.change(watch)


def _looked_at(connection: sa.Connection, seen: list[Executed]) -> int:
    """By the SELECTs, each asked once more. Tables as small as a test's PostgreSQL would else read whole, being cheaper so."""
    if not is_postgresql(connection):
        return 0
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    selects = [each for each in seen if each[0].startswith("SELECT") and "advisory" not in each[0] and "pg_notify" not in each[0]]
    return sum(_rows_of(connection, statement, parameters) for statement, parameters in selects)


def _rows_of(connection: sa.Connection, statement: str, parameters: Any) -> int:
    [(plan,)] = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).all()
    tops = json.loads(plan) if isinstance(plan, str) else plan
    scans = [node for node in _nodes(tops[0]["Plan"]) if node["Node Type"].endswith("Scan")]
    return sum(round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]) for node in scans)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
