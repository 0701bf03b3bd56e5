"""What stands in the workspace: accounts, channels, messages, what one person alone sees, and the views in front of people."""

from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]
"""One JSON object, as it goes over the wire."""


class Wrong(Exception):
    """What Slack answers instead: its own word for it, and what it says beside it."""

    def __init__(self, error: str, **beside: Any) -> None:
        super().__init__(error)
        self.error = error
        self.beside = beside


@dataclass(eq=False)
class User:
    """An account."""

    id: str
    name: str
    tz: str = "Europe/London"
    bot: str | None = None
    deleted: bool = False


@dataclass(eq=False)
class Upload:
    """A file, shared somewhere or not yet."""

    id: str
    user: str
    name: str
    length: int
    alt: str = ""
    title: str = ""
    content: bytes | None = None
    shared: bool = False


@dataclass(eq=False)
class Message:
    """A message. ``subtype`` "tombstone" is what is left of a root with replies."""

    ts: str
    channel: str
    user: str
    text: str
    bot: str | None = None
    blocks: list[Body] = field(default_factory=list)
    subtype: str | None = None
    thread: str | None = None
    metadata: Body | None = None
    edited: tuple[str, str] | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    pinned: bool = False
    files: list[Upload] = field(default_factory=list)

    @property
    def is_reply(self) -> bool:
        """Whether it hangs on another message."""
        return self.thread is not None and self.thread != self.ts

    @property
    def in_channel(self) -> bool:
        """Whether it stands in the channel itself: a reply only if it was broadcast."""
        return not self.is_reply or self.subtype == "thread_broadcast"


@dataclass(eq=False)
class Channel:
    """A channel, or the direct messages between the bot and one person."""

    id: str
    name: str
    kind: str = "channel"
    members: list[str] = field(default_factory=list)
    archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """What its scopes begin with."""
        return {"channel": "channels", "group": "groups", "im": "im"}[self.kind]

    def replies(self, ts: str) -> list[Message]:
        """What hangs on a message, oldest first."""
        return [one for one in self.messages.values() if one.thread == ts and one.is_reply]


@dataclass(eq=False)
class Notice:
    """What one person alone is shown in a channel."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Body] = field(default_factory=list)
    thread: str | None = None


@dataclass(eq=False)
class View:
    """A modal in front of a person, or their home tab. ``typed`` is by block, ``errors`` too."""

    id: str
    user: str
    body: Body
    at: str
    root: str
    previous: str | None = None
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def inputs(self) -> dict[str, Body]:
        """The input blocks, by block id."""
        return {block["block_id"]: block for block in self.body["blocks"] if block["type"] == "input"}
