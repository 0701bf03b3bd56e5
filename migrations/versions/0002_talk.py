"""What is heard and posted, reflections, suggestions, and the view ``participation_log``."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
Kind = type[sa.types.TypeEngine[Any]] | sa.types.TypeEngine[Any]

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


def upgrade() -> None:
    _response()
    _tombstone()
    _interaction()
    _outbox()
    _lane()
    _fact()
    _kept()
    _follow_up()
    _reflection()
    _commitment()
    _reflect_preference()
    _restraint()
    _suggestion()
    op.execute(PARTICIPATION_LOG)


def downgrade() -> None:
    op.execute("DROP VIEW participation_log")
    for table in (
        "suggestion",
        "restraint",
        "reflect_preference",
        "commitment",
        "reflection",
        "follow_up",
        "kept",
        "fact",
        "lane",
        "outbox",
        "interaction",
        "tombstone",
        "response",
    ):
        op.drop_table(table)


def _response() -> None:
    op.create_table(
        "response",
        identity(),
        refers("chat", "chat", "The chat."),
        refers("member", "member", "Who.", index=True),
        needs("kind", sa.Text, "answer, peer, to_host, present or listening."),
        needs("at", INSTANT, "When it was said (UTC)."),
        refers("asked", "asked_question", "The asked question; NULL for present and listening.", required=False),
        needs("part", sa.Text, "b for a labelled second half, else empty."),
        may_have("platform", sa.Text, "Platform of the message."),
        may_have("channel", sa.Text, "Channel of the message."),
        may_have("message", sa.Text, "The platform's id of the message."),
        may_have("place_platform", sa.Text, "Platform of the place it was said in."),
        may_have("place_channel", sa.Text, "Channel of that place."),
        may_have("place_thread", sa.Text, "Thread of that place."),
        needs("role", sa.Text, "The member's role in the chat then."),
        refers("replies_to", "member", "The member it answers, where the platform says so.", required=False, index=True),
        may_have("words_band", sa.Text, "How long: 1-10, 11-40, 41-100 or 101+ words."),
        may_have("concrete_cue", sa.Boolean, "Whether it points at something concrete."),
        may_have("question_cue", sa.Boolean, "Whether it asks something."),
        may_have("text", sa.Text, "The words; NULL wherever they may not be kept."),
        needs("version", sa.Integer, "Version of the last edit taken over."),
        sa.UniqueConstraint("message", "channel", "platform", "asked"),
        sa.Index(None, "asked", "member"),
        sa.Index(None, "chat", "at"),
        sa.Index(
            "uq_response_unasked",
            "message",
            "channel",
            "platform",
            unique=True,
            sqlite_where=sa.text("asked IS NULL"),
            postgresql_where=sa.text("asked IS NULL"),
        ),
        comment="One act of one member towards one asked question.",
    )


def _tombstone() -> None:
    op.create_table(
        "tombstone",
        sa.Column("message", sa.Text, primary_key=True, comment="The platform's id of the message."),
        sa.Column("channel", sa.Text, primary_key=True, comment="Its channel."),
        sa.Column("platform", sa.Text, primary_key=True, comment="Its platform."),
        needs("at", INSTANT, "When it was buried (UTC)."),
        comment="Messages that are never read again: removed, or taken off the record.",
    )


def _interaction() -> None:
    op.create_table(
        "interaction",
        sa.Column("id", sa.Text, primary_key=True, comment="The platform's id of the interaction."),
        needs("at", INSTANT, "When it was first seen (UTC)."),
        sa.Index(None, "at"),
        comment="Commands, presses and forms already handled.",
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        identity(),
        needs("key", sa.Text, "Unique for ever; makes a second post of the same row impossible.", unique=True),
        needs("lane", sa.Text, "Rows of one lane leave one after the other, in the order of their ids."),
        may_have("to_platform", sa.Text, "Platform it goes to; NULL if it goes to the thread of a question."),
        may_have("to_channel", sa.Text, "Channel it goes to."),
        may_have("to_thread", sa.Text, "Thread it goes to."),
        may_have("to_person", sa.Text, "Account whose private messages it goes to."),
        refers("thread_of", "asked_question", "Asked question whose thread it goes to.", required=False, index=True),
        needs("message", sa.Text, "Text, buttons and files, as JSON."),
        needs("due_at", INSTANT, "Not before (UTC)."),
        needs("verb", sa.Text, "post, open_thread, edit, remove, pin, schedule or unschedule."),
        needs("purpose", sa.Text, "What it is for."),
        refers("chat", "chat", "The chat it belongs to.", required=False, gone="SET NULL", index=True),
        refers(
            "asked",
            "asked_question",
            "Asked question it is about; for open_thread the one whose thread it opens.",
            required=False,
            index=True,
        ),
        refers("member", "member", "Member it is for.", required=False, index=True),
        needs("title", sa.Text, "Title of the thread it opens, or empty."),
        may_have("edits", sa.Text, "Key of the row whose message it changes."),
        may_have("starts_at", INSTANT, "Start of the event that a schedule row puts into the platform's calendar (UTC)."),
        may_have("ends_at", INSTANT, "End of that event (UTC)."),
        may_have("not_after", INSTANT, "Of no use after (UTC)."),
        needs("fate", sa.Text, "pending, leased, unclear, sent, expired, cancelled or failed."),
        needs("attempts", sa.Integer, "How often it was claimed."),
        needs("epoch", sa.Integer, "Grows with every claim; an outdated owner cannot mark the row."),
        may_have("lease_owner", sa.Text, "Process that has it."),
        may_have("lease_until", INSTANT, "Until when (UTC)."),
        may_have("last_claimed_at", INSTANT, "When it was last claimed (UTC)."),
        may_have("sent_at", INSTANT, "When it was sent (UTC)."),
        may_have("posted_platform", sa.Text, "Platform of the message it became."),
        may_have("posted_channel", sa.Text, "Channel of that message."),
        may_have("posted_thread", sa.Text, "Thread of that message; for open_thread the thread it started."),
        may_have("posted_message", sa.Text, "The platform's id of that message."),
        needs("trouble", sa.Text, "What went wrong last, for hosts, or empty."),
        sa.Index(None, "edits"),
        sa.Index(None, "fate", "due_at"),
        sa.Index(None, "lane", "fate", "id"),
        sa.Index(None, "posted_message"),
        sqlite_autoincrement=True,
        comment="Messages on their way out. A row is leased, sent, and only then marked as sent.",
    )


def _lane() -> None:
    op.create_table(
        "lane",
        sa.Column("lane", sa.Text, primary_key=True, comment="The lane: outbox.lane."),
        needs("not_before", INSTANT, "Nothing leaves in this lane before (UTC)."),
        comment="Pacing of lanes.",
    )


def _fact() -> None:
    op.create_table(
        "fact",
        sa.Column("name", sa.Text, primary_key=True, comment="Its name."),
        needs("value", sa.Text, "Its value."),
        comment="Small things the bot itself must remember.",
    )


def _kept() -> None:
    op.create_table(
        "kept",
        sa.Column("adapter", sa.Text, primary_key=True, comment="Name of the adapter."),
        sa.Column("key", sa.Text, primary_key=True, comment="The adapter's own key."),
        needs("value", sa.LargeBinary, "The adapter's own value."),
        comment="Small things adapters must remember over a restart.",
    )


def _follow_up() -> None:
    op.create_table(
        "follow_up",
        identity(),
        refers("chat", "chat", "The chat it follows."),
        refers("member", "member", "The member.", index=True),
        needs("stage", sa.Text, "day_1, week_2 or week_6."),
        needs("prompts", sa.Text, "Ids of its questions, as JSON."),
        needs("due_at", INSTANT, "When the first question is due (UTC)."),
        needs("state", sa.Text, "waiting, asked, answered, skipped, stopped or unanswered."),
        needs("position", sa.Integer, "How many of its questions are behind it."),
        may_have("asked_at", INSTANT, "When the last question was put (UTC)."),
        needs("round", sa.Integer, "Question of a series after which it comes, else 0."),
        sa.UniqueConstraint("chat", "member", "stage", "round"),
        sa.Index(None, "state", "due_at"),
        sqlite_autoincrement=True,
        comment="Private, opt-in messages to one member after a chat.",
    )


def _reflection() -> None:
    op.create_table(
        "reflection",
        identity(),
        refers("member", "member", "The member.", index=True),
        refers("chat", "chat", "The chat."),
        refers("follow_up", "follow_up", "The follow-up."),
        needs("prompt", sa.Text, "Id of the question."),
        needs("text", sa.Text, "What the member wrote: for that member alone."),
        needs("at", INSTANT, "When (UTC)."),
        may_have("platform", sa.Text, "Platform of the direct message that it was; NULL if it was written in a form."),
        may_have("channel", sa.Text, "Channel of that message."),
        may_have("message", sa.Text, "The platform's id of that message."),
        needs("version", sa.Integer, "Version of its last edit taken over."),
        sa.Index(None, "message"),
        comment="What members wrote in answer to a follow-up. Shown to nobody else.",
    )


def _commitment() -> None:
    op.create_table(
        "commitment",
        identity(),
        refers("member", "member", "The member.", index=True),
        refers("chat", "chat", "The chat."),
        needs("text", sa.Text, "What the member said they would try: for that member alone."),
        needs("at", INSTANT, "When (UTC)."),
        may_have("outcome", sa.Text, "done, partly, not_yet, changed_mind or let_go."),
        may_have("outcome_at", INSTANT, "When the member said so (UTC)."),
        comment="What members said they would try. Shown to nobody else.",
    )


def _reflect_preference() -> None:
    op.create_table(
        "reflect_preference",
        sa.Column("member", NUMBER, sa.ForeignKey("member.id"), primary_key=True, autoincrement=False, comment="The member."),
        may_have("model", sa.Text, "Reflection model they chose; NULL: what the question set says."),
        needs("at", INSTANT, "When (UTC)."),
        comment="How members want to reflect.",
    )


def _restraint() -> None:
    op.create_table(
        "restraint",
        identity(),
        refers("chat", "chat", "The chat.", gone="CASCADE", index=True),
        refers("asked", "asked_question", "The asked question.", required=False, gone="CASCADE"),
        needs("at", INSTANT, "When (UTC)."),
        needs("signal", sa.Text, "What was seen."),
        needs("decision", sa.Text, "sent, suggested or suppressed."),
        may_have("rule", sa.Integer, "Number of the silence rule that decided."),
        needs("prompt", sa.Text, "Id of the prompt, or empty."),
        comment="The log of restraint: what the bot noticed and what it did about it. Holds no text.",
    )


def _suggestion() -> None:
    op.create_table(
        "suggestion",
        identity(),
        refers("chat", "chat", "The chat.", gone="CASCADE"),
        refers("asked", "asked_question", "The asked question.", gone="CASCADE"),
        needs("key", sa.Text, "Unique in the chat."),
        needs("text", sa.Text, "The words offered to hosts."),
        needs("at", INSTANT, "When they were offered (UTC)."),
        needs("expires_at", INSTANT, "Until when they are of use (UTC)."),
        needs("state", sa.Text, "offered, posted, edited, skipped or expired."),
        refers("by", "member", "The host who decided.", required=False),
        may_have("decided_at", INSTANT, "When they decided (UTC)."),
        sa.UniqueConstraint("chat", "key"),
        sa.Index(None, "state", "expires_at"),
        sqlite_autoincrement=True,
        comment="Words offered to hosts backstage.",
    )


def identity() -> sa.Column[Any]:
    return sa.Column("id", NUMBER, primary_key=True, comment="Number of the row.")


def needs(name: str, kind: Kind, comment: str, *, unique: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, unique=unique or None, comment=comment)


def may_have(name: str, kind: Kind, comment: str) -> sa.Column[Any]:
    return sa.Column(name, kind, comment=comment)


def refers(name: str, to: str, comment: str, *, required: bool = True, gone: str | None = None, index: bool = False) -> sa.Column[Any]:
    key = sa.ForeignKey(f"{to}.id", ondelete=gone)
    return sa.Column(name, NUMBER, key, nullable=not required, index=index or None, comment=comment)
