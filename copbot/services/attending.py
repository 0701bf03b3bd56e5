"""People say that they will be there, or that they are listening: reading along is taking part."""

from copbot.domain.chat import AHEAD, Attendance, Chat, Coming, State
from copbot.domain.message import Button, Invitation, Look, Message, Private, Reply
from copbot.domain.response import Kind, Response
from copbot.errors import WrongState
from copbot.services.call import Call, Press
from copbot.services.desk import Desk


def buttons(chat: Chat) -> tuple[Button, ...]:
    """The two ways of saying that one takes part."""
    return (Button("I'll be there", "coming", str(chat.id), Look.PRIMARY), Button("I'm listening", "listening", str(chat.id)))


def coming(desk: Desk, call: Call) -> Reply:
    """Remember it, say when it is in the person's own time, and give an entry for their calendar."""
    chat = _ahead(call)
    desk.uow.chats.attend(Attendance(chat.id, call.by.id, Coming.COMING, desk.now))
    zone = call.by.time_zone or call.community.time_zone
    text = desk.say("see-you-there", chat=chat, zone=zone)
    return Private(Message(text), (invitation(chat, call),))


def invitation(chat: Chat, call: Call) -> Invitation:
    """The chat as an entry for a calendar; its uid stays when the chat moves. What a channel is called only its platform knows."""
    name = call.community.name
    return Invitation(f"copbot-chat-{chat.id}", chat.title, chat.starts_at, chat.ends_at, f"Live chat of {name}", name)


def listening(desk: Desk, call: Call) -> Reply:
    """Reading along goes into the person's own record; nobody will call on them."""
    chat = _ahead(call)
    desk.uow.chats.attend(Attendance(chat.id, call.by.id, Coming.LISTENING, desk.now))
    if chat.state is not State.PLANNED and _may_be_noted(desk, call):
        _note(desk, chat, call)
    return Private(Message(desk.say("listening", chat=chat, zone=call.by.time_zone or call.community.time_zone)))


def _note(desk: Desk, chat: Chat, call: Call) -> None:
    """One ``listening`` row a press; the time of the first and the last make the span of taking part."""
    desk.uow.responses.add([Response(id=0, chat=chat.id, member=call.by.id, kind=Kind.LISTENING, at=desk.now, place=chat.place.top)])


def _may_be_noted(desk: Desk, call: Call) -> bool:
    choice = desk.uow.consents.current([call.by.id]).get(call.by.id, {}).get("activity")
    return choice is None or choice.state == "on"


def _ahead(call: Call) -> Chat:
    if call.chat is None or call.chat.state not in AHEAD:
        raise WrongState("This chat is over. `/cop upcoming` shows what is coming.")
    return call.chat


PRESSES = {"coming": Press(coming), "listening": Press(listening)}
