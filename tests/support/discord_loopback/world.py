"""One guild with one bot in it: who and what is there, and the rules that every request meets."""

from collections.abc import Callable
from itertools import count
from uuid import uuid4

from discord_loopback.model import (
    DIRECT,
    FORUM,
    TEXT,
    Body,
    Channel,
    Event,
    Interaction,
    Message,
    Modal,
    Overwrite,
    Role,
    User,
    Wrong,
)
from discord_loopback.permissions import BOT, EVERYBODY, allowed, bits
from slack_loopback.workspace import Time

GUILD = "800000000000000001"
BOT_USER = "800000000000000002"
APPLICATION = BOT_USER
BOT_ROLE = "800000000000000003"
OWNER = "800000000000000004"
EPOCH = 1420070400.0
"""Discord's, in seconds since 1970: docs.discord.com/developers/reference#snowflakes."""

ANSWER_SECONDS = 3.0
TOKEN_SECONDS = 900.0
NONCE_SECONDS = 180.0
"""Discord says "the past few minutes" of ``enforce_nonce`` and no more."""

SESSIONS = 1000
"""That may be begun in a day: docs.discord.com/developers/events/gateway#session-start-limit-object."""

PRIVILEGED = {"GUILD_MEMBERS": 1 << 15, "MESSAGE_CONTENT": 1 << 19}
"""The application's flags for privileged intents of bots in fewer than 100 guilds."""


class World:
    """The state of one guild. ``events`` is told of everything that Discord would report: name, payload, and the channel it is about.

    ``granted``: the privileged intents switched on in the developer portal. ``nonces_in_history``: whether history shows nonces.
    ``nonce_seconds``: how long one is known. ``answer_seconds``: within them an interaction must be answered.
    """

    def __init__(self) -> None:
        self.time = Time()
        self.address = ""
        self.granted = set(PRIVILEGED)
        self.nonces_in_history = False
        self.nonce_seconds = NONCE_SECONDS
        self.answer_seconds = ANSWER_SECONDS
        self.largest_page = 100
        self.shards = 1
        self.sessions_left = SESSIONS
        self.users = {BOT_USER: User(BOT_USER, "copbot", bot=True, roles=[BOT_ROLE]), OWNER: User(OWNER, "Olivia")}
        self.members = dict.fromkeys(self.users)
        self.roles = {GUILD: Role(GUILD, "@everyone", EVERYBODY), BOT_ROLE: Role(BOT_ROLE, "copbot", BOT)}
        self.channels: dict[str, Channel] = {}
        self.scheduled: dict[str, Event] = {}
        self.commands: list[Body] = []
        self.interactions: dict[str, Interaction] = {}
        self.notices: list[tuple[str, Message]] = []
        self.fronts: dict[str, list[Modal]] = {}
        self.nonces: dict[tuple[str, str, str], tuple[str, float]] = {}
        self.events: Callable[[str, Body, Channel | None], None] = lambda name, body, channel: None
        self._numbers = count(1)
        self._last = 0

    def snowflake(self) -> str:
        """An id after all others, which tells the time."""
        self._last = max(self._last + 1, int((self.time.now() - EPOCH) * 1000) << 22)
        return str(self._last)

    def add_user(self, id: str, name: str, *, bot: bool = False, member: bool = True) -> User:
        self.users[id] = User(id, name, bot=bot)
        if member:
            self.members[id] = None
        return self.users[id]

    def add_channel(self, id: str, name: str, type: int = TEXT) -> Channel:
        self.channels[id] = Channel(id, name, type)
        return self.channels[id]

    def add_private(self, id: str, name: str, *members: str) -> Channel:
        """A channel that only these members see."""
        view = bits("VIEW_CHANNEL")
        channel = self.add_channel(id, name)
        channel.overwrites = [Overwrite(GUILD, member=False, deny=view), *(Overwrite(one, member=True, allow=view) for one in members)]
        return channel

    def add_forum(self, id: str, name: str) -> Channel:
        return self.add_channel(id, name, FORUM)

    def user(self, id: str) -> User:
        if id not in self.users:
            raise Wrong(404, 10013, "Unknown User")
        return self.users[id]

    def channel(self, id: str) -> Channel:
        """Any channel or thread there is."""
        if id not in self.channels:
            raise Wrong(404, 10003, "Unknown Channel")
        return self.channels[id]

    def parent(self, channel: Channel) -> Channel:
        """The channel of a thread; of anything else, itself."""
        return self.channel(channel.parent) if channel.is_thread and channel.parent else channel

    def may(self, user: str, channel: Channel, permission: str) -> bool:
        """Whether somebody may do something there."""
        if channel.type == DIRECT:
            return user in channel.members
        return user in self.members and bool(allowed(self, user, self.parent(channel)) & bits(permission))

    def seen_by_bot(self, id: str) -> Channel:
        """A channel that the bot may see."""
        channel = self.channel(id)
        if not self.may(BOT_USER, channel, "VIEW_CHANNEL"):
            raise Wrong(403, 50001, "Missing Access")
        return channel

    def need(self, channel: Channel, *permissions: str) -> None:
        """Refuse where the bot lacks a permission."""
        if not all(self.may(BOT_USER, channel, permission) for permission in permissions):
            raise Wrong(403, 50013, "Missing Permissions")

    def message(self, channel: Channel, id: str) -> Message:
        if id not in channel.messages:
            raise Wrong(404, 10008, "Unknown Message")
        return channel.messages[id]

    def direct(self, user: str) -> Channel:
        """The direct messages between the bot and somebody."""
        for channel in self.channels.values():
            if channel.type == DIRECT and user in channel.members:
                return channel
        channel = self.add_channel(self.snowflake(), "", DIRECT)
        channel.members = [user, BOT_USER]
        return channel

    def threads_of(self, channel: Channel) -> list[Channel]:
        """The threads of a channel, the newest first."""
        found = [one for one in self.channels.values() if one.is_thread and one.parent == channel.id]
        return sorted(found, key=lambda one: int(one.id), reverse=True)

    def begin(self, type: int, user: str, channel: str, source: Message | None = None) -> Interaction:
        """A new interaction, with its token."""
        interaction = Interaction(self.snowflake(), f"aW50ZXJhY3Rpb24.{uuid4().hex}", type, user, channel, self.time.now(), source)
        self.interactions[interaction.token] = interaction
        return interaction

    def acknowledging(self, id: str, token: str) -> Interaction:
        """An interaction that may have its one first answer now."""
        interaction = self.interactions.get(token)
        if interaction is None or interaction.id != id:
            raise Wrong(404, 10062, "Unknown interaction")
        if interaction.answered is not None:
            raise Wrong(400, 40060, "Interaction has already been acknowledged.")
        if self.time.now() - interaction.at > self.answer_seconds:
            raise Wrong(404, 10062, "Unknown interaction")
        return interaction

    def following(self, token: str) -> Interaction:
        """An interaction that was answered and may be followed up."""
        interaction = self.interactions.get(token)
        if interaction is None or self.time.now() - interaction.at > TOKEN_SECONDS:
            raise Wrong(401, 50027, "Invalid Webhook Token")
        if interaction.answered is None:
            raise Wrong(404, 10015, "Unknown Webhook")
        return interaction

    def unanswered(self) -> list[Interaction]:
        """What Discord shows as failed: not answered within its seconds."""
        late = self.time.now() - self.answer_seconds
        return [one for one in self.interactions.values() if one.answered is None and one.at < late]

    def fronts_of(self, user: str) -> list[Modal]:
        """The modal in front of somebody, or none."""
        return self.fronts.setdefault(user, [])
