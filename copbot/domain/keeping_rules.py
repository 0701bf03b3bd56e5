"""What may be kept of what a member says: one rule, asked before anything is stored (3-architecture 8, 2-domain 6.2)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from copbot.domain.community import KeepText
from copbot.domain.consent import OFF, ON, Consent, OffTheRecord, Scope
from copbot.domain.format import Log


class Keep(IntEnum):
    """How much is kept, each level including the ones before it.

    NOTHING: not even that somebody spoke. SPOKE: the moment, of nobody (rule 13). PRESENCE: that the member was there.
    ACTIVITY: that the member posted, when, where, to whom, how long. TEXT: the words too.
    """

    NOTHING = 0
    SPOKE = 1
    PRESENCE = 2
    ACTIVITY = 3
    TEXT = 4


class Standing(NamedTuple):
    """How a member stands towards one message: the newest choices they made, whether a notice reached them before it,
    whether it was said off the record, and whether it may identify somebody.
    """

    activity: Consent | None = None
    text: Consent | None = None
    noticed: bool = False
    off_the_record: bool = False
    flagged: bool = False


def how_much(policy: KeepText, log: Log, said_at: datetime, standing: Standing) -> Keep:
    """How much of a message of ``said_at`` may be kept in a community with this policy and a format with this log."""
    if log is Log.NOTHING:
        return Keep.NOTHING
    if standing.off_the_record or not _activity(standing, said_at):
        return Keep.SPOKE
    if log is Log.PRESENCE_ONLY:
        return Keep.PRESENCE
    if standing.flagged or not _text(policy, standing.text, said_at):
        return Keep.ACTIVITY
    return Keep.TEXT


def noticed_before(said_at: datetime, privately: datetime | None, in_channel: datetime | None) -> bool:
    """Whether a notice came before the message: privately (the first message itself causes it, so it is later), or in the channel."""
    return (privately is not None and privately < said_at) or (in_channel is not None and in_channel <= said_at)


def off_the_record(marks: Iterable[OffTheRecord], chat: int, member: int, moment: datetime) -> bool:
    """Whether what the member says in the chat at that moment is off the record."""
    return any(
        mark.chat == chat and mark.member == member and mark.since <= moment and (mark.until is None or moment < mark.until)
        for mark in marks
    )


def choice(choices: Mapping[str, Consent], scope: Scope) -> Consent | None:
    """The member's newest choice of that scope, from what ``Consents.current`` gives for them."""
    return choices.get(scope)


def is_opted_out(choices: Mapping[str, Consent]) -> bool:
    """Whether the member asked that nothing be kept about them."""
    made = choice(choices, Scope.ACTIVITY)
    return made is not None and made.state == OFF


def _activity(standing: Standing, said_at: datetime) -> bool:
    return _allowed(standing.activity, said_at) if standing.activity else standing.noticed


def _text(policy: KeepText, made: Consent | None, said_at: datetime) -> bool:
    if policy is KeepText.NEVER:
        return False
    return _allowed(made, said_at) if made else policy is KeepText.WITH_NOTICE


def _allowed(made: Consent, said_at: datetime) -> bool:
    """Switching on is never retroactive, through history either: it holds for what is said from then on."""
    return made.state == ON and made.at <= said_at
