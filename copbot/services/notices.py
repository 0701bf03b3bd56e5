"""What members are told privately when they are first heard: the privacy notice, and that a message may identify somebody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote

from copbot.domain.chat import Chat
from copbot.domain.identifiers import IN_WORDS, IdentifierKind
from copbot.domain.member import Member
from copbot.domain.message import Button, Message
from copbot.domain.place import Privately
from copbot.domain.prompt import fill
from copbot.domain.response import MessageKey
from copbot.domain.step import Outgoing, private_lane
from copbot.services.desk import Desk

NOTICE, IDENTIFIER = "notice", "identifier"
"""Purposes of the rows."""

REWORD, FINE, EDITED = "identifier-reword", "identifier-fine", "identifier-edited"
"""What the buttons under the note about an identifier do."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a message: what a note about an identifier is about."""

    message: MessageKey
    number: int


def give_notice(desk: Desk, heard_first: Iterable[tuple[Member, datetime]]) -> None:
    """Send each the privacy notice, once in a lifetime; it counts from when it was sent (see ``noticed``).

    Never before what they were first heard to say by the platform's clock: the notice is no notice for that.
    """
    rows = [
        _privately(member, f"notice:{member.id}", Message(_notice(desk, member)), NOTICE, max(desk.now, at)) for member, at in heard_first
    ]
    if rows:
        desk.uow.outbox.add(rows)


def noticed(desk: Desk, row: Outgoing) -> None:
    """The notice has been sent: it holds for what the member says from now on."""
    member = desk.uow.members.get(row.member) if row.member is not None else None
    if member is not None and member.noticed_at is None:
        desk.uow.members.save(member._replace(noticed_at=row.sent_at or desk.now))


def tell_of_identifiers(desk: Desk, notes: Iterable[tuple[Chat, Member, Version, IdentifierKind]]) -> None:
    """Tell the authors at once that a message of theirs may identify somebody; one note a version of the message."""
    rows = [
        _privately(
            author, f"identifier:{chat.id}:{_address(version)}", _identifier_note(desk, chat, version, kind), IDENTIFIER, desk.now, chat.id
        )
        for chat, author, version, kind in notes
    ]
    if rows:
        desk.uow.outbox.add(rows)


def version_of(platform: str, parts: tuple[str, ...]) -> Version | None:
    """The version of a message that a button under a note is about, from the parts of its value; None if they name none."""
    if len(parts) != 4 or not parts[3].isdecimal():
        return None
    return Version(MessageKey(platform, unquote(parts[1]), unquote(parts[2])), int(parts[3]))


def _privately(member: Member, key: str, message: Message, purpose: str, due_at: datetime, chat: int | None = None) -> Outgoing:
    return Outgoing(
        key=key,
        lane=private_lane(member.person),
        target=Privately(member.person),
        message=message,
        due_at=due_at,
        chat=chat,
        purpose=purpose,
        member=member.id,
    )


def _notice(desk: Desk, member: Member) -> str:
    community = desk.library.community(member.community)
    return desk.say(
        "privacy-notice",
        community=community.name if community else member.community,
        policy=community.privacy.keep_message_text.value if community else "never",
        controller=community.people.controller if community else "",
    )


def _identifier_note(desk: Desk, chat: Chat, version: Version, kind: IdentifierKind) -> Message:
    edition = desk.edition(chat)
    prompt = edition.prompts.get("private-identifier")
    text = fill(prompt.text, kind=IN_WORDS[kind]) if prompt else edition.say("privacy-identifier", kind=IN_WORDS[kind])
    key = version.message
    value = f"{chat.id}:{quote(key.channel, safe='')}:{quote(key.message, safe='')}:{version.number}"
    return Message(
        text,
        buttons=(
            Button("Help me reword", REWORD, value),
            Button("It's not identifiable", FINE, value),
            Button("I've edited it", EDITED, value),
        ),
    )


def _address(version: Version) -> str:
    key = version.message
    return f"{key.platform}:{quote(key.channel, safe='')}:{quote(key.message, safe='')}:{version.number}"
