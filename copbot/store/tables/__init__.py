"""The tables, by subject. Importing this package gives a complete ``metadata``; ``docs/database.md`` is made from the comments."""

from functools import cache

import sqlalchemy as sa
from sqlalchemy.schema import ExecutableDDLElement

from copbot.store.tables.base import metadata
from copbot.store.tables.chats import (
    act,
    asked_question,
    attendance,
    chat,
    counters,
    edition,
    pin,
    role_in_chat,
    step,
)
from copbot.store.tables.hearing import interaction, response, tombstone
from copbot.store.tables.log import participation_log
from copbot.store.tables.people import consent, forgotten, identifier_event, member, off_the_record
from copbot.store.tables.posting import adapter_lease, fact, kept, lane, outbox
from copbot.store.tables.reflecting import commitment, follow_up, reflect_preference, reflection, restraint, suggestion

__all__ = [
    "act",
    "adapter_lease",
    "asked_question",
    "attendance",
    "chat",
    "commitment",
    "consent",
    "counters",
    "ddl",
    "edition",
    "fact",
    "follow_up",
    "forgotten",
    "identifier_event",
    "interaction",
    "kept",
    "lane",
    "member",
    "metadata",
    "off_the_record",
    "outbox",
    "participation_log",
    "pin",
    "reflect_preference",
    "reflection",
    "response",
    "restraint",
    "role_in_chat",
    "step",
    "suggestion",
    "tombstone",
]


@cache
def ddl() -> str:
    """The statements that make all tables and the view on SQLite, worked out once: a database in memory is then made in no time."""
    statements: list[str] = []

    def note(statement: ExecutableDDLElement, *_: object, **__: object) -> None:
        statements.append(str(statement.compile(dialect=engine.dialect)))

    engine = sa.create_mock_engine("sqlite://", note)
    metadata.create_all(engine, checkfirst=False)
    return ";\n".join(statements)
