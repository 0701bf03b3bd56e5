"""On PostgreSQL, who only looks whether anything is due begins no transaction; whoever does more does all of it or nothing."""

from collections.abc import Iterator

import pytest
from databases import ONLY_ON_POSTGRESQL, Postgres
from psycopg.pq import TransactionStatus

from copbot.ports.store import UnitOfWork
from copbot.store.impatient import ImpatientConnection
from copbot.store.store import SqlStore
from copbot.testing.values import START, an_outgoing


@pytest.fixture(params=ONLY_ON_POSTGRESQL)
def url(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[str]:
    with postgres.migrated() as address:
        yield address


@pytest.fixture
def one(url: str) -> Iterator[SqlStore]:
    store = SqlStore.open(url)
    yield store
    store.close()


@pytest.fixture
def other(url: str) -> Iterator[SqlStore]:
    store = SqlStore.open(url)
    yield store
    store.close()


def _status(store: SqlStore) -> TransactionStatus:
    driver = store._writer.connection.driver_connection
    assert isinstance(driver, ImpatientConnection)
    return driver.info.transaction_status


async def test_a_look_at_what_is_due_is_no_transaction(one: SqlStore) -> None:
    def look(uow: UnitOfWork) -> None:
        uow.steps.next_due()
        uow.steps.chats_due(START, 1)
        uow.follow_ups.due(START, 1)
        uow.facilitation.expire(START)
        uow.outbox.next_due(START)

    with one.transaction() as uow:
        look(uow)
        assert _status(one) is TransactionStatus.IDLE
        uow.facts.get("a")
        look(uow)
        assert _status(one) is TransactionStatus.INTRANS


async def test_what_follows_a_look_is_undone_if_it_fails(one: SqlStore, other: SqlStore) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.steps.next_due()
        uow.facts.put("a", "1")
        uow.steps.next_due()
        raise LookupError

    with pytest.raises(LookupError):
        await one.write(work)
    assert await other.read(lambda uow: uow.facts.get("a")) is None


async def test_each_look_sees_what_others_have_committed(one: SqlStore, other: SqlStore) -> None:
    with one.transaction() as uow:
        assert uow.outbox.next_due(START) is None
        with other.transaction() as others:
            others.outbox.add([an_outgoing("k", due_at=START)])
        assert uow.outbox.next_due(START) == START
