"""Looking for what may identify somebody, in memory, and telling the author; and what authors press in return (2-domain 6.4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from copbot.domain.chat import Chat
from copbot.domain.community import People
from copbot.domain.consent import IdentifierEvent
from copbot.domain.identifiers import Confidence, Found, IdentifierKind, find, surest
from copbot.domain.member import Member
from copbot.domain.message import Reply
from copbot.domain.response import MessageKey
from copbot.errors import WrongState
from copbot.ports.library import Edition
from copbot.services import notices
from copbot.services.call import Call, Press, private
from copbot.services.desk import Desk
from copbot.services.notices import Version
from copbot.services.scene import Scene
from copbot.services.sifting import Post

NOTES_IN_A_CHAT = 3
"""One person gets at most so many notes in one chat (2-domain 6.4)."""

NOTED, UNSAID, ACCEPTED = "noted", "unsaid", "fine"
"""Outcomes: the author was told; was not told again; said that it identifies nobody."""


@dataclass(frozen=True, slots=True)
class Check:
    """One version of a message and the surest thing in it that may identify somebody."""

    post: Post
    chat: Chat
    found: Found

    @property
    def version(self) -> Version:
        """What was looked at."""
        return Version(self.post.key, self.post.version)


def check(desk: Desk, scene: Scene, posts: Sequence[tuple[Post, Chat]], editions: Mapping[int, Edition]) -> list[Check]:
    """The messages that may identify somebody. Nothing of them is held beyond kind and position."""
    flagged: list[Check] = []
    names: dict[int, tuple[str, ...]] = {}
    contacts = {id: _contacts(community.people) for id, community in scene.communities.items()}
    for post, chat in posts:
        community = scene.communities[chat.id]
        if not community.privacy.identifier_check:
            continue
        published = contacts[chat.id]
        found = find(post.text, published=published)
        if found and any(each.kind is IdentifierKind.TITLED_NAME for each in found):
            if chat.id not in names:
                names[chat.id] = _names(desk, chat, editions[chat.id])
            found = find(post.text, known_names=names[chat.id], published=published)
        if not found and post.has_files and editions[chat.id].format.room.startswith("private"):
            found = (Found(IdentifierKind.IMAGE, Confidence.LOW, 0, 0),)
        if found:
            flagged.append(Check(post, chat, surest(found)))
    return flagged


def accepted(desk: Desk, checks: Collection[Check]) -> set[MessageKey]:
    """Those of the messages whose author said of this very version that it identifies nobody."""
    events = desk.uow.identifiers.of_messages({check.post.key for check in checks}) if checks else []
    fine = {_version(event) for event in events if event.outcome == ACCEPTED}
    return {check.post.key for check in checks if check.version in fine}


def note(desk: Desk, flagged: Sequence[tuple[Check, Member]]) -> None:
    """Remember that (never what) these messages may identify somebody, and tell their authors; versions known are left alone."""
    known = {_version(event) for event in desk.uow.identifiers.of_messages([check.post.key for check, _ in flagged])} if flagged else set()
    new = [(check, author) for check, author in flagged if check.version not in known]
    told = dict.fromkeys(((author.id, check.chat.id) for check, author in new), 0)
    for member, chat in told:
        told[member, chat] = len(desk.uow.identifiers.of_member_in_chat(member, chat))
    events: list[IdentifierEvent] = []
    notes: list[tuple[Chat, Member, Version, IdentifierKind]] = []
    for check, author in new:
        told[author.id, check.chat.id] += 1
        says = told[author.id, check.chat.id] <= NOTES_IN_A_CHAT
        events.append(_event(desk, check, author, NOTED if says else UNSAID))
        if says:
            notes.append((check.chat, author, check.version, check.found.kind))
    if events:
        desk.uow.identifiers.add(events)
    notices.tell_of_identifiers(desk, notes)


def _event(desk: Desk, check: Check, author: Member, outcome: str) -> IdentifierEvent:
    key = check.post.key
    return IdentifierEvent(
        id=0,
        chat=check.chat.id,
        member=author.id,
        kind=check.found.kind.value,
        platform=key.platform,
        channel=key.channel,
        message=key.message,
        at=desk.now,
        outcome=outcome,
        version=check.post.version,
    )


def _version(event: IdentifierEvent) -> Version:
    return Version(MessageKey(event.platform, event.channel, event.message), event.version)


def _contacts(people: People) -> tuple[str, ...]:
    contacts = (people.safeguarding_contact, people.wellbeing_contact, people.privacy_contact, people.controller)
    return tuple(contact for contact in contacts if contact)


def _names(desk: Desk, chat: Chat, edition: Edition) -> tuple[str, ...]:
    """Names that may stand behind a title: of members, hosts and guests, and of authors of the paper."""
    questions = edition.question_set
    return (
        *(member.name for member in desk.uow.members.of_community(chat.community)),
        *(host.name for host in questions.suggested.hosts),
        *((questions.paper.authors,) if questions.paper else ()),
    )


def reword(desk: Desk, call: Call) -> Reply:
    """Help to reword, in general words: the bot no longer knows the message."""
    _decide(desk, call, "reword")
    return private(desk.say("privacy-reword"))


def fine(desk: Desk, call: Call) -> Reply:
    """The author says that it identifies nobody; that ends it, for the version they were asked about.

    Its words may be kept once history is read again. An edit is looked at anew: nobody has spoken for what it brings.
    """
    _decide(desk, call, ACCEPTED)
    return private(desk.say("privacy-fine"))


def edited(desk: Desk, call: Call) -> Reply:
    """The author says that they changed it; the edit itself arrives as an event."""
    _decide(desk, call, "edited")
    return private(desk.say("privacy-edited"))


def _decide(desk: Desk, call: Call, outcome: str) -> None:
    version = notices.version_of(call.by.person.platform, call.parts)
    events = desk.uow.identifiers.of_messages([version.message]) if version else []
    own = [event for event in events if event.member == call.by.id and _version(event) == version]
    if not own:
        raise WrongState(desk.say("privacy-note-gone"))
    for event in own:
        desk.uow.identifiers.decide(event.id, outcome)


PRESSES: Mapping[str, Press] = {
    notices.REWORD: Press(reword),
    notices.FINE: Press(fine),
    notices.EDITED: Press(edited),
}

READ_AGAIN_AFTER = frozenset({notices.FINE})
"""Presses after which the runtime should read the history of the chat's threads again, so that the words accepted are kept."""
