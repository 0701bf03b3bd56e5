"""Follow-ups and reflections; suggestions and restraint."""

import sqlalchemy as sa

from copbot.domain.facilitation import Decision, SuggestionState
from copbot.domain.follow_up import FollowUpState, Outcome, Stage
from copbot.store.codecs import WORDS
from copbot.store.tables.base import BigId, Instant, Json, Version, Word, identity, may_have, metadata, needs, refers

follow_up = sa.Table(
    "follow_up",
    metadata,
    identity(),
    refers("chat", "chat", "The chat it follows."),
    refers("member", "member", "The member.", index=True),
    needs("stage", Word(Stage), "day_1, week_2 or week_6."),
    needs("prompts", Json(*WORDS), "Ids of its questions, as JSON."),
    needs("due_at", Instant(), "When the first question is due (UTC)."),
    needs("state", Word(FollowUpState), "waiting, asked, answered, skipped, stopped or unanswered."),
    needs("position", sa.Integer, "How many of its questions are behind it."),
    may_have("asked_at", Instant(), "When the last question was put (UTC)."),
    needs("round", sa.Integer, "Question of a series after which it comes, else 0."),
    sa.UniqueConstraint("chat", "member", "stage", "round"),
    sa.Index(None, "state", "due_at"),
    sqlite_autoincrement=True,
    comment="Private, opt-in messages to one member after a chat.",
)

reflection = sa.Table(
    "reflection",
    metadata,
    identity(),
    refers("member", "member", "The member.", index=True),
    refers("chat", "chat", "The chat.", index=True),
    refers("follow_up", "follow_up", "The follow-up."),
    needs("prompt", sa.Text, "Id of the question."),
    needs("text", sa.Text, "What the member wrote: for that member alone."),
    needs("at", Instant(), "When (UTC)."),
    may_have("platform", sa.Text, "Platform of the direct message that it was; NULL if it was written in a form."),
    may_have("channel", sa.Text, "Channel of that message."),
    may_have("message", sa.Text, "The platform's id of that message."),
    needs("version", Version, "Version of its last edit taken over."),
    sa.Index(None, "message"),
    comment="What members wrote in answer to a follow-up. Shown to nobody else.",
)

commitment = sa.Table(
    "commitment",
    metadata,
    identity(),
    refers("member", "member", "The member.", index=True),
    refers("chat", "chat", "The chat.", index=True),
    needs("text", sa.Text, "What the member said they would try: for that member alone."),
    needs("at", Instant(), "When (UTC)."),
    may_have("outcome", Word(Outcome), "done, partly, not_yet, changed_mind or let_go."),
    may_have("outcome_at", Instant(), "When the member said so (UTC)."),
    comment="What members said they would try. Shown to nobody else.",
)

reflect_preference = sa.Table(
    "reflect_preference",
    metadata,
    sa.Column("member", BigId, sa.ForeignKey("member.id"), primary_key=True, autoincrement=False, comment="The member."),
    may_have("model", sa.Text, "Reflection model they chose; NULL: what the question set says."),
    needs("at", Instant(), "When (UTC)."),
    comment="How members want to reflect.",
)

restraint = sa.Table(
    "restraint",
    metadata,
    identity(),
    refers("chat", "chat", "The chat.", gone="CASCADE", index=True),
    refers("asked", "asked_question", "The asked question.", required=False, gone="CASCADE"),
    needs("at", Instant(), "When (UTC)."),
    needs("signal", sa.Text, "What was seen."),
    needs("decision", Word(Decision), "sent, suggested or suppressed."),
    may_have("rule", sa.Integer, "Number of the silence rule that decided."),
    needs("prompt", sa.Text, "Id of the prompt, or empty."),
    comment="The log of restraint: what the bot noticed and what it did about it. Holds no text.",
)

suggestion = sa.Table(
    "suggestion",
    metadata,
    identity(),
    refers("chat", "chat", "The chat.", gone="CASCADE"),
    refers("asked", "asked_question", "The asked question.", gone="CASCADE"),
    needs("key", sa.Text, "Unique in the chat."),
    needs("text", sa.Text, "The words offered to hosts."),
    needs("at", Instant(), "When they were offered (UTC)."),
    needs("expires_at", Instant(), "Until when they are of use (UTC)."),
    needs("state", Word(SuggestionState), "offered, posted, edited, skipped or expired."),
    refers("by", "member", "The host who decided.", required=False),
    may_have("decided_at", Instant(), "When they decided (UTC)."),
    sa.UniqueConstraint("chat", "key"),
    sa.Index(None, "state", "expires_at"),
    sqlite_autoincrement=True,
    comment="Words offered to hosts backstage.",
)
