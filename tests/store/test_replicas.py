"""Several processes on one PostgreSQL: whose turn it is, and what happens when the database is away (3-architecture 6 and 9)."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from databases import ONLY_ON_POSTGRESQL, Postgres

from copbot.domain.message import Message
from copbot.domain.step import Fate, Outgoing
from copbot.errors import DatabaseUnreachable
from copbot.ports.store import UnitOfWork
from copbot.runtime.patience import PatientStore
from copbot.store.hints import PostgresHints
from copbot.store.impatient import ImpatientConnection
from copbot.store.store import SqlStore
from copbot.testing.values import START, a_chat, a_member, an_outgoing

LEASE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


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


def claim(uow: UnitOfWork, owner: str, after: timedelta = timedelta()) -> list[Outgoing]:
    return uow.outbox.claim(owner, START + after, LEASE, 100)


def keys(rows: list[Outgoing]) -> list[str]:
    return [row.key for row in rows]


def put(store: SqlStore, *rows: Outgoing) -> None:
    with store.transaction() as uow:
        uow.outbox.add(rows)


class TestClaims:
    """Rows of the outbox, claimed by two processes at the same moment."""

    def test_nobody_waits_and_nobody_gets_what_the_other_is_taking(self, one: SqlStore, other: SqlStore) -> None:
        put(one, an_outgoing("a1", lane="a"), an_outgoing("a2", lane="a"), an_outgoing("b1", lane="b"))
        with one.transaction() as first:
            taken = first.outbox.claim("one", START, LEASE, 1)
            with other.transaction() as second:
                assert keys(claim(second, "other")) == ["b1"]
            assert keys(taken) == ["a1"]
        with other.transaction() as second:
            assert claim(second, "other") == []

    def test_the_next_of_a_lane_comes_after_the_mark_of_the_first(self, one: SqlStore, other: SqlStore) -> None:
        put(one, an_outgoing("a1"), an_outgoing("a2"))
        with one.transaction() as first:
            (row,) = claim(first, "one")
        with one.transaction() as first, other.transaction() as second:
            assert first.outbox.mark(replace(row, fate=Fate.SENT))
            assert claim(second, "other") == []
        with other.transaction() as second:
            assert keys(claim(second, "other")) == ["a2"]

    def test_pacing_holds_for_all(self, one: SqlStore, other: SqlStore) -> None:
        put(one, an_outgoing("a1"))
        with one.transaction() as first:
            (row,) = claim(first, "one")
        with one.transaction() as first:
            assert first.outbox.mark(replace(row, fate=Fate.PENDING))
            first.outbox.hold(row.lane, START + 5 * SECOND)
        with other.transaction() as second:
            assert claim(second, "other", 4 * SECOND) == []
            assert second.outbox.next_due(START) == START + 5 * SECOND
            assert keys(claim(second, "other", 5 * SECOND)) == ["a1"]

    def test_who_lost_the_lease_cannot_mark(self, one: SqlStore, other: SqlStore) -> None:
        put(one, an_outgoing("a1"))
        with one.transaction() as first:
            (old,) = claim(first, "same name")
        with other.transaction() as second:
            (new,) = claim(second, "same name", LEASE)
        assert (new.fate, new.epoch) == (Fate.UNCLEAR, 2)
        with one.transaction() as first:
            assert not first.outbox.mark(replace(old, fate=Fate.SENT))
        with other.transaction() as second:
            assert second.outbox.mark(replace(new, fate=Fate.SENT))

    def test_a_start_takes_nothing_from_those_who_live(self, one: SqlStore, other: SqlStore) -> None:
        put(one, an_outgoing("a1"))
        with one.transaction() as first:
            (row,) = claim(first, "one")
        with other.transaction() as second:
            assert second.outbox.free_dead("other") == 0
        with one.transaction() as first:
            assert first.outbox.mark(replace(row, fate=Fate.SENT))

    def test_rows_of_a_lane_get_their_numbers_in_the_order_of_commits(
        self, one: SqlStore, other: SqlStore, postgres: Postgres, url: str
    ) -> None:
        """Else a row could turn up in front of one that is already on its way."""
        with ThreadPoolExecutor(1) as thread:
            with one.transaction() as first:
                first.outbox.add([an_outgoing("a1", lane="a"), an_outgoing("c1", lane="c")])
                put(other, an_outgoing("b1", lane="b"))
                later = thread.submit(put, other, an_outgoing("a2", lane="a"))
                postgres.wait_for_a_waiter(url)
                assert not later.done()
            later.result()
        with one.transaction() as first:
            rows = first.outbox.by_keys(["a1", "a2"])
        assert rows["a1"].id < rows["a2"].id

    async def test_six_owners_empty_ten_lanes_in_order(self, url: str) -> None:
        stores = [SqlStore.open(url) for _ in range(6)]
        put(stores[0], *(an_outgoing(f"{lane}:{n}", lane=str(lane)) for lane in range(10) for n in range(6)))
        claimed: list[str] = []

        async def empty(store: SqlStore, owner: str) -> None:
            while not await store.read(lambda uow: uow.outbox.next_due(START) is None):
                rows = await store.write(lambda uow: uow.outbox.claim(owner, START, LEASE, 3))
                claimed.extend(keys(rows))
                await store.write(lambda uow, rows=rows: [uow.outbox.mark(replace(row, fate=Fate.SENT)) for row in rows])  # type: ignore[misc]
                if not rows:
                    await asyncio.sleep(0)

        await asyncio.gather(*(empty(store, f"owner {n}") for n, store in enumerate(stores)))
        for store in stores:
            await store.aclose()
        assert sorted(claimed) == sorted(f"{lane}:{n}" for lane in range(10) for n in range(6))
        assert all([key for key in claimed if key.startswith(f"{lane}:")] == [f"{lane}:{n}" for n in range(6)] for lane in range(10))


class TestLocks:
    """Chats and members."""

    def test_a_locked_chat_is_read_as_the_other_left_it(self, one: SqlStore, other: SqlStore, postgres: Postgres, url: str) -> None:
        with one.transaction() as uow:
            ids = [uow.chats.add(a_chat()).id for _ in range(3)]

        def title() -> list[str]:
            with other.transaction() as uow:
                return [chat.title for chat in uow.chats.lock(ids[::-1])]

        with ThreadPoolExecutor(1) as thread:
            with one.transaction() as uow:
                (chat,) = uow.chats.lock([ids[1]])
                later = thread.submit(title)
                postgres.wait_for_a_waiter(url)
                uow.chats.save(replace(chat, title="New"))
            assert later.result() == ["Thinking together", "New", "Thinking together"]

    def test_what_refers_to_a_locked_chat_does_not_wait(self, one: SqlStore, other: SqlStore) -> None:
        with one.transaction() as uow:
            id = uow.chats.add(a_chat()).id
        with one.transaction() as uow:
            uow.chats.lock([id])
            put(other, replace(an_outgoing("k"), chat=id))
        with one.transaction() as uow:
            assert keys(uow.outbox.of(id)) == ["k"]

    async def test_a_deadlock_is_somebody_elses_turn_first(self, one: SqlStore, other: SqlStore) -> None:
        with one.transaction() as uow:
            uow.facts.put("a", "0")
            uow.facts.put("b", "0")
        both = Barrier(2)
        tries: list[str] = []

        def count(uow: UnitOfWork, order: str) -> None:
            tries.append(order)
            uow.facts.put(order[0], f"first of {order}")
            if len(tries) <= 2:
                both.wait(30)
            uow.facts.put(order[1], f"second of {order}")

        await asyncio.gather(one.write(lambda uow: count(uow, "ab")), other.write(lambda uow: count(uow, "ba")))
        assert len(tries) >= 3, "who begins again may take the second row before the other wakes, and be the one to give way once more"
        last = tries[-1]
        assert await one.read(lambda uow: (uow.facts.get(last[0]), uow.facts.get(last[1]))) == (f"first of {last}", f"second of {last}")

    async def test_both_meet_the_same_new_member(self, one: SqlStore, other: SqlStore) -> None:
        both = Barrier(2)
        looks: list[int] = []

        def meet(uow: UnitOfWork) -> int:
            ada = a_member("Ada")
            known = uow.members.by_person("slt", [ada.person])
            looks.append(len(known))
            if len(looks) <= 2:
                both.wait(30)
            return known[ada.person].id if known else uow.members.add([ada])[0].id

        ids = await asyncio.gather(one.write(meet), other.write(meet))
        assert ids[0] == ids[1]
        assert sorted(looks) == [0, 0, 1]


class TestOutages:
    """The connection breaks, or the database is away."""

    async def test_a_connection_that_broke_is_made_again(self, one: SqlStore, postgres: Postgres, url: str) -> None:
        await one.write(lambda uow: uow.facts.put("a", "1"))
        postgres.hang_up(url)
        await one.write(lambda uow: uow.facts.put("b", "2"))
        assert await one.read(lambda uow: (uow.facts.get("a"), uow.facts.get("b"))) == ("1", "2")

    async def test_work_that_was_cut_off_is_done_once(self, one: SqlStore, postgres: Postgres, url: str) -> None:
        cut: list[int] = []

        def work(uow: UnitOfWork) -> None:
            uow.outbox.add([an_outgoing(f"k{len(cut)}")])
            if not cut:
                cut.append(1)
                postgres.hang_up(url)
            uow.facts.put("n", "1")

        await one.write(work)
        with one.transaction() as uow:
            assert set(uow.outbox.by_keys(["k0", "k1"])) == {"k1"}

    async def test_away_it_is_said_so_and_back_it_goes_on(self, one: SqlStore, postgres: Postgres, url: str) -> None:
        postgres.refuse(url)
        for _ in range(2):
            with pytest.raises(DatabaseUnreachable):
                await one.write(lambda uow: uow.facts.put("a", "1"))
        with pytest.raises(DatabaseUnreachable):
            await one.read(lambda uow: uow.facts.get("a"))
        postgres.refuse(url, refused=False)
        await one.write(lambda uow: uow.facts.put("a", "2"))
        assert await one.read(lambda uow: uow.facts.get("a")) == "2"

    async def test_a_server_that_says_nothing_is_not_waited_for_for_ever(self, one: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ImpatientConnection, "silence", 0.3)
        with pytest.raises(DatabaseUnreachable):
            await one.query(lambda connection: connection.exec_driver_sql("SELECT pg_sleep(20)").scalar())
        await one.write(lambda uow: uow.facts.put("a", "1"))
        assert await one.read(lambda uow: uow.facts.get("a")) == "1"

    async def test_a_server_that_hangs_does_not_hold_up_a_stop(self, url: str) -> None:
        store = SqlStore.open(url)
        hanging = asyncio.create_task(store.query(lambda connection: connection.exec_driver_sql("SELECT pg_sleep(20)").scalar()))
        await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await store.aclose()
        with pytest.raises(DatabaseUnreachable):
            await hanging

    async def test_patience_outlives_an_outage(self, one: SqlStore, postgres: Postgres, url: str) -> None:
        patient = PatientStore(one, retry=0)
        postgres.refuse(url)
        waiting = asyncio.create_task(patient.write(lambda uow: uow.facts.put("a", "1")))
        with pytest.raises(DatabaseUnreachable):
            await one.read(lambda uow: uow.facts.get("a"))
        assert not waiting.done()
        postgres.refuse(url, refused=False)
        await waiting
        assert await patient.read(lambda uow: uow.facts.get("a")) == "1"

    async def test_a_mistake_is_not_taken_for_an_outage(self, one: SqlStore) -> None:
        with pytest.raises(sa.exc.IntegrityError):
            await PatientStore(one).write(lambda uow: uow.outbox.add([replace(an_outgoing("k"), chat=99)]))


class TestHints:
    """NOTIFY: others are told after the commit, and only of what is due."""

    async def test_others_are_told(self, url: str, one: SqlStore, other: SqlStore) -> None:
        rung: asyncio.Queue[None] = asyncio.Queue()
        hints = other.hints()
        assert hints is not None
        listening = asyncio.create_task(hints.listen(lambda: rung.put_nowait(None)))
        async with asyncio.timeout(30):
            await rung.get()  # it listens now
            await one.write(lambda uow: uow.facts.put("a", "1"))
            await other.write(lambda uow: uow.outbox.add([an_outgoing("own")]))
            with pytest.raises(LookupError):
                await one.write(_add_and_fail)
            await one.write(lambda uow: uow.outbox.add([an_outgoing("k")]))
            await rung.get()
        assert rung.empty()
        assert set(await other.read(lambda uow: uow.outbox.by_keys(["k", "own"]))) == {"k", "own"}
        listening.cancel()
        await asyncio.wait([listening])

    async def test_a_listener_that_was_cut_off_listens_again(self, url: str, postgres: Postgres) -> None:
        rung: asyncio.Queue[None] = asyncio.Queue()
        hints = PostgresHints(sa.make_url(url), but_not="", again=0)
        listening = asyncio.create_task(hints.listen(lambda: rung.put_nowait(None)))
        async with asyncio.timeout(30):
            await rung.get()
            postgres.hang_up(url)
            await rung.get()
        assert not listening.done()
        listening.cancel()
        await asyncio.wait([listening])


def _add_and_fail(uow: UnitOfWork) -> None:
    uow.outbox.add([an_outgoing("never")])
    raise LookupError


def test_a_character_that_postgresql_refuses_is_left_out(one: SqlStore) -> None:
    put(one, replace(an_outgoing("k\0ey"), message=Message("wor\0ds"), title="\0"))
    with one.transaction() as uow:
        row = uow.outbox.get("key")
    assert row is not None
    assert (row.message.text.replace("\0", ""), row.title) == ("words", "")


def test_sqlite_has_no_hints() -> None:
    store = SqlStore.in_memory()
    assert store.hints() is None
    store.close()
