"""What changes when a message has left, or could not: the other half of every post."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from copbot.domain.chat import Chat
from copbot.domain.message import Message
from copbot.domain.place import Place, ThreadOf
from copbot.domain.step import Fate, Outgoing, Verb
from copbot.services import asking, notices, outgoing, panel
from copbot.services.desk import Desk

TELLINGS = ("trouble", "expired", "missed")
"""Purposes of what hosts must hear, if not in their channel, then each in private."""


def words(desk: Desk, row: Outgoing) -> Message:
    """What the row says when it leaves now."""
    late = WORDED_LATE.get(row.purpose) if row.verb is Verb.EDIT and row.chat is not None else None
    chat = desk.uow.chats.get(row.chat) if late and row.chat is not None else None
    return late(desk, chat) if late and chat else row.message


def finished(desk: Desk, row: Outgoing, *, remedy: str = "") -> None:
    """Take over how an attempt ended. The row's lease must stand, else nothing happens: somebody else owns it now."""
    if not desk.uow.outbox.mark(row):
        return
    if row.fate is Fate.SENT and row.purpose in ON_SENT_PRIVATELY:
        ON_SENT_PRIVATELY[row.purpose](desk, row)
    chat = next(iter(desk.uow.chats.lock([row.chat])), None) if row.chat is not None else None
    if chat is None:
        return
    if row.fate is Fate.SENT:
        _sent(desk, chat, row)
    elif row.fate in {Fate.FAILED, Fate.EXPIRED} and row.verb in {Verb.POST, Verb.OPEN_THREAD}:
        _not_posted(desk, chat, row, remedy)
    if row.verb is Verb.OPEN_THREAD:
        panel.refresh(desk, chat)


def _sent(desk: Desk, chat: Chat, row: Outgoing) -> None:
    on_sent = ON_SENT.get(row.purpose)
    if on_sent is not None:
        on_sent(desk, chat, row)


def _noticed(desk: Desk, chat: Chat, row: Outgoing) -> None:
    """The welcome says what is kept: it is the notice for everything said after it."""
    desk.uow.chats.save(replace(chat, noticed_at=row.sent_at or desk.now))


def _not_posted(desk: Desk, chat: Chat, row: Outgoing, remedy: str) -> None:
    """The hosts get the words; with a thread that could not be opened, also those of what was waiting for it."""
    outgoing.tell_not_posted(desk, chat, row, remedy)
    if row.purpose in TELLINGS and isinstance(row.target, Place):
        outgoing.tell_each_host(desk, chat, row)
    if row.verb is Verb.OPEN_THREAD and row.asked is not None:
        for waiting in desk.uow.outbox.of(chat.id):
            if waiting.target == ThreadOf(row.asked) and waiting.fate is Fate.FAILED:
                outgoing.tell_not_posted(desk, chat, waiting)


ON_SENT: Mapping[str, Callable[[Desk, Chat, Outgoing], None]] = {"ask": asking.opened, "welcome": _noticed}
"""Purpose of a row -> what its posting changes."""

ON_SENT_PRIVATELY: Mapping[str, Callable[[Desk, Outgoing], None]] = {notices.NOTICE: notices.noticed}
"""The same for rows that belong to no chat."""

WORDED_LATE: Mapping[str, Callable[[Desk, Chat], Message]] = {panel.KEY: panel.panel}
"""Purpose of a row that edits -> what it says when it leaves."""
