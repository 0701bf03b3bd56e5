"""Forgetting a member for good (T25), in the database and in its files."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from copbot.domain.chat import Act, Attendance, Coming, Pin, Role, RoleInChat
from copbot.domain.consent import ON, Consent, IdentifierEvent, OffTheRecord, Scope
from copbot.domain.facilitation import Suggestion, SuggestionState
from copbot.domain.follow_up import Commitment, FollowUp, Reflection, ReflectPreference, Stage
from copbot.domain.member import FORMER_MEMBER, Member
from copbot.domain.place import Posted, Privately
from copbot.domain.response import Response
from copbot.ports.store import UnitOfWork
from copbot.store import tables
from copbot.store.migrate import migrate
from copbot.store.readings import SqlReadings
from copbot.store.store import SqlStore
from copbot.testing.values import HERE, START, a_chat, a_member, a_response, an_asked_question, an_outgoing

LATER = START + timedelta(days=1)
WORDS = "wordsthatmustnotbefound"


def fill(uow: UnitOfWork) -> tuple[Member, Member, int]:
    """A chat in which Ada did everything there is to do; Ben only answered her."""
    ada, ben = uow.members.add([a_member("Ada"), a_member("Ben")])
    chat = uow.chats.add(replace(a_chat(), created_by=ada.id)).id
    asked = uow.questions.add(an_asked_question(chat)).id
    uow.responses.add(
        [
            a_response(chat, ada.id, asked, "m1", text=WORDS),
            a_response(chat, ben.id, asked, "m2", text="mine")._replace(replies_to=ada.id),
        ]
    )
    uow.chats.set_role(RoleInChat(chat, ada.id, Role.HOST))
    uow.chats.attend(Attendance(chat, ada.id, Coming.COMING, START))
    uow.chats.did(Act(chat, ada.id, "next", "2", START))
    uow.chats.pin(Pin(chat, Posted(HERE, "m2"), ada.id, START))
    uow.consents.add([Consent(ada.id, Scope.TEXT, ON, START, "command")])
    uow.consents.go_off_the_record(OffTheRecord(chat, ada.id, START))
    uow.identifiers.add([IdentifierEvent(0, chat, ada.id, "nhs_number", "room", "slt", "m3", START)])
    uow.follow_ups.add([FollowUp(0, chat, ada.id, Stage.DAY_1, ("what",), START)])
    uow.follow_ups.reflect(Reflection(0, ada.id, chat, 1, "what", WORDS, START))
    uow.follow_ups.commit(Commitment(0, ada.id, chat, WORDS, START))
    uow.follow_ups.prefer(ReflectPreference(ada.id, "driscoll", START))
    offered = uow.facilitation.suggest(Suggestion(0, chat, asked, "probe:1:1", "And then?", START, LATER))
    assert offered is not None
    uow.facilitation.save(replace(offered, state=SuggestionState.POSTED, by=ada.id, decided_at=START))
    private = Privately(ada.person)
    uow.outbox.add(
        [
            replace(an_outgoing(f"to her: {WORDS}", target=private), member=ada.id),
            an_outgoing("to her too", target=private),
            replace(an_outgoing("to all"), member=ada.id),
        ]
    )
    return ada, ben, chat


def test_everything_that_is_hers_goes(db: SqlStore) -> None:
    with db.transaction() as uow:
        ada, ben, chat = fill(uow)
        uow.members.forget(ada, LATER)
        assert uow.members.get(ada.id) is None
        assert uow.members.of_community("slt") == [ben]
        assert uow.chats.roles([chat]) == []
        assert uow.chats.attendance(chat) == []
        assert uow.consents.current([ada.id]) == {ada.id: {}}
        assert uow.consents.off_the_record([chat]) == []
        assert uow.identifiers.of_member_in_chat(ada.id, chat) == []
        assert uow.follow_ups.of_member(ada.id) == []
        assert uow.follow_ups.reflections(ada.id) == []
        assert uow.follow_ups.commitments(ada.id) == []
        assert uow.follow_ups.preference(ada.id) is None
        assert set(uow.outbox.by_keys([f"to her: {WORDS}", "to her too", "to all"])) == {"to all"}


async def test_her_activity_belongs_to_the_former_member_without_words_and_edges(db: SqlStore) -> None:
    ada, _, chat = await db.write(fill)
    await db.write(lambda uow: uow.members.forget(ada, LATER))
    first, second = await SqlReadings(db).log(list, chat)
    assert (first["member"], first["text"], first["question"]) == (FORMER_MEMBER, None, "1")
    assert (second["member"], second["text"], second["replies_to"]) == ("ben-pseudonym", "mine", None)
    act = await db.read(lambda uow: uow.chats.last_act(chat))
    assert act is not None
    assert act.member != ada.id


def test_all_who_are_forgotten_share_one_former_member(db: SqlStore) -> None:
    with db.transaction() as uow:
        ada, ben, chat = fill(uow)
        uow.members.forget(ada, LATER)
        uow.members.forget(ben, LATER)
        responses: list[Response] = uow.responses.of_chat(chat)
        assert len({response.member for response in responses}) == 1
        former = uow.members.get(responses[0].member)
        assert former is not None
        assert (former.person.id, former.pseudonym) == ("former:slt", FORMER_MEMBER)


def test_her_account_is_remembered_as_a_hash_only(db: SqlStore) -> None:
    with db.transaction() as uow:
        ada, ben, _ = fill(uow)
        assert uow.members.who_was_forgotten([ada.person, ben.person]) == set()
        uow.members.forget(ada, LATER)
        assert uow.members.who_was_forgotten([ada.person, ben.person]) == {ada.person}


async def test_the_list_of_the_forgotten_names_nobody(db: SqlStore) -> None:
    ada, _, _ = await db.write(fill)
    await db.write(lambda uow: uow.members.forget(ada, LATER))
    (one,) = await db.forgotten()
    assert (one.community, one.at, len(one.hash)) == ("slt", LATER, 64)
    assert ada.person.id not in one.hash


async def test_another_community_does_not_forget_her(db: SqlStore) -> None:
    ada, _, _ = await db.write(fill)
    await db.write(lambda uow: uow.members.add([a_member("Ada", community="ot")]))
    await db.write(lambda uow: uow.members.forget(ada, LATER))
    assert [member.name for member in await db.read(lambda uow: uow.members.of_community("ot"))] == ["Ada"]
    assert await db.forget_again(await db.forgotten()) == 0


async def test_a_restored_backup_forgets_again(tmp_path: Path, file_url: str) -> None:
    migrate(file_url)
    store = SqlStore.open(file_url)
    ada, ben, _ = await store.write(fill)
    await store.scrub()
    backup = (tmp_path / "copbot.db").read_bytes()
    await store.write(lambda uow: uow.members.forget(ada, LATER))
    forgotten = await store.forgotten()
    await store.aclose()

    (tmp_path / "copbot.db").write_bytes(backup)
    restored = SqlStore.open(file_url)
    assert await restored.read(lambda uow: uow.members.of_community("slt")) == [ada, ben]
    assert await restored.forget_again(forgotten) == 1
    assert await restored.read(lambda uow: uow.members.of_community("slt")) == [ben]
    assert await restored.forgotten() == forgotten
    assert await restored.forget_again(forgotten) == 0
    await restored.aclose()


async def test_who_came_back_since_is_not_forgotten_again(db: SqlStore) -> None:
    ada, _, _ = await db.write(fill)
    await db.write(lambda uow: uow.members.forget(ada, LATER))
    forgotten = await db.forgotten()
    await db.write(lambda uow: uow.members.add([a_member("Ada")]))
    assert await db.forget_again(forgotten) == 0


def files_holding(folder: Path, words: Iterable[str]) -> list[str]:
    return [path.name for path in folder.iterdir() for word in words if word.encode() in path.read_bytes()]


async def test_erased_words_are_in_no_file(tmp_path: Path, file_url: str) -> None:
    migrate(file_url)
    store = SqlStore.open(file_url)
    ada, _, _ = await store.write(fill)
    assert files_holding(tmp_path, [WORDS])
    await store.write(lambda uow: uow.members.forget(ada, LATER))
    await store.scrub()
    assert files_holding(tmp_path, [WORDS, "Ada"]) == []
    await store.aclose()
    assert files_holding(tmp_path, [WORDS, "Ada"]) == []


@pytest.mark.parametrize("length", [10, 2_000, 20_000])
async def test_erased_texts_of_any_length_are_in_no_file(tmp_path: Path, file_url: str, length: int) -> None:
    migrate(file_url)
    store = SqlStore.open(file_url)

    def write(uow: UnitOfWork) -> int:
        (ada,) = uow.members.add([a_member("Ada")])
        chat = uow.chats.add(a_chat()).id
        uow.responses.add([a_response(chat, ada.id, None, f"m{n}", text=WORDS + "x" * length) for n in range(5)])
        return ada.id

    ada = await store.write(write)
    assert await store.write(lambda uow: uow.responses.erase_texts(ada)) == 5
    await store.scrub()
    assert files_holding(tmp_path, [WORDS]) == []
    await store.aclose()


def test_no_table_that_names_a_member_is_left_out() -> None:
    """Whoever adds a reference to a member must say here what forgetting does with it."""
    naming = {
        f"{table.name}.{column.name}"
        for table in tables.metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table is tables.member
    }
    theirs = "attendance commitment consent follow_up identifier_event off_the_record reflect_preference reflection role_in_chat"
    deleted = {f"{name}.member" for name in theirs.split()}
    handed_over = {"act.member", "chat.created_by", "pin.by", "response.member", "suggestion.by"}
    assert naming == deleted | handed_over | {"response.replies_to", "outbox.member"}
