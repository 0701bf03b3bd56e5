"""The outbox: order in a lane, leases, and rows that wait for others."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from copbot.domain.message import Button, File, Look, Message
from copbot.domain.place import Person, Place, Posted, Privately, Target, ThreadOf
from copbot.domain.step import Fate, Outgoing, Verb
from copbot.ports.store import UnitOfWork
from copbot.store.migrate import migrate
from copbot.store.store import SqlStore
from copbot.testing.values import HERE, START, a_chat, an_asked_question, an_outgoing

LEASE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def uow(db: SqlStore) -> Iterator[UnitOfWork]:
    with db.transaction() as uow:
        yield uow


def claim(uow: UnitOfWork, after: timedelta = timedelta(), owner: str = "me") -> list[Outgoing]:
    return uow.outbox.claim(owner, START + after, LEASE, 100)


def keys(rows: list[Outgoing]) -> list[str]:
    return [row.key for row in rows]


def end(uow: UnitOfWork, row: Outgoing, fate: Fate, **changes: object) -> bool:
    return uow.outbox.mark(replace(row, fate=fate, **changes))  # type: ignore[arg-type]


def fate(uow: UnitOfWork, key: str) -> Fate:
    row = uow.outbox.get(key)
    assert row is not None
    return row.fate


@pytest.mark.parametrize("target", [HERE, Place("room", "slt", "t1"), Privately(Person("room", "ada"))])
def test_a_row_comes_back_as_it_went_in(uow: UnitOfWork, target: Target) -> None:
    chat = uow.chats.add(a_chat()).id
    message = Message(
        "Come *in*", (Button("Yes", "coming", "1:2", Look.PRIMARY),), (File("chat.ics", "text/calendar", b"\x00\xff", "The chat"),)
    )
    row = Outgoing(
        "k", "lane", target, message, START, Verb.SCHEDULE, "announce", chat,
        title="T", edits=None, starts_at=START, ends_at=START + LEASE, not_after=START + SECOND,
    )  # fmt: skip
    uow.outbox.add([row])
    found = uow.outbox.get("k")
    assert found is not None
    assert found == replace(row, id=found.id)
    assert uow.outbox.of(chat) == [found]


def test_a_known_key_is_left_as_it_is(uow: UnitOfWork) -> None:
    uow.outbox.add([an_outgoing("k")])
    uow.outbox.add([replace(an_outgoing("k"), message=Message("other")), an_outgoing("l")])
    assert {key: row.message.text for key, row in uow.outbox.by_keys(["k", "l", "m"]).items()} == {"k": "k", "l": "l"}


def test_one_row_a_lane_and_the_lowest_first(uow: UnitOfWork) -> None:
    uow.outbox.add([an_outgoing("a1", lane="a"), an_outgoing("b1", lane="b"), an_outgoing("a2", lane="a"), an_outgoing("b2", lane="b")])
    first = claim(uow)
    assert keys(first) == ["a1", "b1"]
    assert claim(uow) == []
    assert end(uow, first[0], Fate.SENT)
    assert keys(claim(uow)) == ["a2"]


def test_a_row_that_is_not_due_holds_its_lane(uow: UnitOfWork) -> None:
    uow.outbox.add([an_outgoing("late", due_at=START + SECOND), an_outgoing("now")])
    assert claim(uow) == []
    assert keys(claim(uow, SECOND)) == ["late"]


def test_limit(uow: UnitOfWork) -> None:
    uow.outbox.add([an_outgoing(str(n), lane=str(n), due_at=START - n * SECOND) for n in range(3)])
    assert keys(uow.outbox.claim("me", START, LEASE, 2)) == ["2", "1"]


def test_rows_for_some_platforms_are_left_alone(uow: UnitOfWork) -> None:
    uow.outbox.add([an_outgoing(lane, lane=lane) for lane in ("busy:a", "busy:b", "busybody:a", "room:a")])
    assert keys(uow.outbox.claim("me", START, LEASE, 2, but_not=["busy"])) == ["busybody:a", "room:a"]
    assert keys(claim(uow)) == ["busy:a", "busy:b"]


def test_a_claim_is_a_lease_and_counts(uow: UnitOfWork) -> None:
    uow.outbox.add([an_outgoing("k")])
    (row,) = claim(uow)
    assert (row.fate, row.attempts, row.epoch, row.lease_owner) == (Fate.LEASED, 1, 1, "me")
    assert (row.lease_until, row.last_claimed_at) == (START + LEASE, START)
    assert uow.outbox.get("k") == row


def test_marking_writes_the_outcome_and_ends_the_lease(uow: UnitOfWork) -> None:
    uow.outbox.add([an_outgoing("k")])
    (row,) = claim(uow)
    posted = Posted(Place("room", "slt", "7"), "7")
    assert end(uow, row, Fate.SENT, sent_at=START + SECOND, posted=posted)
    found = uow.outbox.get("k")
    assert found == replace(row, fate=Fate.SENT, sent_at=START + SECOND, posted=posted, lease_owner=None, lease_until=None)
    assert uow.outbox.of_posted(Posted(HERE, "7")) == found
    assert uow.outbox.of_posted(Posted(Place("room", "other"), "7")) is None
    assert not end(uow, row, Fate.FAILED)


def test_a_row_to_try_later_is_pending_again(uow: UnitOfWork) -> None:
    uow.outbox.add([an_outgoing("k")])
    (row,) = claim(uow)
    assert end(uow, row, Fate.PENDING, due_at=START + SECOND, trouble="busy")
    assert claim(uow) == []
    (again,) = claim(uow, SECOND)
    assert (again.fate, again.attempts, again.epoch, again.trouble) == (Fate.LEASED, 2, 2, "busy")


def test_a_lease_that_ran_out_is_unclear_and_its_old_owner_cannot_mark(uow: UnitOfWork) -> None:
    uow.outbox.add([an_outgoing("k")])
    (old,) = claim(uow, owner="old")
    assert claim(uow, LEASE - SECOND, "new") == []
    (new,) = claim(uow, LEASE, "new")
    assert (new.fate, new.lease_owner, new.epoch) == (Fate.UNCLEAR, "new", 2)
    assert not end(uow, old, Fate.SENT)
    assert not end(uow, replace(old, lease_owner="new"), Fate.SENT)
    assert end(uow, new, Fate.SENT)


def test_an_unclear_row_settles_first(uow: UnitOfWork) -> None:
    uow.outbox.add([an_outgoing("k"), an_outgoing("l")])
    (row,) = claim(uow)
    assert end(uow, row, Fate.UNCLEAR)
    assert uow.outbox.next_due(START) == START + timedelta(seconds=30)
    assert claim(uow, timedelta(seconds=29)) == []
    assert [(row.key, row.fate) for row in claim(uow, timedelta(seconds=30))] == [("k", Fate.UNCLEAR)]


def test_the_settling_time_is_a_setting() -> None:
    store = SqlStore.in_memory(settle=SECOND)
    with store.transaction() as uow:
        uow.outbox.add([an_outgoing("k")])
        (row,) = claim(uow)
        assert end(uow, row, Fate.UNCLEAR)
        assert keys(claim(uow, SECOND)) == ["k"]
    store.close()


def test_rows_of_the_dead_become_unclear_at_once() -> None:
    """On SQLite, where nobody else can be alive."""
    store = SqlStore.in_memory()
    with store.transaction() as uow:
        check_that_the_dead_are_freed(uow)
    store.close()


def check_that_the_dead_are_freed(uow: UnitOfWork) -> None:
    uow.outbox.add([an_outgoing("mine", lane="a")])
    claim(uow, owner="me")
    uow.outbox.add([an_outgoing("theirs", lane="b")])
    claim(uow, owner="dead")
    assert uow.outbox.free_dead("me") == 1
    assert (fate(uow, "mine"), fate(uow, "theirs")) == (Fate.LEASED, Fate.UNCLEAR)
    assert keys(claim(uow, timedelta(seconds=30))) == ["theirs"]


def test_a_held_lane_waits(uow: UnitOfWork) -> None:
    uow.outbox.add([an_outgoing("k", lane="a"), an_outgoing("l", lane="b")])
    uow.outbox.hold("a", START + LEASE)
    uow.outbox.hold("a", START + SECOND)
    assert keys(claim(uow)) == ["l"]
    assert uow.outbox.next_due(START) == START + SECOND
    assert keys(claim(uow, SECOND)) == ["k"]


def test_next_due(uow: UnitOfWork) -> None:
    assert uow.outbox.next_due(START) is None
    uow.outbox.add([an_outgoing("later", due_at=START + 5 * SECOND), an_outgoing("behind it")])
    assert uow.outbox.next_due(START) == START + 5 * SECOND
    uow.outbox.add([an_outgoing("past", lane="b", due_at=START - SECOND)])
    assert uow.outbox.next_due(START) == START
    claim(uow)
    assert uow.outbox.next_due(START) == START + 5 * SECOND
    claim(uow, 5 * SECOND)
    assert uow.outbox.next_due(START) == START + LEASE


async def test_owners_on_one_database_never_claim_the_same(url: str) -> None:
    migrate(url)
    stores = [SqlStore.open(url) for _ in range(3)]
    await stores[0].write(lambda uow: uow.outbox.add([an_outgoing(f"{lane}:{n}", lane=str(lane)) for lane in range(10) for n in range(6)]))
    claimed: list[str] = []

    async def empty(store: SqlStore, owner: str) -> None:
        while rows := await store.write(lambda uow: uow.outbox.claim(owner, START, LEASE, 4)):
            claimed.extend(keys(rows))
            await store.write(lambda uow, rows=rows: [end(uow, row, Fate.SENT) for row in rows])  # type: ignore[misc]

    await asyncio.gather(*(empty(store, f"owner {n}") for n, store in enumerate(stores)))
    for store in stores:
        await store.aclose()
    assert sorted(claimed) == sorted(f"{lane}:{n}" for lane in range(10) for n in range(6))
    assert all([key for key in claimed if key.startswith(f"{lane}:")] == [f"{lane}:{n}" for n in range(6)] for lane in range(10))


class TestThreads:
    """Rows that go to the thread of a question."""

    @pytest.fixture
    def asked(self, uow: UnitOfWork) -> int:
        return uow.questions.add(an_asked_question(uow.chats.add(a_chat()).id)).id

    def opener(self, asked: int, key: str = "ask") -> Outgoing:
        return replace(an_outgoing(key), verb=Verb.OPEN_THREAD, asked=asked)

    def test_they_wait_until_it_is_open(self, uow: UnitOfWork, asked: int) -> None:
        uow.outbox.add([self.opener(asked), an_outgoing("in it", target=ThreadOf(asked))])
        (ask,) = claim(uow)
        assert end(uow, ask, Fate.SENT)
        assert claim(uow) == []
        assert uow.outbox.next_due(START) is None
        question = uow.questions.get(asked)
        assert question is not None
        uow.questions.save(replace(question, root=Posted(Place("room", "slt", "1"), "1")))
        (row,) = claim(uow)
        assert row.target == ThreadOf(asked)

    @pytest.mark.parametrize("how", [Fate.FAILED, Fate.EXPIRED, Fate.CANCELLED])
    def test_they_fail_with_it(self, uow: UnitOfWork, asked: int, how: Fate) -> None:
        waiting = an_outgoing("in it", target=ThreadOf(asked))
        change = replace(an_outgoing("edit", target=ThreadOf(asked)), verb=Verb.EDIT, edits="in it")
        pin = replace(an_outgoing("pin"), verb=Verb.PIN, edits="ask")
        uow.outbox.add([self.opener(asked), waiting, change, pin, an_outgoing("next")])
        (ask,) = claim(uow)
        assert end(uow, ask, how)
        failed = uow.outbox.get("in it")
        assert failed is not None
        assert (failed.fate, failed.trouble) == (Fate.FAILED, "the thread could not be opened")
        assert fate(uow, "pin") is Fate.CANCELLED
        assert fate(uow, "edit") in {Fate.FAILED, Fate.CANCELLED}
        assert keys(claim(uow)) == ["next"]

    def test_those_that_come_too_late_fail_at_once(self, uow: UnitOfWork, asked: int) -> None:
        uow.outbox.add([self.opener(asked)])
        assert uow.outbox.cancel_key("ask")
        uow.outbox.add([an_outgoing("in it", target=ThreadOf(asked)), an_outgoing("next")])
        assert fate(uow, "in it") is Fate.FAILED
        assert keys(claim(uow)) == ["next"]

    def test_those_before_it_in_their_lane_fail_instead_of_waiting_for_ever(self, uow: UnitOfWork, asked: int) -> None:
        uow.outbox.add([self.opener(asked), an_outgoing("in it", target=ThreadOf(asked)), self.opener(asked, "again")])
        (ask,) = claim(uow)
        assert end(uow, ask, Fate.FAILED)
        assert fate(uow, "in it") is Fate.FAILED
        assert keys(claim(uow)) == ["again"]

    def test_a_second_attempt_at_opening_keeps_them(self, uow: UnitOfWork, asked: int) -> None:
        uow.outbox.add([self.opener(asked), self.opener(asked, "again"), an_outgoing("in it", target=ThreadOf(asked))])
        (ask,) = claim(uow)
        assert end(uow, ask, Fate.FAILED)
        assert fate(uow, "in it") is Fate.PENDING


class TestChanges:
    """Rows that change the message of another row."""

    def edit(self, key: str, text: str = "new") -> Outgoing:
        return replace(an_outgoing(key), verb=Verb.EDIT, edits="panel", message=Message(text))

    def test_they_wait_for_it_to_be_sent(self, uow: UnitOfWork) -> None:
        uow.outbox.add([an_outgoing("panel", lane="a"), self.edit("e")])
        (panel,) = claim(uow)
        assert panel.key == "panel"
        assert end(uow, panel, Fate.SENT)
        assert keys(claim(uow)) == ["e"]

    def test_they_are_cancelled_with_it(self, uow: UnitOfWork) -> None:
        chat = uow.chats.add(a_chat()).id
        uow.outbox.add([replace(an_outgoing("panel"), chat=chat), self.edit("e"), an_outgoing("next")])
        uow.outbox.cancel(chat)
        assert fate(uow, "e") is Fate.CANCELLED
        assert keys(claim(uow)) == ["next"]

    def test_before_it_there_is_nothing_to_do(self, uow: UnitOfWork) -> None:
        uow.outbox.add([self.edit("e"), an_outgoing("panel")])
        assert fate(uow, "e") is Fate.CANCELLED

    def test_without_it_there_is_nothing_to_do(self, uow: UnitOfWork) -> None:
        uow.outbox.add([self.edit("e")])
        assert fate(uow, "e") is Fate.CANCELLED

    def test_a_pending_one_takes_over_newer_words(self, uow: UnitOfWork) -> None:
        uow.outbox.add([an_outgoing("panel")])
        uow.outbox.replace_pending_edit(self.edit("e1", "one"))
        uow.outbox.replace_pending_edit(self.edit("e2", "two"))
        assert {key: row.message.text for key, row in uow.outbox.by_keys(["e1", "e2"]).items()} == {"e1": "two"}

    def test_a_claimed_one_is_left_alone(self, uow: UnitOfWork) -> None:
        uow.outbox.add([an_outgoing("panel")])
        (panel,) = claim(uow)
        end(uow, panel, Fate.SENT)
        uow.outbox.replace_pending_edit(self.edit("e1", "one"))
        claim(uow)
        uow.outbox.replace_pending_edit(self.edit("e2", "two"))
        assert {key: row.message.text for key, row in uow.outbox.by_keys(["e1", "e2"]).items()} == {"e1": "one", "e2": "two"}


def test_cancelling_leaves_what_is_on_its_way(uow: UnitOfWork) -> None:
    chat = uow.chats.add(a_chat()).id
    uow.outbox.add([replace(an_outgoing(key), chat=chat, purpose=key) for key in ("leaving", "reminder", "ask")])
    claim(uow)
    uow.outbox.cancel(chat, ["reminder", "leaving"])
    assert [row.fate for row in uow.outbox.of(chat)] == [Fate.LEASED, Fate.CANCELLED, Fate.PENDING]
    assert not uow.outbox.cancel_key("leaving")
    assert uow.outbox.cancel_key("ask")
