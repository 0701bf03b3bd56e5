"""Chats with their plans, and members with what they let copbot keep."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
Kind = type[sa.types.TypeEngine[Any]] | sa.types.TypeEngine[Any]


def upgrade() -> None:
    _edition()
    _member()
    _chat()
    _step()
    _asked_question()
    _counters()
    _role_in_chat()
    _attendance()
    _act()
    _pin()
    _forgotten()
    _consent()
    _off_the_record()
    _identifier_event()


def downgrade() -> None:
    for table in (
        "identifier_event",
        "off_the_record",
        "consent",
        "forgotten",
        "pin",
        "act",
        "attendance",
        "role_in_chat",
        "counters",
        "asked_question",
        "step",
        "chat",
        "member",
        "edition",
    ):
        op.drop_table(table)


def _edition() -> None:
    op.create_table(
        "edition",
        sa.Column("hash", sa.Text, primary_key=True, comment="Hash of the body."),
        needs("body", sa.Text, "Question set, format, prompts and wording as they were, frozen."),
        comment="What chats were scheduled with, so that later changes of the files do not change a planned chat.",
    )


def _member() -> None:
    op.create_table(
        "member",
        identity(),
        needs("community", sa.Text, "Id of the community in config/communities."),
        needs("platform", sa.Text, "Platform of the account; empty for the former member."),
        needs("person", sa.Text, "The platform's id of the account."),
        needs("name", sa.Text, "Display name; never exported."),
        needs("pseudonym", sa.Text, "Random; all that logs and exports show."),
        may_have("time_zone", sa.Text, "IANA name of the member's own zone."),
        may_have("noticed_at", INSTANT, "When the privacy notice was sent to them (UTC)."),
        may_have("first_spoke_at", INSTANT, "When they first spoke in the community (UTC)."),
        may_have("left_at", INSTANT, "When they left (UTC)."),
        sa.UniqueConstraint("community", "platform", "person"),
        sa.UniqueConstraint("community", "pseudonym"),
        sqlite_autoincrement=True,
        comment="People copbot knows, one row per account and community, and one former member per community for all who were forgotten.",
    )


def _chat() -> None:
    op.create_table(
        "chat",
        identity(),
        needs("community", sa.Text, "Id of the community in config/communities."),
        needs("place_platform", sa.Text, "Platform the chat is held on."),
        needs("place_channel", sa.Text, "The platform's id of the channel."),
        may_have("place_thread", sa.Text, "The platform's id of the thread, if the chat is held inside one."),
        needs("title", sa.Text, "Shown to people."),
        needs("question_set", sa.Text, "Id of the question set."),
        needs("edition", sa.Text, "Hash of the frozen content: edition.hash."),
        needs("state", sa.Text, "draft, planned, open, closing, closed or cancelled."),
        needs("starts_at", INSTANT, "Planned start (UTC)."),
        needs("ends_at", INSTANT, "Planned end (UTC)."),
        needs("time_zone", sa.Text, "IANA name of the zone of the chat's wall clock."),
        refers("created_by", "member", "Who scheduled it.", required=False),
        may_have("opened_at", INSTANT, "When it was opened (UTC)."),
        may_have("closed_at", INSTANT, "When it was closed (UTC)."),
        may_have("paused_at", INSTANT, "Since when it is paused (UTC)."),
        may_have("hushed_until", INSTANT, "Until when a host keeps the bot quiet (UTC)."),
        may_have("noticed_at", INSTANT, "When the privacy notice was posted in its channel (UTC)."),
        may_have("last_unasked_at", INSTANT, "When the bot last spoke unasked (UTC)."),
        may_have("quiet_after_gap_until", INSTANT, "After a gap in hearing, no signal counts before this (UTC)."),
        needs("change", sa.Integer, "Counts what hosts did to the plan."),
        sa.Index(None, "place_channel", "state"),
        sa.Index(None, "state", "starts_at"),
        sqlite_autoincrement=True,
        comment="One hosted discussion in one channel.",
    )


def _step() -> None:
    op.create_table(
        "step",
        identity(),
        refers("chat", "chat", "The chat.", gone="CASCADE"),
        needs("key", sa.Text, "Unique in the chat: announce, ask:2, part_b:4 ..."),
        needs("does", sa.Text, "What it does."),
        needs("due_at", INSTANT, "When it is due (UTC)."),
        needs("state", sa.Text, "due, done, skipped, expired or cancelled."),
        needs("phase", sa.Text, "The phase of the format it comes from, or empty."),
        may_have("number", sa.Integer, "Number of the question it is about."),
        needs("about", sa.Text, "Further details, as JSON."),
        may_have("done_at", INSTANT, "When it ended (UTC)."),
        sa.UniqueConstraint("chat", "key"),
        sa.Index(None, "state", "due_at"),
        comment="One thing that a chat's plan does at a time.",
    )


def _asked_question() -> None:
    op.create_table(
        "asked_question",
        identity(),
        refers("chat", "chat", "The chat.", gone="CASCADE", index=True),
        needs("number", sa.Integer, "Number in the question set; 0 for one that has a name instead."),
        needs("text", sa.Text, "The question's words."),
        needs("state", sa.Text, "waiting, open or closed."),
        needs("asked_at", INSTANT, "When it was put on its way (UTC)."),
        needs("has_part_b", sa.Boolean, "Whether the question has a second half."),
        may_have("part_b_at", INSTANT, "When the second half was put on its way (UTC)."),
        may_have("closes_at", INSTANT, "When it stops taking responses (UTC)."),
        may_have("root_platform", sa.Text, "Platform of the message that asks it."),
        may_have("root_channel", sa.Text, "Channel of that message."),
        may_have("root_thread", sa.Text, "Thread that its answers live in."),
        may_have("root_message", sa.Text, "The platform's id of that message; NULL until it is posted."),
        needs("name", sa.Text, "What a question without a number is called, else empty."),
        sqlite_autoincrement=True,
        comment="A question as put to people in one chat.",
    )


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column(
            "asked",
            NUMBER,
            sa.ForeignKey("asked_question.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
            comment="The asked question.",
        ),
        may_have("last_human_at", INSTANT, "When anybody last spoke, those who opted out too (UTC)."),
        needs("messages", sa.Integer, "How many messages."),
        needs("voices", sa.Integer, "How many members."),
        needs("peer", sa.Integer, "How many messages from member to member."),
        may_have("first_at", INSTANT, "When the first response came (UTC)."),
        needs("unasked_posts", sa.Integer, "How often the bot spoke unasked."),
        may_have("last_unasked_at", INSTANT, "When the bot last spoke unasked (UTC)."),
        comment="What the rules need to know about an asked question, kept with every response.",
    )


def _role_in_chat() -> None:
    op.create_table(
        "role_in_chat",
        identity(),
        refers("chat", "chat", "The chat.", gone="CASCADE"),
        refers("member", "member", "The member.", index=True),
        needs("role", sa.Text, "host, co_host, guest, presenter or participant."),
        sa.UniqueConstraint("chat", "member"),
        comment="A member's role in one chat.",
    )


def _attendance() -> None:
    op.create_table(
        "attendance",
        identity(),
        refers("chat", "chat", "The chat.", gone="CASCADE"),
        refers("member", "member", "The member.", index=True),
        needs("coming", sa.Text, "coming or listening."),
        needs("at", INSTANT, "When they said so (UTC)."),
        sa.UniqueConstraint("chat", "member"),
        comment="Who said that they will take part, and how.",
    )


def _act() -> None:
    op.create_table(
        "act",
        identity(),
        refers("chat", "chat", "The chat.", gone="CASCADE", index=True),
        refers("member", "member", "Who did it."),
        needs("verb", sa.Text, "What was done."),
        needs("about", sa.Text, "What it was done to, or empty."),
        needs("at", INSTANT, "When (UTC)."),
        comment="What hosts did, so that a stale press can be told.",
    )


def _pin() -> None:
    op.create_table(
        "pin",
        identity(),
        refers("chat", "chat", "The chat.", gone="CASCADE"),
        needs("posted_platform", sa.Text, "Platform of the message."),
        needs("posted_channel", sa.Text, "Channel of the message."),
        may_have("posted_thread", sa.Text, "Thread of the message."),
        needs("posted_message", sa.Text, "The platform's id of the message."),
        refers("by", "member", "Who pinned it."),
        needs("at", INSTANT, "When (UTC)."),
        sa.UniqueConstraint("chat", "posted_platform", "posted_channel", "posted_message"),
        comment="Messages pinned for the summary.",
    )


def _forgotten() -> None:
    op.create_table(
        "forgotten",
        sa.Column(
            "hash", sa.Text, primary_key=True, comment="HMAC-SHA256 of platform and account, with the secret kept in the table fact."
        ),
        sa.Column("community", sa.Text, primary_key=True, comment="The community that forgot them."),
        needs("at", INSTANT, "When, the last time (UTC)."),
        comment="Who was forgotten, so that a restored backup can be made to forget again.",
    )


def _consent() -> None:
    op.create_table(
        "consent",
        identity(),
        refers("member", "member", "The member."),
        needs("scope", sa.Text, "activity, text, quote, follow_up or research."),
        needs("state", sa.Text, "on or off; for quote: named, no_name or never."),
        needs("at", INSTANT, "When (UTC)."),
        needs("via", sa.Text, "How the choice was made."),
        needs("notice", sa.Text, "Version of the privacy notice it was made under."),
        sa.Index(None, "member", "scope", "id"),
        comment="Choices of members. Rows are only added; the newest of a scope counts.",
    )


def _off_the_record() -> None:
    op.create_table(
        "off_the_record",
        identity(),
        refers("chat", "chat", "The chat.", gone="CASCADE"),
        refers("member", "member", "The member.", index=True),
        needs("since", INSTANT, "From when nothing they say is kept (UTC)."),
        may_have("until", INSTANT, "Until when (UTC); NULL: until the chat closes."),
        sa.UniqueConstraint("chat", "member", "since"),
        comment="When members were off the record.",
    )


def _identifier_event() -> None:
    op.create_table(
        "identifier_event",
        identity(),
        refers("chat", "chat", "The chat.", required=False, gone="SET NULL"),
        refers("member", "member", "Who wrote it."),
        needs("kind", sa.Text, "What kind of identifier it may be."),
        needs("platform", sa.Text, "Platform of the message."),
        needs("channel", sa.Text, "Channel of the message."),
        needs("message", sa.Text, "The platform's id of the message."),
        needs("at", INSTANT, "When (UTC)."),
        needs("outcome", sa.Text, "What came of it."),
        needs("version", sa.Integer, "Version of the message that was seen; 0: as first posted."),
        sa.Index(None, "member", "chat"),
        sa.Index(None, "message"),
        comment="That something may identify a patient, and what came of it. Never the text.",
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
