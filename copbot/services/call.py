"""The one grammar of ``/cop``: what a service offers as commands, button presses and form submissions, and who may use them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from copbot.domain.chat import Chat, State
from copbot.domain.community import Community
from copbot.domain.heard import Commanded, Request, Submitted
from copbot.domain.member import Member
from copbot.domain.message import Message, Private, Reply
from copbot.domain.place import Place
from copbot.errors import WrongState
from copbot.ports.platform import CommandSpec
from copbot.services.desk import Desk


class Who(StrEnum):
    """Who may do something. ``host``: hosts and co-hosts of the chat, and admins."""

    ANYONE = "anyone"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Call:
    """One interaction, understood: who, where, about which chat, with which words.

    ``chat`` is the one named (``chat=3``, a button's value), or the one that the place belongs to, or None. ``options`` are the
    ``name=value`` arguments of a command or the fields of a form; ``text`` is the free text of a command or the value of a button
    or form.
    """

    heard: Request
    by: Member
    community: Community
    place: Place
    chat: Chat | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    text: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The value of a button or form, split at ":"; the first part is always the chat's id, or empty."""
        return tuple(self.text.split(":"))

    @property
    def is_command(self) -> bool:
        """Typed, not pressed or submitted."""
        return isinstance(self.heard, Commanded)

    @property
    def is_form(self) -> bool:
        """Submitted, so that errors can be shown beside its fields."""
        return isinstance(self.heard, Submitted)


Handler = Callable[[Desk, Call], Reply]


OPEN_FIRST = (State.OPEN, State.CLOSING, State.PLANNED)
"""Of several chats in a channel most verbs mean the one that is going on."""

AHEAD_FIRST = (State.PLANNED, State.OPEN, State.CLOSING)
"""Verbs about what has not begun mean the one that is planned."""


@dataclass(frozen=True, slots=True)
class Command:
    """A verb of ``/cop``. ``needs_chat``: without one it is not run, and the person is told how to name one.

    ``prefers``: of several chats in a channel it is about the one whose state comes first here.
    """

    spec: CommandSpec
    run: Handler
    who: Who = Who.ANYONE
    needs_chat: bool = False
    prefers: tuple[State, ...] = OPEN_FIRST


@dataclass(frozen=True, slots=True)
class Press:
    """What a button or a form does. ``opens_form``: it reads only and answers with a form, outside the batch."""

    run: Handler
    who: Who = Who.ANYONE
    opens_form: bool = False


NO_CHAT = "There is no chat here that this could be about. `/cop upcoming` shows what is planned; name one with `chat=NUMBER`."


def the_chat(call: Call) -> Chat:
    """The chat that a call is about. Raises WrongState if there is none."""
    if call.chat is None:
        raise WrongState(NO_CHAT)
    return call.chat


def is_admin(member: Member, community: Community) -> bool:
    """Whether the community file names this account. Display names count for nothing: anybody can choose one."""
    return bool({f"@{member.person.id}", f"{member.person.platform}:{member.person.id}"} & set(community.people.admins))


def private(text: str) -> Private:
    """Only words in return."""
    return Private(Message(text))
