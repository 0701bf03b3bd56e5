"""Units of work: threads, commits, and what errors may say."""

import asyncio
import threading
import traceback
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from copbot.errors import ConfigurationError
from copbot.ports.store import UnitOfWork
from copbot.store.database import make_engine
from copbot.store.documents import database_document
from copbot.store.keeping import KeepingTable
from copbot.store.migrate import migrate
from copbot.store.store import LAST_MOMENT, SqlStore
from copbot.testing.values import START, a_chat, a_member, an_outgoing

NAME = "Zebedee"


async def test_all_work_happens_on_one_thread(db: SqlStore) -> None:
    def thread(_: UnitOfWork) -> str:
        return threading.current_thread().name

    threads = await asyncio.gather(*(db.write(thread) for _ in range(5)), *(db.read(thread) for _ in range(5)))
    assert set(threads) == {"copbot-database_0"}


async def test_a_write_that_fails_leaves_nothing(db: SqlStore) -> None:
    def fail(uow: UnitOfWork) -> None:
        uow.facts.put("a", "1")
        raise LookupError

    with pytest.raises(LookupError):
        await db.write(fail)
    assert await db.read(lambda uow: uow.facts.get("a")) is None


async def test_a_read_is_never_committed(db: SqlStore) -> None:
    await db.read(lambda uow: uow.facts.put("a", "1"))
    assert await db.read(lambda uow: uow.facts.get("a")) is None


async def test_a_transaction_commits_or_rolls_back(db: SqlStore) -> None:
    with db.transaction() as uow:
        uow.facts.put("a", "1")
    with pytest.raises(LookupError), db.transaction() as uow:  # noqa: PT012 - what happens before the error matters
        uow.facts.put("a", "2")
        raise LookupError
    assert await db.read(lambda uow: uow.facts.get("a")) == "1"


async def test_writes_in_parallel_lose_nothing(db: SqlStore) -> None:
    def count(uow: UnitOfWork) -> None:
        uow.facts.put("n", str(int(uow.facts.get("n") or 0) + 1))

    await asyncio.gather(*(db.write(count) for _ in range(50)))
    assert await db.read(lambda uow: uow.facts.get("n")) == "50"


async def test_what_is_committed_is_there_after_a_new_start(url: str) -> None:
    migrate(url)
    store = SqlStore.open(url)
    chat = await store.write(lambda uow: uow.chats.add(a_chat()))
    await store.aclose()
    store = SqlStore.open(url)
    assert await store.read(lambda uow: uow.chats.get(chat.id)) == chat
    await store.aclose()


async def test_a_store_whose_connections_are_slow_to_go_is_closed_all_the_same(url: str) -> None:
    migrate(url)
    engine = make_engine(url)
    store, gone = SqlStore(engine), threading.Event()
    sa.event.listen(engine, "engine_disposed", lambda _: gone.wait(10))
    asyncio.get_running_loop().call_later(LAST_MOMENT + 0.2, gone.set)
    await store.aclose()
    with pytest.raises(RuntimeError, match="shutdown"):
        await store.read(lambda uow: uow.facts.get("a"))


async def test_a_second_connection_waits_for_the_first(url: str) -> None:
    migrate(url)
    one, other = SqlStore.open(url), SqlStore.open(url)
    with one.transaction() as uow:
        uow.facts.put("a", "1")
        waiting = asyncio.ensure_future(other.write(lambda uow: uow.facts.put("a", "2")))
        await asyncio.sleep(0)
    await waiting
    assert await one.read(lambda uow: uow.facts.get("a")) == "2"
    await one.aclose()
    await other.aclose()


def test_settings_of_sqlite(file_url: str) -> None:
    migrate(file_url)
    store = SqlStore.open(file_url)

    async def pragmas() -> dict[str, object]:
        names = ("foreign_keys", "secure_delete", "synchronous")
        return {name: await store.query(lambda c, name=name: c.exec_driver_sql(f"PRAGMA {name}").scalar()) for name in names}  # type: ignore[misc]

    assert asyncio.run(pragmas()) == {"foreign_keys": 1, "secure_delete": 1, "synchronous": 2}
    store.close()


def test_a_database_without_tables_is_told_clearly(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r'cannot be used \((no such table: fact|relation "fact" does not exist)\)$'):
        SqlStore.open(url)


def test_naive_instants_are_refused(db: SqlStore) -> None:
    naive = replace(a_chat(), starts_at=datetime(2018, 1, 31, 19, 30))
    with pytest.raises(exc.StatementError, match="an instant needs a time zone"), db.transaction() as uow:
        uow.chats.add(naive)


def test_instants_come_back_in_utc(db: SqlStore) -> None:
    chat = a_chat(starts_at=START.astimezone(a_chat().zone) + timedelta(days=150))
    with db.transaction() as uow:
        found = uow.chats.get(uow.chats.add(chat).id)
    assert found is not None
    assert found.starts_at == chat.starts_at
    assert found.starts_at.utcoffset() == timedelta(0)


def test_errors_hold_no_text_of_people(db: SqlStore) -> None:
    with pytest.raises(exc.IntegrityError) as caught, db.transaction() as uow:
        uow.members.add([a_member(NAME), a_member(NAME)])
    assert "member" in str(caught.value)
    assert NAME.lower() not in "".join(traceback.format_exception(caught.value)).lower()


class TestKeeping:
    """What adapters keep."""

    async def test_each_adapter_has_its_own(self, db: SqlStore) -> None:
        room, slack = KeepingTable(db, "room"), KeepingTable(db, "slack")
        await room.put("k", b"\x00one")
        await room.put("k", b"\x00two")
        await slack.put("k", b"three")
        assert (await room.get("k"), await slack.get("k"), await room.get("other")) == (b"\x00two", b"three", None)

    async def test_forgetting(self, db: SqlStore) -> None:
        room = KeepingTable(db, "room")
        await room.put("k", b"one")
        await room.forget("k")
        await room.forget("never there")
        assert await room.get("k") is None


def test_an_unknown_chat_is_refused(db: SqlStore) -> None:
    with pytest.raises(exc.IntegrityError), db.transaction() as uow:
        uow.outbox.add([replace(an_outgoing("k"), chat=99)])


def test_the_document_is_made_from_the_tables() -> None:
    written = Path(__file__).parents[2] / "docs" / "database.md"
    assert written.read_text() == database_document(), "run: python -m copbot.store.documents > docs/database.md"
