"""Messages on their way out, and small things to remember."""

import sqlalchemy as sa

from copbot.domain.step import Fate, Verb
from copbot.store.codecs import MESSAGE
from copbot.store.tables.base import Instant, Json, Word, identity, may_have, metadata, needs, refers

PRIVATE = sa.text("to_person IS NOT NULL")
"""Private messages are let go of some day; what was posted for everybody stays."""

outbox = sa.Table(
    "outbox",
    metadata,
    identity(),
    needs("key", sa.Text, "Unique for ever; makes a second post of the same row impossible.", unique=True),
    needs("lane", sa.Text, "Rows of one lane leave one after the other, in the order of their ids."),
    may_have("to_platform", sa.Text, "Platform it goes to; NULL if it goes to the thread of a question."),
    may_have("to_channel", sa.Text, "Channel it goes to."),
    may_have("to_thread", sa.Text, "Thread it goes to."),
    may_have("to_person", sa.Text, "Account whose private messages it goes to."),
    refers("thread_of", "asked_question", "Asked question whose thread it goes to.", required=False, index=True),
    needs("message", Json(*MESSAGE), "Text, buttons and files, as JSON."),
    needs("due_at", Instant(), "Not before (UTC)."),
    needs("verb", Word(Verb), "post, open_thread, edit, remove, pin, schedule or unschedule."),
    needs("purpose", sa.Text, "What it is for."),
    refers("chat", "chat", "The chat it belongs to.", required=False, gone="SET NULL", index=True),
    refers(
        "asked", "asked_question", "Asked question it is about; for open_thread the one whose thread it opens.", required=False, index=True
    ),
    refers("member", "member", "Member it is for.", required=False, index=True),
    needs("title", sa.Text, "Title of the thread it opens, or empty."),
    may_have("edits", sa.Text, "Key of the row whose message it changes."),
    may_have("starts_at", Instant(), "Start of the event that a schedule row puts into the platform's calendar (UTC)."),
    may_have("ends_at", Instant(), "End of that event (UTC)."),
    may_have("not_after", Instant(), "Of no use after (UTC)."),
    needs("fate", Word(Fate), "pending, leased, unclear, sent, expired, cancelled or failed."),
    needs("attempts", sa.Integer, "How often it was claimed."),
    needs("epoch", sa.Integer, "Grows with every claim; an outdated owner cannot mark the row."),
    may_have("lease_owner", sa.Text, "Process that has it."),
    may_have("lease_until", Instant(), "Until when (UTC)."),
    may_have("last_claimed_at", Instant(), "When it was last claimed (UTC)."),
    may_have("sent_at", Instant(), "When it was sent (UTC)."),
    may_have("posted_platform", sa.Text, "Platform of the message it became."),
    may_have("posted_channel", sa.Text, "Channel of that message."),
    may_have("posted_thread", sa.Text, "Thread of that message; for open_thread the thread it started."),
    may_have("posted_message", sa.Text, "The platform's id of that message."),
    needs("trouble", sa.Text, "What went wrong last, for hosts, or empty."),
    sa.Index(None, "lane", "fate", "id"),
    sa.Index(None, "fate", "due_at"),
    sa.Index(None, "posted_message"),
    sa.Index(None, "edits"),
    sa.Index("ix_outbox_private", "due_at", sqlite_where=PRIVATE, postgresql_where=PRIVATE),
    sqlite_autoincrement=True,
    comment="Messages on their way out. A row is leased, sent, and only then marked as sent.",
)

lane = sa.Table(
    "lane",
    metadata,
    sa.Column("lane", sa.Text, primary_key=True, comment="The lane: outbox.lane."),
    needs("not_before", Instant(), "Nothing leaves in this lane before (UTC)."),
    comment="Pacing of lanes.",
)

fact = sa.Table(
    "fact",
    metadata,
    sa.Column("name", sa.Text, primary_key=True, comment="Its name."),
    needs("value", sa.Text, "Its value."),
    comment="Small things the bot itself must remember.",
)

kept = sa.Table(
    "kept",
    metadata,
    sa.Column("adapter", sa.Text, primary_key=True, comment="Name of the adapter."),
    sa.Column("key", sa.Text, primary_key=True, comment="The adapter's own key."),
    needs("value", sa.LargeBinary, "The adapter's own value."),
    comment="Small things adapters must remember over a restart.",
)

adapter_lease = sa.Table(
    "adapter_lease",
    metadata,
    sa.Column("adapter", sa.Text, primary_key=True, comment="Name of the adapter."),
    sa.Column("name", sa.Text, primary_key=True, comment="What is leased, in the adapter's own words: a shard, for example."),
    needs("owner", sa.Text, "Process that has or had it."),
    needs("epoch", sa.Integer, "Grows whenever it changes hands."),
    needs("until", Instant(), "Until when (UTC)."),
    comment="What only one of several processes does at a time on behalf of an adapter.",
)
