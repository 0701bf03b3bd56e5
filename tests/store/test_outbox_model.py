"""Whatever senders do and whenever they die: the outbox keeps its promises. Hypothesis looks for the sequence that breaks one."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from databases import SERVER, Postgres
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from typing_extensions import override

from copbot.domain.place import Place, Posted, Target, ThreadOf
from copbot.domain.step import Fate, Outgoing, Verb
from copbot.store.repositories.in_vain import UNSENT
from copbot.store.repositories.leases import UNFINISHED
from copbot.store.repositories.outbox import SETTLE
from copbot.store.store import SqlStore
from copbot.testing.values import HERE, START, a_chat, an_asked_question, an_outgoing

LEASE = timedelta(seconds=40)
LANES = ("a", "b")
OWNERS = ("one", "two")


class OutboxMachine(RuleBasedStateMachine):
    """Rows are added, claimed by owners that may forget them, marked in time or too late, held and cancelled."""

    others_may_live = False

    def __init__(self) -> None:
        super().__init__()
        self.ending = ExitStack()
        self.store = self.opened()
        self.now = START
        self.added: dict[str, Outgoing] = {}
        self.claims: list[Outgoing] = []
        self.sent: list[str] = []
        with self.store.transaction() as uow:
            self.chat = uow.chats.add(a_chat()).id
            self.asked = uow.questions.add(an_asked_question(self.chat)).id

    def opened(self) -> SqlStore:
        store = SqlStore.in_memory()
        self.ending.callback(store.close)
        return store

    def add(self, row: Outgoing) -> None:
        with self.store.transaction() as uow:
            uow.outbox.add([row])
            kept = uow.outbox.get(row.key)
        assert kept is not None
        self.added[row.key] = kept

    @rule(lane=st.sampled_from(LANES), delay=st.integers(-5, 60))
    def post(self, lane: str, delay: int) -> None:
        self.add(an_outgoing(f"k{len(self.added)}", lane=lane, due_at=self.now + timedelta(seconds=delay)))

    @rule()
    def open_thread(self) -> None:
        row = an_outgoing(f"k{len(self.added)}", lane="a", due_at=self.now)
        self.add(replace(row, verb=Verb.OPEN_THREAD, asked=self.asked))

    @precondition(lambda self: any(row.verb is Verb.OPEN_THREAD for row in self.added.values()))
    @rule()
    def post_in_thread(self) -> None:
        target: Target = ThreadOf(self.asked)
        self.add(an_outgoing(f"k{len(self.added)}", lane="a", target=target, due_at=self.now))

    @precondition(lambda self: self.added)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        of = data.draw(st.sampled_from([row for row in self.added.values() if row.edits is None]))
        row = an_outgoing(f"k{len(self.added)}", lane=of.lane, target=of.target, due_at=self.now)
        self.add(replace(row, verb=Verb.EDIT, edits=of.key))

    @rule(owner=st.sampled_from(OWNERS), limit=st.integers(1, 2))
    def claim(self, owner: str, limit: int) -> None:
        before = self.rows()
        with self.store.transaction() as uow:
            claimed = uow.outbox.claim(owner, self.now, LEASE, limit)
        assert len({row.lane for row in claimed}) == len(claimed) <= limit
        for row in claimed:
            was = before[row.key]
            earlier = [other for other in before.values() if other.lane == row.lane and other.id < row.id]
            assert not [other for other in earlier if other.fate in UNFINISHED]
            assert row.due_at <= self.now
            assert row.epoch == was.epoch + 1
            assert (row.fate is Fate.UNCLEAR) == (was.fate is not Fate.PENDING)
            if was.fate is not Fate.PENDING:
                assert was.last_claimed_at is not None
                assert was.last_claimed_at <= self.now - SETTLE
            if was.fate is Fate.LEASED:
                assert was.lease_until is not None
                assert was.lease_until <= self.now
        self.claims += claimed

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), fate=st.sampled_from([Fate.SENT, Fate.PENDING, Fate.UNCLEAR, Fate.FAILED, Fate.EXPIRED]))
    def mark(self, data: st.DataObject, fate: Fate) -> None:
        row = data.draw(st.sampled_from(self.claims))
        current = self.rows()[row.key]
        stands = (current.fate, current.epoch, current.lease_owner) == (Fate.LEASED, row.epoch, row.lease_owner)
        posted = Posted(Place("room", "slt", row.key), row.key) if fate is Fate.SENT else None
        with self.store.transaction() as uow:
            assert uow.outbox.mark(replace(row, fate=fate, posted=posted)) == stands
            if stands and fate is Fate.SENT and row.verb is Verb.OPEN_THREAD:
                asked = uow.questions.get(self.asked)
                assert asked is not None
                uow.questions.save(replace(asked, root=posted))
        self.claims.remove(row)
        if stands and fate is Fate.SENT:
            self.sent.append(row.key)

    @rule(seconds=st.integers(1, 90))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(lane=st.sampled_from(LANES), seconds=st.integers(1, 30))
    def hold(self, lane: str, seconds: int) -> None:
        with self.store.transaction() as uow:
            uow.outbox.hold(lane, self.now + timedelta(seconds=seconds))

    @precondition(lambda self: self.added)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.added)))
        was = self.rows()[key]
        with self.store.transaction() as uow:
            assert uow.outbox.cancel_key(key) == (was.fate is Fate.PENDING)

    @rule(owner=st.sampled_from(OWNERS))
    def restart(self, owner: str) -> None:
        dead = [row for row in self.rows().values() if row.fate is Fate.LEASED and row.lease_owner != owner]
        with self.store.transaction() as uow:
            assert uow.outbox.free_dead(owner) == (0 if self.others_may_live else len(dead))

    def rows(self) -> dict[str, Outgoing]:
        with self.store.transaction() as uow:
            return uow.outbox.by_keys(list(self.added))

    @invariant()
    def nothing_is_lost_or_sent_twice(self) -> None:
        rows = self.rows()
        assert rows.keys() == self.added.keys()
        assert len(self.sent) == len(set(self.sent)) == sum(row.fate is Fate.SENT for row in rows.values())

    @invariant()
    def changes_never_wait_for_what_will_not_come(self) -> None:
        rows = self.rows()
        assert not [row for row in rows.values() if row.fate is Fate.PENDING and row.edits and rows[row.edits].fate in UNSENT]

    @invariant()
    def next_due_is_when_something_can_be_claimed(self) -> None:
        with self.store.transaction() as uow:
            due = uow.outbox.next_due(self.now)
        if due is not None:
            assert due >= self.now
            assert not self.would_claim(due - timedelta(seconds=1)) or due == self.now
            assert self.would_claim(due)

    def would_claim(self, now: object) -> bool:
        try:
            with self.store.transaction() as uow:
                if uow.outbox.claim("nobody", now, LEASE, 9):  # type: ignore[arg-type]
                    raise LookupError
        except LookupError:
            return True
        return False

    @override
    def teardown(self) -> None:
        """In the end, with nobody dying any more, every row that can go goes, and every lane is empty."""
        for _ in range(4 * len(self.added) + 4):
            self.now += timedelta(minutes=2)
            self.claim("last", 2)
            for row in [row for row in self.claims if row.lease_owner == "last"]:
                self.finish(row)
        waiting_in_vain = [row for row in self.rows().values() if row.fate in UNFINISHED]
        self.ending.close()
        assert waiting_in_vain == []

    def finish(self, row: Outgoing) -> None:
        posted = Posted(HERE, row.key)
        with self.store.transaction() as uow:
            uow.outbox.mark(replace(row, fate=Fate.SENT, posted=posted))
            asked = uow.questions.get(self.asked)
            if asked is not None and row.verb is Verb.OPEN_THREAD:
                uow.questions.save(replace(asked, root=posted))


class PostgresMachine(OutboxMachine):
    """The same on PostgreSQL."""

    others_may_live = True

    @override
    def opened(self) -> SqlStore:
        server = Postgres(SERVER)
        self.ending.callback(server.close)
        store = SqlStore.open(self.ending.enter_context(server.migrated()))
        self.ending.callback(store.close)
        return store


TestOutboxModel = OutboxMachine.TestCase
TestOutboxModel.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)

TestOnPostgresql = pytest.mark.postgresql(pytest.mark.skipif(not SERVER, reason="POSTGRES_URL names no server")(PostgresMachine.TestCase))
TestOnPostgresql.settings = settings(max_examples=8, stateful_step_count=25, deadline=None)
