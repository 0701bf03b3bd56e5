"""Keeping nothing longer than people were told (2-domain 6.3)."""

from datetime import timedelta

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
    """Let go of texts, names, notes and messages whose time is over. Of how many rows."""
    retention = desk.uow.retention
    gone = retention.let_go_of_leavers(desk.now - LEAVERS_KEPT_FOR)
    gone += retention.let_go_of_notes(desk.now - NOTES_KEPT_FOR)
    gone += retention.let_go_of_reflections(desk.now - REFLECTIONS_KEPT_FOR)
    gone += retention.let_go_of_choices(desk.now - CHOICES_KEPT_FOR)
    gone += retention.let_go_of_mail(desk.now - MAIL_KEPT_FOR)
    gone += retention.let_go_of_interactions(desk.now - INTERACTIONS_KEPT_FOR)
    for community in desk.library.communities():
        gone += retention.let_go_of_texts(community.id, desk.now - community.privacy.text_kept_for)
        gone += retention.let_go_of_activity(community.id, desk.now - community.privacy.activity_kept_for)
    return gone
