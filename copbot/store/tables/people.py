"""Members and what they let copbot keep."""

import sqlalchemy as sa

from copbot.domain.consent import Scope
from copbot.store.tables.base import Instant, Version, Word, identity, may_have, metadata, needs, refers

member = sa.Table(
    "member",
    metadata,
    identity(),
    needs("community", sa.Text, "Id of the community in config/communities."),
    needs("platform", sa.Text, "Platform of the account; empty for the former member."),
    needs("person", sa.Text, "The platform's id of the account."),
    needs("name", sa.Text, "Display name; never exported."),
    needs("pseudonym", sa.Text, "Random; all that logs and exports show."),
    may_have("time_zone", sa.Text, "IANA name of the member's own zone."),
    may_have("noticed_at", Instant(), "When the privacy notice was sent to them (UTC)."),
    may_have("first_spoke_at", Instant(), "When they first spoke in the community (UTC)."),
    may_have("left_at", Instant(), "When they left (UTC)."),
    sa.UniqueConstraint("community", "platform", "person"),
    sa.UniqueConstraint("community", "pseudonym"),
    sqlite_autoincrement=True,
    comment="People copbot knows, one row per account and community, and one former member per community for all who were forgotten.",
)

forgotten = sa.Table(
    "forgotten",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True, comment="HMAC-SHA256 of platform and account, with the secret kept in the table fact."),
    sa.Column("community", sa.Text, primary_key=True, comment="The community that forgot them."),
    needs("at", Instant(), "When, the last time (UTC)."),
    comment="Who was forgotten, so that a restored backup can be made to forget again.",
)

consent = sa.Table(
    "consent",
    metadata,
    identity(),
    refers("member", "member", "The member."),
    needs("scope", Word(Scope), "activity, text, quote, follow_up or research."),
    needs("state", sa.Text, "on or off; for quote: named, no_name or never."),
    needs("at", Instant(), "When (UTC)."),
    needs("via", sa.Text, "How the choice was made."),
    needs("notice", sa.Text, "Version of the privacy notice it was made under."),
    sa.Index(None, "member", "scope", "id"),
    comment="Choices of members. Rows are only added; the newest of a scope counts.",
)

off_the_record = sa.Table(
    "off_the_record",
    metadata,
    identity(),
    refers("chat", "chat", "The chat.", gone="CASCADE"),
    refers("member", "member", "The member.", index=True),
    needs("since", Instant(), "From when nothing they say is kept (UTC)."),
    may_have("until", Instant(), "Until when (UTC); NULL: until the chat closes."),
    sa.UniqueConstraint("chat", "member", "since"),
    comment="When members were off the record.",
)

identifier_event = sa.Table(
    "identifier_event",
    metadata,
    identity(),
    refers("chat", "chat", "The chat.", required=False, gone="SET NULL", index=True),
    refers("member", "member", "Who wrote it."),
    needs("kind", sa.Text, "What kind of identifier it may be."),
    needs("platform", sa.Text, "Platform of the message."),
    needs("channel", sa.Text, "Channel of the message."),
    needs("message", sa.Text, "The platform's id of the message."),
    needs("at", Instant(), "When (UTC)."),
    needs("outcome", sa.Text, "What came of it."),
    needs("version", Version, "Version of the message that was seen; 0: as first posted."),
    sa.Index(None, "message"),
    sa.Index(None, "member", "chat"),
    comment="That something may identify a patient, and what came of it. Never the text.",
)
