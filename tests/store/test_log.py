"""The view ``participation_log``."""

from datetime import timedelta

from copbot.domain.member import Member
from copbot.domain.response import Kind, WordsBand
from copbot.ports.readings import LOG_COLUMNS
from copbot.ports.store import UnitOfWork
from copbot.store.readings import SqlReadings
from copbot.store.store import SqlStore
from copbot.store.tables.log import COLUMNS
from copbot.testing.values import START, a_chat, a_member, a_response, an_asked_question


def talk(uow: UnitOfWork) -> tuple[int, Member, Member]:
    """Ada answers question 4, Ben answers Ada, Ben speaks to an unplanned question, Ada is present."""
    ada, ben = uow.members.add([a_member("Ada"), a_member("Ben")])
    chat = uow.chats.add(a_chat()).id
    fourth, extra = (uow.questions.add(an_asked_question(chat, number)).id for number in (4, 0))
    uow.responses.add(
        [
            a_response(chat, ada.id, fourth, "m1", text="time")._replace(
                part="b", words_band=WordsBand.FEW, concrete_cue=True, question_cue=False,
            ),
            a_response(chat, ben.id, fourth, "m2", at=START + timedelta(seconds=1))._replace(kind=Kind.PEER, replies_to=ada.id),
            a_response(chat, ben.id, extra, "m3"),
            a_response(chat, ada.id, None, "")._replace(kind=Kind.PRESENT, message=None, place=None),
        ]
    )  # fmt: skip
    return chat, ada, ben


async def test_one_row_a_response(db: SqlStore) -> None:
    chat, ada, ben = await db.write(talk)
    rows = await SqlReadings(db).log(list, chat)
    assert dict(rows[0]) == {
        "id": 1,
        "platform": "room",
        "community": "slt",
        "chat_id": chat,
        "chat_title": "Thinking together",
        "question": "4b",
        "message": "m1",
        "member": ada.pseudonym,
        "role": "participant",
        "kind": "answer",
        "at": START,
        "replies_to": None,
        "words_band": "1-10",
        "concrete_cue": True,
        "question_cue": False,
        "text": "time",
    }
    assert [(row["question"], row["kind"], row["member"], row["replies_to"]) for row in rows[1:]] == [
        ("4", "peer", ben.pseudonym, ada.pseudonym),
        ("0", "answer", ben.pseudonym, None),
        (None, "present", ada.pseudonym, None),
    ]


async def test_all_chats_or_one(db: SqlStore) -> None:
    await db.write(talk)
    assert len(await SqlReadings(db).log(list)) == 4
    assert await SqlReadings(db).log(list, 99) == []


async def test_columns_are_those_of_the_port_in_order(db: SqlStore) -> None:
    columns = await db.query(lambda c: list(c.exec_driver_sql("SELECT * FROM participation_log").keys()))
    assert tuple(columns) == tuple(LOG_COLUMNS) == tuple(name for name, _ in COLUMNS)
