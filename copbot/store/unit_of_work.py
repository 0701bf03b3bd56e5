"""All repositories over one connection."""

from datetime import timedelta

import sqlalchemy as sa

from copbot.ports import people
from copbot.ports import store as ports
from copbot.store.repositories.chats import SqlChats
from copbot.store.repositories.consents import SqlConsents, SqlIdentifiers
from copbot.store.repositories.facilitation import SqlFacilitation
from copbot.store.repositories.follow_ups import SqlFollowUps
from copbot.store.repositories.members import SqlMembers
from copbot.store.repositories.outbox import SqlOutbox
from copbot.store.repositories.plans import SqlEditions, SqlFacts, SqlInteractions, SqlSteps
from copbot.store.repositories.questions import SqlQuestions
from copbot.store.repositories.responses import SqlResponses
from copbot.store.repositories.retention import SqlRetention


class SqlUnitOfWork:
    """One transaction after the other on one connection: repositories keep their statements from one to the next."""

    def __init__(self, connection: sa.Connection, *, settle: timedelta, secret: bytes | None) -> None:
        self.sql_members = SqlMembers(connection, secret)
        self.chats: ports.Chats = SqlChats(connection)
        self.editions: ports.Editions = SqlEditions(connection)
        self.sql_steps = SqlSteps(connection)
        self.steps: ports.Steps = self.sql_steps
        self.questions: ports.Questions = SqlQuestions(connection)
        self.members: ports.Members = self.sql_members
        self.responses: ports.Responses = SqlResponses(connection)
        self.sql_outbox = SqlOutbox(connection, settle)
        self.outbox: ports.Outbox = self.sql_outbox
        self.interactions: ports.Interactions = SqlInteractions(connection)
        self.consents: people.Consents = SqlConsents(connection)
        self.identifiers: people.Identifiers = SqlIdentifiers(connection)
        self.follow_ups: people.FollowUps = SqlFollowUps(connection)
        self.facilitation: ports.Facilitation = SqlFacilitation(connection)
        self.facts: ports.Facts = SqlFacts(connection)
        self.retention: people.Retention = SqlRetention(connection, self.sql_members)

    def begun(self) -> None:
        """A transaction begins."""
        self.sql_outbox.begin()
        self.sql_steps.more_due = False

    def ends(self) -> bool:
        """The transaction is about to be committed; whether it has put something on its way."""
        self.sql_outbox.settle_added()
        return self.sql_steps.more_due or self.sql_outbox.more_due
