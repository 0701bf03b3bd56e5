"""What stands in the guild: accounts, channels and threads, messages, what one person alone sees, and the modals in front of people."""

from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]
"""One JSON object, as it goes over the wire."""

TEXT, DIRECT, FORUM, THREAD = 0, 1, 15, 11
"""Types of channels: docs.discord.com/developers/resources/channel#channel-object-channel-types. ``THREAD`` is a public one."""

DEFAULT, PINNED, STARTER, REPLY, CHAT_INPUT = 0, 6, 21, 19, 20
"""Types of messages: docs.discord.com/developers/resources/message#message-object-message-types."""

SPOKEN = frozenset({DEFAULT, REPLY, CHAT_INPUT})
"""Those that somebody wrote; the others are Discord's own."""

EPHEMERAL = 1 << 6
HAS_THREAD = 1 << 5
LOADING = 1 << 7
REQUIRE_TAG = 1 << 4
PINNED_POST = 1 << 1


class Wrong(Exception):
    """What Discord answers instead: status, its own code and words, and what is wrong with which field."""

    def __init__(self, status: int, code: int, message: str, errors: Body | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.body: Body = {"code": code, "message": message} | ({"errors": errors} if errors else {})


def invalid(field: str, code: str, message: str) -> Wrong:
    """50035 for one field of a request."""
    errors: Body = {"_errors": [{"code": code, "message": message}]}
    for part in reversed(field.split(".")):
        errors = {part: errors}
    return Wrong(400, 50035, "Invalid Form Body", errors)


@dataclass(eq=False)
class User:
    """An account. ``shut``: takes no direct messages from the bot. ``nick`` is what the guild calls it."""

    id: str
    name: str
    bot: bool = False
    shut: bool = False
    nick: str | None = None
    roles: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Role:
    """A role, with its permissions as bits. The one that everybody has bears the guild's own id."""

    id: str
    name: str
    permissions: int


@dataclass(eq=False)
class Overwrite:
    """What a channel allows or denies one role or one member."""

    id: str
    member: bool
    allow: int = 0
    deny: int = 0


@dataclass(eq=False)
class Upload:
    """A file beside a message."""

    id: str
    name: str
    content: bytes
    about: str | None = None


@dataclass(eq=False)
class Message:
    """A message. ``at`` and ``edited`` are seconds since 1970; ``edited`` is 0 until somebody edits it."""

    id: str
    channel: str
    author: str
    content: str
    at: float
    type: int = DEFAULT
    components: list[Body] = field(default_factory=list)
    embeds: list[Body] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    nonce: str | None = None
    flags: int = 0
    answers: str | None = None
    edited: float = 0.0
    reactions: dict[str, list[str]] = field(default_factory=dict)
    pinned: float = 0.0
    files: list[Upload] = field(default_factory=list)
    webhook: str | None = None


@dataclass(eq=False)
class Channel:
    """A channel, a thread in one, or the direct messages between the bot and one person (``members``).

    ``archived`` is when, in seconds since 1970; 0 means that it is not.
    """

    id: str
    name: str
    type: int = TEXT
    parent: str | None = None
    overwrites: list[Overwrite] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    owner: str = ""
    archived: float = 0.0
    locked: bool = False
    duration: int = 4320
    flags: int = 0
    tags: list[Body] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)
    posted: int = 0

    @property
    def is_thread(self) -> bool:
        """Whether it hangs in another channel."""
        return self.type == THREAD


@dataclass(eq=False)
class Event:
    """A scheduled event, as it was last asked for."""

    id: str
    creator: str
    body: Body
    status: int = 1


@dataclass(eq=False)
class Interaction:
    """Something that somebody did with the bot. ``source`` is the message that carries the button.

    ``answered`` is the type of the first answer, None before; ``messages`` are the answer itself and what followed it.
    """

    id: str
    token: str
    type: int
    user: str
    channel: str
    at: float
    source: "Message | None" = None
    answered: int | None = None
    choices: list[Body] | None = None
    messages: list[Message] = field(default_factory=list)

    @property
    def original(self) -> Message | None:
        """The message that answers, with ``LOADING`` among its flags while the bot thinks."""
        return self.messages[0] if self.messages else None


@dataclass(eq=False)
class Modal:
    """A modal in front of a person. ``typed`` is by the custom_id of the field; several chosen values are joined by commas."""

    user: str
    channel: str
    body: Body
    source: Message | None = None
    typed: dict[str, str] = field(default_factory=dict)
