"""Chats: their plan, their questions, and what hosts did."""

import sqlalchemy as sa

from copbot.domain.chat import AskedState, Coming, Role, State
from copbot.domain.step import StepState
from copbot.store.codecs import DETAILS
from copbot.store.tables.base import BigId, Instant, Json, Truth, Word, identity, may_have, metadata, needs, refers

edition = sa.Table(
    "edition",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True, comment="Hash of the body."),
    needs("body", sa.Text, "Question set, format, prompts and wording as they were, frozen."),
    comment="What chats were scheduled with, so that later changes of the files do not change a planned chat.",
)

chat = sa.Table(
    "chat",
    metadata,
    identity(),
    needs("community", sa.Text, "Id of the community in config/communities."),
    needs("place_platform", sa.Text, "Platform the chat is held on."),
    needs("place_channel", sa.Text, "The platform's id of the channel."),
    may_have("place_thread", sa.Text, "The platform's id of the thread, if the chat is held inside one."),
    needs("title", sa.Text, "Shown to people."),
    needs("question_set", sa.Text, "Id of the question set."),
    needs("edition", sa.Text, "Hash of the frozen content: edition.hash."),
    needs("state", Word(State), "draft, planned, open, closing, closed or cancelled."),
    needs("starts_at", Instant(), "Planned start (UTC)."),
    needs("ends_at", Instant(), "Planned end (UTC)."),
    needs("time_zone", sa.Text, "IANA name of the zone of the chat's wall clock."),
    refers("created_by", "member", "Who scheduled it.", required=False),
    may_have("opened_at", Instant(), "When it was opened (UTC)."),
    may_have("closed_at", Instant(), "When it was closed (UTC)."),
    may_have("paused_at", Instant(), "Since when it is paused (UTC)."),
    may_have("hushed_until", Instant(), "Until when a host keeps the bot quiet (UTC)."),
    may_have("noticed_at", Instant(), "When the privacy notice was posted in its channel (UTC)."),
    may_have("last_unasked_at", Instant(), "When the bot last spoke unasked (UTC)."),
    may_have("quiet_after_gap_until", Instant(), "After a gap in hearing, no signal counts before this (UTC)."),
    needs("change", sa.Integer, "Counts what hosts did to the plan."),
    sa.Index(None, "state", "starts_at"),
    sa.Index(None, "place_channel", "state"),
    sa.Index(None, "community", "state"),
    sqlite_autoincrement=True,
    comment="One hosted discussion in one channel.",
)

step = sa.Table(
    "step",
    metadata,
    identity(),
    refers("chat", "chat", "The chat.", gone="CASCADE"),
    needs("key", sa.Text, "Unique in the chat: announce, ask:2, part_b:4 ..."),
    needs("does", sa.Text, "What it does."),
    needs("due_at", Instant(), "When it is due (UTC)."),
    needs("state", Word(StepState), "due, done, skipped, expired or cancelled."),
    needs("phase", sa.Text, "The phase of the format it comes from, or empty."),
    may_have("number", sa.Integer, "Number of the question it is about."),
    needs("about", Json(*DETAILS), "Further details, as JSON."),
    may_have("done_at", Instant(), "When it ended (UTC)."),
    sa.UniqueConstraint("chat", "key"),
    sa.Index(None, "state", "due_at"),
    comment="One thing that a chat's plan does at a time.",
)

asked_question = sa.Table(
    "asked_question",
    metadata,
    identity(),
    refers("chat", "chat", "The chat.", gone="CASCADE", index=True),
    needs("number", sa.Integer, "Number in the question set; 0 for one that has a name instead."),
    needs("text", sa.Text, "The question's words."),
    needs("state", Word(AskedState), "waiting, open or closed."),
    needs("asked_at", Instant(), "When it was put on its way (UTC)."),
    needs("has_part_b", Truth(), "Whether the question has a second half."),
    may_have("part_b_at", Instant(), "When the second half was put on its way (UTC)."),
    may_have("closes_at", Instant(), "When it stops taking responses (UTC)."),
    may_have("root_platform", sa.Text, "Platform of the message that asks it."),
    may_have("root_channel", sa.Text, "Channel of that message."),
    may_have("root_thread", sa.Text, "Thread that its answers live in."),
    may_have("root_message", sa.Text, "The platform's id of that message; NULL until it is posted."),
    needs("name", sa.Text, "What a question without a number is called, else empty."),
    sqlite_autoincrement=True,
    comment="A question as put to people in one chat.",
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column(
        "asked",
        BigId,
        sa.ForeignKey("asked_question.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        comment="The asked question.",
    ),
    may_have("last_human_at", Instant(), "When anybody last spoke, those who opted out too (UTC)."),
    needs("messages", sa.Integer, "How many messages."),
    needs("voices", sa.Integer, "How many members."),
    needs("peer", sa.Integer, "How many messages from member to member."),
    may_have("first_at", Instant(), "When the first response came (UTC)."),
    needs("unasked_posts", sa.Integer, "How often the bot spoke unasked."),
    may_have("last_unasked_at", Instant(), "When the bot last spoke unasked (UTC)."),
    comment="What the rules need to know about an asked question, kept with every response.",
)

role_in_chat = sa.Table(
    "role_in_chat",
    metadata,
    identity(),
    refers("chat", "chat", "The chat.", gone="CASCADE"),
    refers("member", "member", "The member.", index=True),
    needs("role", Word(Role), "host, co_host, guest, presenter or participant."),
    sa.UniqueConstraint("chat", "member"),
    comment="A member's role in one chat.",
)

attendance = sa.Table(
    "attendance",
    metadata,
    identity(),
    refers("chat", "chat", "The chat.", gone="CASCADE"),
    refers("member", "member", "The member.", index=True),
    needs("coming", Word(Coming), "coming or listening."),
    needs("at", Instant(), "When they said so (UTC)."),
    sa.UniqueConstraint("chat", "member"),
    comment="Who said that they will take part, and how.",
)

act = sa.Table(
    "act",
    metadata,
    identity(),
    refers("chat", "chat", "The chat.", gone="CASCADE", index=True),
    refers("member", "member", "Who did it."),
    needs("verb", sa.Text, "What was done."),
    needs("about", sa.Text, "What it was done to, or empty."),
    needs("at", Instant(), "When (UTC)."),
    comment="What hosts did, so that a stale press can be told.",
)

pin = sa.Table(
    "pin",
    metadata,
    identity(),
    refers("chat", "chat", "The chat.", gone="CASCADE"),
    needs("posted_platform", sa.Text, "Platform of the message."),
    needs("posted_channel", sa.Text, "Channel of the message."),
    may_have("posted_thread", sa.Text, "Thread of the message."),
    needs("posted_message", sa.Text, "The platform's id of the message."),
    refers("by", "member", "Who pinned it."),
    needs("at", Instant(), "When (UTC)."),
    sa.UniqueConstraint("chat", "posted_platform", "posted_channel", "posted_message"),
    comment="Messages pinned for the summary.",
)
