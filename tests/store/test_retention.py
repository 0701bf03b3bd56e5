"""Letting go by set, erasing what was sent to one member, and emptying the write-ahead log."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from copbot.domain.chat import State
from copbot.domain.consent import OFF, ON, Consent, Scope
from copbot.domain.place import Privately
from copbot.domain.step import Fate, Outgoing
from copbot.ports.store import UnitOfWork
from copbot.store.migrate import migrate
from copbot.store.store import SqlStore
from copbot.testing.values import START, a_chat, a_member, a_response, an_outgoing

LATER = START + timedelta(days=31)


def send(uow: UnitOfWork, *rows: Outgoing) -> None:
    """Put rows into the outbox and mark them as sent at the start."""
    uow.outbox.add(rows)
    while claimed := uow.outbox.claim("test", START, timedelta(minutes=1), 50):
        for row in claimed:
            uow.outbox.mark(replace(row, fate=Fate.SENT, sent_at=START))


def kept(uow: UnitOfWork, *keys: str) -> list[str]:
    return sorted(uow.outbox.by_keys(keys))


async def test_leavers_are_forgotten_by_set_and_others_are_not(db: SqlStore) -> None:
    def fill(uow: UnitOfWork) -> tuple[int, list[int]]:
        gone = [a_member(name, community)._replace(left_at=START) for name, community in (("Ada", "slt"), ("Eve", "slt"), ("Ada", "ot"))]
        lately = a_member("Ben")._replace(left_at=LATER)
        made = [member.id for member in uow.members.add([*gone, lately, a_member("Cy")])]
        chat = uow.chats.add(a_chat()).id
        uow.responses.add([a_response(chat, id, None, f"m{id}", text="words") for id in made])
        uow.consents.add([Consent(id, Scope.TEXT, ON, START, "test") for id in made])
        return chat, made

    chat, made = await db.write(fill)
    assert await db.write(lambda uow: uow.retention.let_go_of_leavers(LATER)) == 3
    assert set(await db.read(lambda uow: uow.members.many(made))) == set(made[3:])
    rows = await db.read(lambda uow: uow.responses.of_chat(chat))
    assert [row.text for row in rows] == [None, None, None, "words", "words"]
    assert await db.write(lambda uow: uow.retention.let_go_of_leavers(LATER)) == 0
    ada = a_member("Ada")
    assert not await db.read(lambda uow: uow.members.who_was_forgotten([ada.person]))


async def test_only_choices_overtaken_long_ago_go(db: SqlStore) -> None:
    def fill(uow: UnitOfWork) -> int:
        (ada,) = uow.members.add([a_member("Ada")])
        choices = [(Scope.TEXT, ON, START), (Scope.TEXT, OFF, START), (Scope.ACTIVITY, OFF, START), (Scope.QUOTE, "named", LATER)]
        uow.consents.add([Consent(ada.id, scope, state, at, "test") for scope, state, at in choices])
        return ada.id

    ada = await db.write(fill)
    assert await db.write(lambda uow: uow.retention.let_go_of_choices(LATER)) == 1
    standing = await db.read(lambda uow: uow.consents.current([ada]))
    assert {scope: made.state for scope, made in standing[ada].items()} == {"text": OFF, "activity": OFF, "quote": "named"}


async def test_private_messages_go_once_they_and_their_chats_are_over(db: SqlStore) -> None:
    def fill(uow: UnitOfWork) -> None:
        (ada,) = uow.members.add([a_member("Ada")])
        private = Privately(ada.person)
        running, over = uow.chats.add(a_chat()).id, uow.chats.add(a_chat(State.CLOSED)).id
        send(
            uow,
            an_outgoing("alone", target=private),
            replace(an_outgoing("over", target=private), chat=over),
            replace(an_outgoing("running", target=private), chat=running),
            replace(an_outgoing("public"), chat=over),
        )
        uow.outbox.add([an_outgoing("pending", target=private)])

    await db.write(fill)
    assert await db.write(lambda uow: uow.retention.let_go_of_mail(START)) == 0
    assert await db.write(lambda uow: uow.retention.let_go_of_mail(LATER)) == 2
    assert await db.read(lambda uow: kept(uow, "alone", "over", "running", "public", "pending")) == ["pending", "public", "running"]


async def test_interactions_go(db: SqlStore) -> None:
    def at(moment: datetime) -> set[str]:
        with db.transaction() as uow:
            return uow.interactions.new([f"i{moment}"], moment)

    assert at(START)
    assert at(LATER)
    assert await db.write(lambda uow: uow.retention.let_go_of_interactions(LATER)) == 1
    assert not at(LATER)
    assert at(START)


async def test_what_was_sent_to_one_member_is_erased(db: SqlStore) -> None:
    def fill(uow: UnitOfWork) -> int:
        ada, ben = uow.members.add([a_member("Ada"), a_member("Ben")])
        named = (("old", ada), ("in hand", ada), ("bens", ben), ("other", ada))
        rows = [replace(an_outgoing(key, target=Privately(one.person)), member=one.id, purpose="follow_up") for key, one in named]
        send(uow, *rows[:3], replace(rows[3], purpose="notice"))
        uow.outbox.add([replace(rows[0], key="pending")])
        uow.outbox.erase_of_member(ada.id, "follow_up", but=["in hand"])
        return ada.id

    ada = await db.write(fill)
    found = await db.read(lambda uow: uow.outbox.by_keys(["old", "in hand", "bens", "other", "pending"]))
    words = {key: row.message.text for key, row in found.items()}
    assert words == {"in hand": "…", "bens": "bens", "other": "other", "pending": "old"}
    await db.write(lambda uow: uow.outbox.cancel_of_member(ada, "follow_up"))
    found = await db.read(lambda uow: uow.outbox.by_keys(["in hand", "pending"]))
    assert {key: row.fate for key, row in found.items()} == {"in hand": Fate.SENT, "pending": Fate.CANCELLED}


async def test_a_scrub_says_whether_it_was_done(tmp_path: Path, file_url: str) -> None:
    migrate(file_url)
    store = SqlStore.open(file_url)
    await store.write(lambda uow: uow.facts.put("a", "erased"))
    with closing(sqlite3.connect(tmp_path / "copbot.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM fact").fetchall()
        await store.write(lambda uow: uow.facts.put("a", "later"))
        assert not await store.scrub()
    assert await store.scrub()
    assert b"erased" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    await store.aclose()


async def test_a_scrub_of_a_database_in_memory_is_always_done() -> None:
    store = SqlStore.in_memory()
    assert await store.scrub()
    await store.aclose()
