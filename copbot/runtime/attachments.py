"""Making files of what a reply carries along."""

from dataclasses import replace

from copbot.domain.message import File, Invitation, Private, Reply
from copbot.kit.calendar_file import ics
from copbot.ports.clock import Clock


def with_files(reply: Reply, clock: Clock) -> Reply:
    """The reply with its invitations as .ics files."""
    if not isinstance(reply, Private) or not reply.attach:
        return reply
    files = tuple(_file(invitation, clock) for invitation in reply.attach)
    return replace(reply, message=replace(reply.message, files=(*reply.message.files, *files)), attach=())


def _file(invitation: Invitation, clock: Clock) -> File:
    content = ics(
        invitation.title,
        invitation.starts_at,
        invitation.ends_at,
        uid=invitation.uid,
        description=invitation.about,
        place_name=invitation.where,
        stamp=clock.now(),
    )
    return File("chat.ics", "text/calendar", content, f"Calendar entry: {invitation.title}")
