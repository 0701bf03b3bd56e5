"""Keeping nothing longer than people were told (2-domain 6.3)."""

from datetime import timedelta

from copbot.services.desk import Desk

NOTES_KEPT_FOR = timedelta(days=365)
"""The log of restraint and identifier events: a year."""


def let_go(desk: Desk) -> int:
    """Let go of texts, names and notes whose time is over. Of how many rows."""
    gone = desk.uow.retention.let_go_of_notes(desk.now - NOTES_KEPT_FOR)
    for community in desk.library.communities():
        gone += desk.uow.retention.let_go_of_texts(community.id, desk.now - community.privacy.text_kept_for)
        gone += desk.uow.retention.let_go_of_activity(community.id, desk.now - community.privacy.activity_kept_for)
    return gone
