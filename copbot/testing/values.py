"""Domain values for tests: complete, and alike but for what a test says about them."""

from datetime import UTC, datetime, timedelta

from copbot.domain.chat import AskedQuestion, AskedState, Chat, State
from copbot.domain.member import Member
from copbot.domain.message import Message
from copbot.domain.place import Person, Place, Posted, Target
from copbot.domain.response import Kind, MessageKey, Response
from copbot.domain.step import Outgoing

START = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)
"""When the chats of tests start."""

HERE = Place("room", "slt")
"""Where the chats of tests are held."""


def a_member(name: str, community: str = "slt") -> Member:
    """A member who has seen the notice; pseudonym and account come from the name."""
    return Member(0, community, Person("room", name.lower()), name, f"{name.lower()}-pseudonym", noticed_at=START)


def a_chat(state: State = State.OPEN, *, place: Place = HERE, starts_at: datetime = START, title: str = "Thinking together") -> Chat:
    """A chat of one hour in the community ``slt``."""
    ends_at = starts_at + timedelta(hours=1)
    return Chat(0, "slt", place, title, "thinking-together", "edition-1", state, starts_at, ends_at, "Europe/London")


def an_asked_question(chat: int, number: int = 1, *, root: str | None = None) -> AskedQuestion:
    """A question; with ``root`` (a message id) its thread is open."""
    state = AskedState.WAITING if root is None else AskedState.OPEN
    posted = None if root is None else Posted(Place(HERE.platform, HERE.channel, root), root)
    return AskedQuestion(0, chat, number, f"Question {number}?", state, START, root=posted)


def a_response(chat: int, member: int, asked: int | None, message: str, *, text: str | None = None, at: datetime = START) -> Response:
    """An answer in the place of the tests' chats."""
    key = MessageKey(HERE.platform, HERE.channel, message)
    return Response(0, chat, member, Kind.ANSWER, at, asked, message=key, place=HERE, text=text)


def an_outgoing(key: str, *, lane: str = "room:slt", target: Target = HERE, due_at: datetime = START) -> Outgoing:
    """A post of the text ``key``."""
    return Outgoing(key, lane, target, Message(key), due_at)
