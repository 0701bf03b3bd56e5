"""The view ``participation_log``: one row a response, for those who evaluate (3-architecture 8)."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from copbot.store.tables.base import Instant, metadata

PARTICIPATION_LOG = """
CREATE VIEW participation_log AS
SELECT r.id AS id,
       c.place_platform AS platform,
       c.community AS community,
       c.id AS chat_id,
       c.title AS chat_title,
       CAST(q.number AS VARCHAR) || r.part AS question,
       r.message AS message,
       m.pseudonym AS member,
       r.role AS role,
       r.kind AS kind,
       r.at AS at,
       o.pseudonym AS replies_to,
       r.words_band AS words_band,
       r.concrete_cue AS concrete_cue,
       r.question_cue AS question_cue,
       r.text AS text
FROM response r
JOIN chat c ON c.id = r.chat
JOIN member m ON m.id = r.member
LEFT JOIN asked_question q ON q.id = r.asked
LEFT JOIN member o ON o.id = r.replies_to
""".strip()

COLUMNS: tuple[tuple[str, str], ...] = (
    ("id", "Number of the response."),
    ("platform", "Platform of the chat."),
    ("community", "Id of the community."),
    ("chat_id", "The chat: chat.id."),
    ("chat_title", "Its title."),
    ("question", "Number of the question, with its part: 1, 4, 4b; 0 for an unplanned one; NULL for present and listening."),
    ("message", "The platform's id of the message."),
    ("member", "Pseudonym of the member; former member for all who were forgotten."),
    ("role", "Their role in the chat."),
    ("kind", "answer, peer, to_host, present or listening."),
    ("at", "When (UTC)."),
    ("replies_to", "Pseudonym of the member it answers, where the platform says so."),
    ("words_band", "1-10, 11-40, 41-100 or 101+ words."),
    ("concrete_cue", "Whether it points at something concrete."),
    ("question_cue", "Whether it asks something."),
    ("text", "The words; NULL wherever they may not be kept."),
)
"""The view's columns and what they mean, in order."""

_TYPES: dict[str, TypeEngine[Any]] = {
    "id": sa.BigInteger(),
    "chat_id": sa.BigInteger(),
    "at": Instant(),
    "concrete_cue": sa.Boolean(),
    "question_cue": sa.Boolean(),
}

participation_log = sa.table("participation_log", *(sa.column(name, _TYPES.get(name, sa.Text())) for name, _ in COLUMNS))
"""The view for SELECTs, with types, so that ``at`` comes back aware."""


def _ddl(text: str) -> sa.DDL:
    return sa.DDL(text)  # type: ignore[no-untyped-call]


sa.event.listen(metadata, "after_create", _ddl(PARTICIPATION_LOG))
sa.event.listen(metadata, "before_drop", _ddl("DROP VIEW IF EXISTS participation_log"))
