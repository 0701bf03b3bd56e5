"""What members are told privately when they are first heard: the privacy notice, and that a message may identify somebody."""

from collections.abc import Iterable
from dataclasses import replace
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


def give_notice(desk: Desk, members: Iterable[Member]) -> None:
    """Send each the privacy notice, once in a lifetime. The caller remembers ``noticed_at``."""
    rows = [_privately(desk, member, f"notice:{member.id}", Message(_notice(desk, member)), NOTICE) for member in members]
    if rows:
        desk.uow.outbox.add(rows)


def tell_of_identifiers(desk: Desk, notes: Iterable[tuple[Chat, Member, MessageKey, IdentifierKind]]) -> None:
    """Tell the authors at once that a message of theirs may identify somebody; one note a message."""
    rows = [
        replace(
            _privately(desk, author, f"identifier:{chat.id}:{_address(key)}", _identifier_note(desk, chat, key, kind), IDENTIFIER),
            chat=chat.id,
        )
        for chat, author, key, kind in notes
    ]
    if rows:
        desk.uow.outbox.add(rows)


def message_of(platform: str, parts: tuple[str, ...]) -> MessageKey | None:
    """The message that a button under a note is about, from the parts of its value; None if they name none."""
    return MessageKey(platform, unquote(parts[1]), unquote(parts[2])) if len(parts) == 3 else None


def _privately(desk: Desk, member: Member, key: str, message: Message, purpose: str) -> Outgoing:
    return Outgoing(
        key=key,
        lane=private_lane(member.person),
        target=Privately(member.person),
        message=message,
        due_at=desk.now,
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


def _identifier_note(desk: Desk, chat: Chat, key: MessageKey, kind: IdentifierKind) -> Message:
    edition = desk.edition(chat)
    prompt = edition.prompts.get("private-identifier")
    text = fill(prompt.text, kind=IN_WORDS[kind]) if prompt else edition.say("privacy-identifier", kind=IN_WORDS[kind])
    value = f"{chat.id}:{quote(key.channel, safe='')}:{quote(key.message, safe='')}"
    return Message(
        text,
        buttons=(
            Button("Help me reword", REWORD, value),
            Button("It's not identifiable", FINE, value),
            Button("I've edited it", EDITED, value),
        ),
    )


def _address(key: MessageKey) -> str:
    return f"{key.platform}:{quote(key.channel, safe='')}:{quote(key.message, safe='')}"
