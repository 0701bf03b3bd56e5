"""Telling hosts backstage what is wrong: files on disk with errors, while the last good version goes on; what a chat's channel lacks."""

from collections.abc import Sequence
from hashlib import sha256

from copbot.domain.message import Message
from copbot.domain.place import Place
from copbot.domain.step import Outgoing, channel_lane
from copbot.ports.platform import Finding
from copbot.services import outgoing
from copbot.services.desk import Desk

MOST = 10


def report_problems(desk: Desk) -> None:
    """One message in every hosts' channel for each new set of errors."""
    problems = [problem.for_people for problem in desk.library.problems() if not problem.is_warning]
    if not problems:
        return
    text = desk.say("content-problems", problems=problems[:MOST], more=max(len(problems) - MOST, 0))
    digest = sha256("\n".join(problems).encode()).hexdigest()[:16]
    for community in desk.library.communities():
        for channel in community.channels:
            if channel.hosts_channel is not None:
                backstage = Place(channel.platform, channel.hosts_channel)
                key = f"problems:{digest}:{channel_lane(backstage)}"
                desk.uow.outbox.add([Outgoing(key, channel_lane(backstage), backstage, Message(text), desk.now, purpose="problems")])


def report_findings(desk: Desk, id: int, findings: Sequence[Finding]) -> None:
    """What is missing in a chat's channel, with how to mend it: once for each date of the chat."""
    chat = desk.uow.chats.get(id)
    if chat is not None:
        text = desk.say("not-ready", chat=chat, findings=findings)
        outgoing.tell_backstage(desk, chat, f"not-ready@{chat.starts_at:%Y%m%dT%H%M}", Message(text), purpose="not-ready")
