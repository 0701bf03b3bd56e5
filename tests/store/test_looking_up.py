"""No statement reads a table from end to end: not while chats are planned, held and talked in, nor when something falls due."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from playhouse import CHANNEL, PEOPLE, House
from touching import recorded

from copbot.store.database import is_postgresql

ONCE_A_DAY = (
    "SELECT member.community, member.id FROM member WHERE member.left_at <",
    "DELETE FROM restraint WHERE restraint.at <",
    "DELETE FROM identifier_event WHERE identifier_event.at <",
    "DELETE FROM reflection WHERE reflection.at <",
    "DELETE FROM commitment WHERE commitment.at <",
    "DELETE FROM consent WHERE (consent.member NOT IN",
)
"""What is let go of, in small tables that hold no more than is kept; these alone may be read whole."""


def read_whole(connection: sa.Connection, statement: str, parameters: Any) -> list[str]:
    """The tables that a statement reads from end to end."""
    if not is_postgresql(connection):
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).scalars("detail").all()
        # A list that is one parameter is read as a virtual table.
        return [step for step in plan if step.startswith("SCAN ") and "CONSTANT ROW" not in step and "VIRTUAL TABLE" not in step]
    for cheap in ("seqscan", "hashjoin", "mergejoin"):  # the cheapest in tables as small as these
        connection.exec_driver_sql(f"SET LOCAL enable_{cheap} = off")
    [(plan,)] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).all()
    tops = json.loads(plan) if isinstance(plan, str) else plan
    return [
        node["Node Type"] + " of " + node.get("Relation Name", node.get("Index Name", "?"))
        for node in _nodes(tops[0]["Plan"])
        if _is_whole(node)
    ]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def _is_whole(node: dict[str, Any]) -> bool:
    reads = {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan"}
    return node["Node Type"] in reads and "Index Cond" not in node


async def test_no_statement_reads_a_table_from_end_to_end(house: House) -> None:
    with recorded() as statements:
        await house.cop("maria", "reflect on")
        await house.schedule()
        await house.until("2018-01-31 19:34")
        await house.press("maria", "listening")
        await house.until("2018-01-31 19:36")
        for who in PEOPLE:
            message = await house.room.people.say(who, CHANNEL, "A1 We tried that, and it helped.")
            await house.room.people.edit(who, message, "A1 We tried that; it helped.")
        await house.restart()
        await house.cop("lucy", "transcript")
        await house.until("2018-03-31 12:00")
    asked = {sql: values for sql, values in statements if sql.startswith(("SELECT", "UPDATE", "DELETE"))}
    assert len(asked) > 50
    plans = await house.store.query(lambda connection: {sql: read_whole(connection, sql, values) for sql, values in asked.items()})
    whole = {" ".join(sql.split()): tables for sql, tables in plans.items() if tables}
    assert {sql: tables for sql, tables in whole.items() if not sql.startswith(ONCE_A_DAY)} == {}
