"""On PostgreSQL the database's clock is everybody's: a machine that is hours off posts when the database says so."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import time_machine
from databases import ONLY_ON_POSTGRESQL, Postgres

from copbot import app
from copbot.content import Content
from copbot.domain.message import Message
from copbot.domain.place import Place
from copbot.domain.step import Outgoing
from copbot.runtime.clock import AnchoredClock
from copbot.runtime.ticker import Ticker

ROOM = {"channels": [{"id": "lobby", "title": "Lobby"}], "path": None}
SOON = timedelta(milliseconds=500)


@pytest.mark.parametrize("database", ONLY_ON_POSTGRESQL)
@pytest.mark.parametrize("off", [timedelta(hours=-7), timedelta(hours=7)], ids=["behind", "ahead"])
async def test_a_machine_that_is_hours_off_posts_at_the_databases_time(
    database: str, off: timedelta, postgres: Postgres, shipped: Content
) -> None:
    with postgres.empty() as url, time_machine.travel(datetime.now(UTC) + off, tick=True):
        clock = AnchoredClock()
        async with app.house(url, shipped, {"room": ROOM}, clock, Ticker(clock)) as built:
            due_at = await server_time(url) + SOON
            row = Outgoing("greeting", "room:lobby", Place("room", "lobby"), Message("Good evening"), due_at)
            await built.store.write(lambda uow: uow.outbox.add([row]))
            running = asyncio.create_task(built.bot.run())
            sent_at = await asyncio.wait_for(until_sent(built), 60)
            running.cancel()
            await asyncio.wait([running])
            assert due_at <= sent_at <= await server_time(url)


async def until_sent(built: app.House) -> datetime:
    while True:
        row = await built.store.read(lambda uow: uow.outbox.get("greeting"))
        if row is not None and row.sent_at is not None:
            return row.sent_at
        await asyncio.sleep(0.02)


async def server_time(url: str) -> datetime:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = await (await connection.execute("SELECT clock_timestamp()")).fetchone()
    assert found is not None
    said: datetime = found[0]
    return said
