"""What was heard, as far as it may be kept."""

import sqlalchemy as sa

from copbot.domain.response import Kind, WordsBand
from copbot.store.tables.base import Instant, Truth, Version, Word, identity, may_have, metadata, needs, refers

REPLYING = sa.text("replies_to IS NOT NULL")

response = sa.Table(
    "response",
    metadata,
    identity(),
    refers("chat", "chat", "The chat."),
    refers("member", "member", "Who."),
    needs("kind", Word(Kind), "answer, peer, to_host, present or listening."),
    needs("at", Instant(), "When it was said (UTC)."),
    refers("asked", "asked_question", "The asked question; NULL for present and listening.", required=False),
    needs("part", sa.Text, "b for a labelled second half, else empty."),
    may_have("platform", sa.Text, "Platform of the message."),
    may_have("channel", sa.Text, "Channel of the message."),
    may_have("message", sa.Text, "The platform's id of the message."),
    may_have("place_platform", sa.Text, "Platform of the place it was said in."),
    may_have("place_channel", sa.Text, "Channel of that place."),
    may_have("place_thread", sa.Text, "Thread of that place."),
    needs("role", sa.Text, "The member's role in the chat then."),
    refers("replies_to", "member", "The member it answers, where the platform says so.", required=False),
    may_have("words_band", Word(WordsBand), "How long: 1-10, 11-40, 41-100 or 101+ words."),
    may_have("concrete_cue", Truth(), "Whether it points at something concrete."),
    may_have("question_cue", Truth(), "Whether it asks something."),
    may_have("text", sa.Text, "The words; NULL wherever they may not be kept."),
    needs("version", Version, "Version of the last edit taken over."),
    # The message comes first: a batch looks its messages up by id alone.
    sa.UniqueConstraint("message", "channel", "platform", "asked"),
    sa.Index(
        "uq_response_unasked",
        "message",
        "channel",
        "platform",
        unique=True,
        sqlite_where=sa.text("asked IS NULL"),
        postgresql_where=sa.text("asked IS NULL"),
    ),
    sa.Index(None, "chat", "at"),
    # For who spoke to a question as well: each index costs every message another page of another tree.
    sa.Index(None, "member", "asked"),
    sa.Index("ix_response_replying", "replies_to", sqlite_where=REPLYING, postgresql_where=REPLYING),
    comment="One act of one member towards one asked question.",
)

tombstone = sa.Table(
    "tombstone",
    metadata,
    sa.Column("message", sa.Text, primary_key=True, comment="The platform's id of the message."),
    sa.Column("channel", sa.Text, primary_key=True, comment="Its channel."),
    sa.Column("platform", sa.Text, primary_key=True, comment="Its platform."),
    needs("at", Instant(), "When it was buried (UTC)."),
    comment="Messages that are never read again: removed, or taken off the record.",
)

interaction = sa.Table(
    "interaction",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, comment="The platform's id of the interaction."),
    needs("at", Instant(), "When it was first seen (UTC)."),
    sa.Index(None, "at"),
    comment="Commands, presses and forms already handled.",
)
