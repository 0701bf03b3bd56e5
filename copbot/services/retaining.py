"""Keeping nothing longer than people were told (2-domain 6.3)."""

from datetime import timedelta

from copbot.domain.community import Community
from copbot.services.desk import Desk

NOTES_KEPT_FOR = timedelta(days=365)
"""The log of restraint and identifier events: a year."""

REFLECTIONS_KEPT_FOR = timedelta(days=3 * 365 + 1)
"""Reflections and commitments: 36 months, one cycle of revalidation."""

LEAVERS_KEPT_FOR = timedelta(days=30)
CHOICES_KEPT_FOR = timedelta(days=6 * 365 + 2)
"""Choices that a newer one has overtaken: 6 years."""

MAIL_KEPT_FOR = timedelta(days=90)
"""Private messages of the bot's: as long as the words of members at most, which they may quote."""

INTERACTIONS_KEPT_FOR = timedelta(days=30)
"""Far longer than any platform goes on delivering the same press."""


def let_go(desk: Desk) -> int:
    """Let go of names, notes and messages whose time is over, in all communities. Of how many rows."""
    retention = desk.uow.retention
    gone = retention.let_go_of_leavers(desk.now - LEAVERS_KEPT_FOR)
    gone += retention.let_go_of_notes(desk.now - NOTES_KEPT_FOR)
    gone += retention.let_go_of_reflections(desk.now - REFLECTIONS_KEPT_FOR)
    gone += retention.let_go_of_choices(desk.now - CHOICES_KEPT_FOR)
    gone += retention.let_go_of_mail(desk.now - MAIL_KEPT_FOR)
    return gone + retention.let_go_of_interactions(desk.now - INTERACTIONS_KEPT_FOR)


def let_go_in(desk: Desk, community: Community) -> int:
    """Let go of what this community has kept for as long as it told people. Of how many rows.

    To be done in a transaction of its own: chats must not wait until all communities are through.
    """
    retention, privacy = desk.uow.retention, community.privacy
    gone = retention.let_go_of_texts(community.id, desk.now - privacy.text_kept_for)
    return gone + retention.let_go_of_activity(community.id, desk.now - privacy.activity_kept_for)
