"""What copbot asks of a server: permissions and intents, each with its reason, and the address that invites it with exactly these.

https://docs.discord.com/developers/topics/permissions, https://docs.discord.com/developers/events/gateway#gateway-intents and
https://docs.discord.com/developers/topics/oauth2#bot-authorization-flow.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

AUTHORIZE = "https://discord.com/oauth2/authorize"
SCOPES: Final[tuple[str, ...]] = ("bot", "applications.commands")


@dataclass(frozen=True, slots=True)
class Permission:
    """What copbot may do in a server, as its settings call it. ``bit`` is its place in Discord's numbers."""

    bit: int
    name: str
    reason: str

    def granted(self, permissions: int) -> bool:
        """Whether it is among these permissions, or given with all others to an administrator."""
        return bool(permissions & (1 << self.bit | 1 << ADMINISTRATOR))


@dataclass(frozen=True, slots=True)
class Intent:
    """A kind of event that copbot asks for. ``granted_by``: flags of the application, one of which allows it if it must be switched on."""

    bit: int
    reason: str
    switch: str = ""
    granted_by: int = 0


ADMINISTRATOR = 3

PERMISSIONS: Final[Mapping[str, Permission]] = MappingProxyType(
    {
        "VIEW_CHANNEL": Permission(10, "View Channels", "see the channels where chats are held, and hear what is said in them"),
        "READ_MESSAGE_HISTORY": Permission(
            16, "Read Message History", "read what it missed while it was away, and look whether a post stands before posting it again"
        ),
        "SEND_MESSAGES": Permission(11, "Send Messages", "post announcements and questions; in a forum, make a post of each question"),
        "CREATE_PUBLIC_THREADS": Permission(35, "Create Public Threads", "give each question a thread of its own"),
        "SEND_MESSAGES_IN_THREADS": Permission(38, "Send Messages in Threads", "speak in a question's thread"),
        "ATTACH_FILES": Permission(15, "Attach Files", "attach what somebody asked for: an entry for their calendar, a transcript"),
        "ADD_REACTIONS": Permission(6, "Add Reactions", "put a reaction on a message where words would be too much"),
        "PIN_MESSAGES": Permission(51, "Pin Messages", "mark for everybody the message that a host pins for the summary"),
        "CREATE_EVENTS": Permission(44, "Create Events", "put each chat among the server's events, and move or cancel it there"),
    }
)
"""Discord's name for it -> what copbot needs it for. The invitation asks for these and no others."""

OPTIONAL: Final[Mapping[str, Permission]] = MappingProxyType(
    {
        "MANAGE_THREADS": Permission(
            34, "Manage Threads", "pin its own post on top of a forum, and go on in a thread that somebody has locked"
        ),
    }
)
"""Not asked for; used where a server gives it."""

_MESSAGE_CONTENT = 1 << 18 | 1 << 19
_GUILD_MEMBERS = 1 << 14 | 1 << 15

INTENTS: Final[Mapping[str, Intent]] = MappingProxyType(
    {
        "GUILDS": Intent(0, "know the channels, forums and threads of its servers"),
        "GUILD_MEMBERS": Intent(1, "see who joins and leaves", "Server Members Intent", _GUILD_MEMBERS),
        "GUILD_MESSAGES": Intent(9, "be told when something is said, edited or deleted"),
        "GUILD_MESSAGE_REACTIONS": Intent(10, "hear reactions to what was said; nothing is kept of them"),
        "DIRECT_MESSAGES": Intent(12, "hear what people write to copbot itself, such as their reflections after a chat"),
        "MESSAGE_CONTENT": Intent(15, "read what is said, which is what a chat is made of", "Message Content Intent", _MESSAGE_CONTENT),
    }
)
"""Discord's name for it -> what copbot needs it for. Flags: https://docs.discord.com/developers/resources/application#application-flags."""


def invitation(application_id: str) -> str:
    """The address at which somebody who may manage a server invites copbot to it."""
    asked = {"client_id": application_id, "scope": " ".join(SCOPES), "permissions": str(asked_for())}
    return f"{AUTHORIZE}?{urlencode(asked)}"


def asked_for() -> int:
    """All permissions in use as Discord's number."""
    return sum(1 << permission.bit for permission in PERMISSIONS.values())


def missing(permissions: int, needed: Iterable[str] = PERMISSIONS) -> Iterator[Permission]:
    """Those of the needed permissions, by Discord's names for them, that a number does not grant."""
    yield from (PERMISSIONS[name] for name in needed if not PERMISSIONS[name].granted(permissions))


def allowed(flags: int) -> frozenset[str]:
    """The intents that an application with these flags may identify with; with another, Discord ends the connection (4014)."""
    return frozenset(name for name, intent in INTENTS.items() if not intent.granted_by or flags & intent.granted_by)


def bits(intents: Iterable[str]) -> int:
    """Intents as the number to identify with."""
    return sum(1 << INTENTS[name].bit for name in intents)
