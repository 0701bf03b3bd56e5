"""Off the record: before speaking, and for a message already posted (3-architecture 8)."""

from collections.abc import Mapping

from copbot.domain.chat import AHEAD, Chat
from copbot.domain.consent import OffTheRecord
from copbot.domain.heard import Commanded
from copbot.domain.keeping_rules import off_the_record as is_off_the_record
from copbot.domain.message import Button, Message, Private, Reply
from copbot.domain.place import Person
from copbot.domain.response import MessageKey
from copbot.errors import NotAllowed, WrongState
from copbot.ports.platform import CommandSpec
from copbot.services.call import Call, Command, Press, private
from copbot.services.desk import Desk
from copbot.services.options import CHAT
from copbot.services.sifting import key_of
from copbot.services.tallying import recount


def off_record(desk: Desk, call: Call) -> Reply:
    """From now on keep nothing of what the member says in this chat; on a message: erase it and never read it again.

    Raises WrongState without a chat that is still ahead, NotAllowed for somebody else's message.
    """
    if isinstance(call.heard, Commanded) and call.heard.message is not None:
        return _erase(desk, call, key_of(call.place, call.heard.message), call.heard.author)
    chat = _chat(desk, call)
    since = min(desk.now, call.heard.at)
    if not is_off_the_record(desk.uow.consents.off_the_record([chat.id]), chat.id, call.by.id, since):
        desk.uow.consents.go_off_the_record(OffTheRecord(chat.id, call.by.id, since))
    back = Button("Back on the record", "on-record", str(chat.id))
    return Private(Message(desk.say("privacy-off-record", title=chat.title), buttons=(back,)))


def on_record(desk: Desk, call: Call) -> Reply:
    """What the member says from now on is kept as their switches say. Raises WrongState without a chat that is still ahead."""
    chat = _chat(desk, call)
    desk.uow.consents.back_on_record(chat.id, call.by.id, desk.now)
    return private(desk.say("privacy-on-record", title=chat.title))


def _chat(desk: Desk, call: Call) -> Chat:
    if call.chat is None or call.chat.state not in AHEAD:
        raise WrongState(desk.say("privacy-no-chat"))
    return call.chat


def _erase(desk: Desk, call: Call, key: MessageKey, author: Person | None) -> Reply:
    """Only for the author; where the platform does not say who that is, for whom a response or reflection of the message is stored.

    The message may belong to another chat than the command: its own is locked, or what others count there meanwhile would be lost.
    """
    desk.uow.chats.lock_touched((), (), [key])
    rows, written = desk.uow.responses.of_messages([key]), desk.uow.follow_ups.of_direct_messages([key])
    members = {row.member for row in rows} | {one.member for one in written}
    if (members != {call.by.id}) if author is None else (author != call.by.person):
        raise NotAllowed(desk.say("privacy-not-yours"))
    desk.uow.responses.bury([key], desk.now)
    desk.uow.follow_ups.remove_reflections([one.id for one in written])
    if rows:
        desk.uow.responses.remove([row.id for row in rows])
        recount(desk, rows)
    return private(desk.say("privacy-off-record-message"))


OFF_RECORD = CommandSpec(
    "off-record", "keep nothing of what I say in this chat; on a message: erase it", "off-record", (CHAT,), on_message="Off the record"
)

COMMANDS: tuple[Command, ...] = (
    Command(OFF_RECORD, off_record),
    Command(CommandSpec("on-record", "keep what I say again, as my switches say", "on-record", (CHAT,)), on_record),
)

PRESSES: Mapping[str, Press] = {"off-record": Press(off_record), "on-record": Press(on_record)}
