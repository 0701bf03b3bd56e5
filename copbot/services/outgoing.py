"""Putting messages on their way: into the chat's channel, into a question's thread, backstage, to one person."""

from datetime import datetime

from copbot.domain.chat import FACILITATORS, AskedQuestion, Chat
from copbot.domain.member import Member
from copbot.domain.message import Message
from copbot.domain.place import Place, Privately, ThreadOf
from copbot.domain.step import Fate, Outgoing, Verb, channel_lane, private_lane
from copbot.services.desk import Desk

TELLS_HOSTS = (
    "announcement",
    "reading",
    "reminder",
    "welcome",
    "introductions",
    "ask",
    "part_b",
    "warning",
    "closing",
    "moved",
    "cancelled",
    "probe",
)
"""Purposes whose failure a host must know of, with the words to post by hand."""


def post(desk: Desk, chat: Chat, key: str, message: Message, *, purpose: str, not_after: datetime | None = None) -> None:
    """Post into the chat's channel. ``key`` need be unique in the chat only."""
    _add(desk, chat, key, message, Place(chat.place.platform, chat.place.channel), purpose=purpose, not_after=not_after)


def post_in_thread(
    desk: Desk, chat: Chat, asked: AskedQuestion, key: str, message: Message, *, purpose: str, not_after: datetime | None = None
) -> None:
    """Post into the thread of an asked question."""
    _add(desk, chat, key, message, ThreadOf(asked.id), purpose=purpose, not_after=not_after)


def open_thread(
    desk: Desk, chat: Chat, asked: AskedQuestion, key: str, title: str, message: Message, *, not_after: datetime | None
) -> None:
    """Ask: a message that starts the thread of its question."""
    desk.uow.outbox.add(
        [
            Outgoing(
                key=f"{chat.id}:{key}",
                lane=channel_lane(chat.place),
                target=Place(chat.place.platform, chat.place.channel),
                message=message,
                due_at=desk.now,
                verb=Verb.OPEN_THREAD,
                purpose="ask",
                chat=chat.id,
                asked=asked.id,
                title=title,
                not_after=not_after,
            )
        ]
    )


def tell_privately(desk: Desk, member: Member, key: str, message: Message, *, purpose: str, chat: Chat | None = None) -> None:
    """Send a private message to one member. ``key`` must be unique for ever."""
    desk.uow.outbox.add([private_row(desk, member, key, message, purpose=purpose, chat=chat)])


def private_row(desk: Desk, member: Member, key: str, message: Message, *, purpose: str, chat: Chat | None = None) -> Outgoing:
    """The row of a private message."""
    return Outgoing(
        key=key,
        lane=private_lane(member.person),
        target=Privately(member.person),
        message=message,
        due_at=desk.now,
        purpose=purpose,
        chat=chat.id if chat else None,
        member=member.id,
    )


def hosts_of(desk: Desk, chat: Chat) -> list[Member]:
    """Hosts and co-hosts, in the order they were named."""
    roles = [role.member for role in desk.uow.chats.roles([chat.id]) if role.role in FACILITATORS]
    members = desk.uow.members.many(roles)
    return [members[id] for id in roles if id in members]


def tell_backstage(desk: Desk, chat: Chat, key: str, message: Message, *, purpose: str) -> None:
    """Tell the hosts: in the community's private hosts' channel, or else each of them in a private message."""
    desk.uow.outbox.add(backstage_rows(desk, chat, key, message, purpose=purpose))


def tell_each_host(desk: Desk, chat: Chat, row: Outgoing) -> None:
    """Tell each of the hosts in private what their channel did not take."""
    desk.uow.outbox.add(
        private_row(desk, host, f"{row.key}@{host.id}", row.message, purpose=row.purpose, chat=chat) for host in hosts_of(desk, chat)
    )


def backstage_rows(desk: Desk, chat: Chat, key: str, message: Message, *, purpose: str) -> list[Outgoing]:
    """The rows that tell the hosts something: one for their channel, or one for each of them."""
    backstage = desk.community(chat).backstage(chat.place)
    if backstage is None:
        return [private_row(desk, host, f"{chat.id}:{key}@{host.id}", message, purpose=purpose, chat=chat) for host in hosts_of(desk, chat)]
    return [
        Outgoing(
            key=f"{chat.id}:{key}",
            lane=channel_lane(backstage),
            target=backstage,
            message=message,
            due_at=desk.now,
            purpose=purpose,
            chat=chat.id,
        )
    ]


def tell_not_posted(desk: Desk, chat: Chat, row: Outgoing, remedy: str = "") -> None:
    """Tell the hosts, once, what could not be posted and why, with the words to post by hand, if that is worth their while."""
    if row.purpose not in TELLS_HOSTS:
        return
    text = desk.say(
        "not-posted", chat=chat, reason=row.trouble, remedy=remedy, late=row.fate is Fate.EXPIRED, words=row.message.text, due_at=row.due_at
    )
    tell_backstage(desk, chat, f"trouble:{row.id}", Message(text), purpose="trouble")


def change(desk: Desk, chat: Chat, key: str, message: Message) -> None:
    """Edit in place every message that went out under ``key`` (backstage there may be one for each host)."""
    for row in desk.uow.outbox.under(chat.id, f"{chat.id}:{key}"):
        desk.uow.outbox.replace_pending_edit(
            Outgoing(
                key=f"{row.key}~{chat.change}.{desk.now.timestamp():.6f}",
                lane=row.lane,
                target=row.target,
                message=message,
                due_at=desk.now,
                verb=Verb.EDIT,
                purpose=row.purpose,
                chat=chat.id,
                edits=row.key,
            )
        )


def _add(desk: Desk, chat: Chat, key: str, message: Message, target: Place | ThreadOf, *, purpose: str, not_after: datetime | None) -> None:
    row = Outgoing(
        key=f"{chat.id}:{key}",
        lane=channel_lane(chat.place),
        target=target,
        message=message,
        due_at=desk.now,
        purpose=purpose,
        chat=chat.id,
        asked=target.asked if isinstance(target, ThreadOf) else None,
        not_after=not_after,
    )
    desk.uow.outbox.add([row])
    if isinstance(target, ThreadOf):
        _tell_if_in_vain(desk, chat, row.key)


def _tell_if_in_vain(desk: Desk, chat: Chat, key: str) -> None:
    """A thread that could not be opened will never be: what is to go into it has failed at once."""
    row = desk.uow.outbox.get(key)
    if row is not None and row.fate is Fate.FAILED:
        tell_not_posted(desk, chat, row)
