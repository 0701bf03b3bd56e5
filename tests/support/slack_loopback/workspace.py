"""One workspace: who and what is there, and the rules that every request meets."""

import time
from collections.abc import Callable, Iterator
from itertools import count
from uuid import uuid4

from slack_loopback.model import Body, Channel, Message, Notice, Upload, User, View, Wrong

TEAM = "T0LOOPBACK"
APP = "A0COPBOT"
BOT_USER = "U0COPBOT"
BOT = "B0COPBOT"
TRIGGER_SECONDS = 3.0
RESPONSES = 5
RESPONSE_SECONDS = 1800.0
VIEWS = 3
"""Modals on top of each other: docs.slack.dev/surfaces/modals."""

EVERYTHING = frozenset(
    [
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "pins:read",
        "pins:write",
        "reactions:read",
        "reactions:write",
        "users:read",
    ]
)


class Time:
    """Seconds since 1970, which may be made to pass."""

    def __init__(self) -> None:
        self._passed = 0.0

    def now(self) -> float:
        return time.time() + self._passed

    def forward(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self._passed += seconds


class Workspace:
    """The state of one workspace with one app in it. ``events`` is told of everything that Slack would report to the app."""

    def __init__(self, team: str = TEAM) -> None:
        self.team = team
        self.time = Time()
        self.address = ""
        self.users = {BOT_USER: User(BOT_USER, "copbot", bot=BOT)}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, Upload] = {}
        self.notices: list[Notice] = []
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.scopes = EVERYTHING
        self.manifest: Body = {}
        self.largest_page = 999
        self.events: Callable[[Body], None] = lambda event: None
        self._triggers: dict[str, tuple[str, float]] = {}
        self._responses: dict[str, tuple[str, str, str | None, list[float]]] = {}
        self._numbers = count(1)
        self._last = 0

    def new_id(self, letter: str) -> str:
        """An id of its own."""
        return f"{letter}0{next(self._numbers):08d}"

    def ts(self) -> str:
        """A timestamp after all others."""
        self._last = max(self._last + 1, int(self.time.now() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def add_user(self, id: str, name: str, tz: str = "Europe/London", *, bot: str | None = None) -> User:
        self.users[id] = User(id, name, tz, bot)
        return self.users[id]

    def add_channel(self, id: str, name: str, *members: str, kind: str = "channel") -> Channel:
        self.channels[id] = Channel(id, name, kind, list(members))
        return self.channels[id]

    def user(self, id: str) -> User:
        if id not in self.users:
            raise Wrong("user_not_found")
        return self.users[id]

    def seen_by_bot(self, id: str) -> Channel:
        """A channel that the bot may know of: private ones only from inside."""
        channel = self.channels.get(id)
        if channel is None or (channel.kind != "channel" and BOT_USER not in channel.members):
            raise Wrong("channel_not_found")
        return channel

    def open_to_bot(self, id: str) -> Channel:
        """A channel that the bot may write in."""
        channel = self.seen_by_bot(id)
        if channel.archived:
            raise Wrong("is_archived")
        if BOT_USER not in channel.members:
            raise Wrong("not_in_channel")
        return channel

    def need(self, *scopes: str) -> None:
        """Refuse where a scope was not granted."""
        for scope in scopes:
            if scope not in self.scopes:
                raise Wrong("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))

    def message(self, channel: Channel, ts: str) -> Message:
        if ts not in channel.messages or channel.messages[ts].subtype == "tombstone":
            raise Wrong("message_not_found")
        return channel.messages[ts]

    def direct(self, user: str) -> Channel:
        """The direct messages between the bot and somebody."""
        for channel in self.channels.values():
            if channel.kind == "im" and user in channel.members:
                return channel
        return self.add_channel(self.new_id("D"), "directmessage", user, BOT_USER, kind="im")

    def trigger(self, user: str) -> str:
        """A trigger id for what somebody just did."""
        id = f"{next(self._numbers)}.{self.team}.{uuid4().hex}"
        self._triggers[id] = (user, self.time.now())
        return id

    def pull(self, trigger: str) -> str:
        """Use a trigger id. Gives whose it is; each works once, for three seconds."""
        if trigger not in self._triggers:
            raise Wrong("invalid_trigger_id" if trigger.count(".") < 2 else "exchanged_trigger_id")
        user, at = self._triggers.pop(trigger)
        if self.time.now() - at > TRIGGER_SECONDS:
            raise Wrong("expired_trigger_id")
        return user

    def response(self, user: str, channel: str, thread: str | None) -> str:
        """A new response_url for what somebody did in a channel."""
        id = uuid4().hex
        self._responses[id] = (user, channel, thread, [self.time.now() + RESPONSE_SECONDS])
        return f"{self.address}/response/{id}"

    def respond(self, id: str) -> tuple[str, str, str | None]:
        """Use a response_url. Gives who is told, and where."""
        if id not in self._responses:
            raise Wrong("expired_url")
        user, channel, thread, uses = self._responses[id]
        if len(uses) > RESPONSES or self.time.now() > uses[0]:
            raise Wrong("used_url" if len(uses) > RESPONSES else "expired_url")
        uses.append(self.time.now())
        return user, channel, thread

    def views_of(self, user: str) -> list[View]:
        """The modals in front of somebody, the last on top."""
        return self.modals.setdefault(user, [])

    def views(self) -> Iterator[View]:
        """Every view there is."""
        for stack in self.modals.values():
            yield from stack
        yield from self.homes.values()
