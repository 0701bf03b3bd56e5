"""A copbot's Slack adapter on the loopback Slack: what it keeps outlives it, and time passes when told to."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_loopback.server import APP_TOKEN, BOT_TOKEN, Loopback
from typing_extensions import override

from copbot.domain.place import Place
from copbot.ports.clock import Clock
from copbot.ports.keeping import Keeping
from copbot.ports.platform import Setup
from copbot_slack import Slack
from copbot_slack.settings import read_settings

SLT = Place("slack", "C0SLT")


class Passing(Clock):
    """The time of day, as the loopback Slack has it, and whatever has passed on top."""

    def __init__(self) -> None:
        self._passed = timedelta()

    @override
    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + self._passed

    def forward(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self._passed += timedelta(seconds=seconds)


class Kept(Keeping):
    """What several copbots on one database keep."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}

    @override
    async def get(self, key: str) -> bytes | None:
        return self.values.get(key)

    @override
    async def put(self, key: str, value: bytes) -> None:
        self.values[key] = value

    @override
    async def forget(self, key: str) -> None:
        self.values.pop(key, None)


def bot_on(slack: Loopback, keeping: Keeping | None = None, clock: Clock | None = None, **settings: Any) -> Slack:
    """An adapter, as a process that starts has it."""
    raw = {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "api_url": slack.api_url, **settings}
    return Slack(read_settings(raw), Setup((), clock or Passing(), keeping or Kept(), raw))


@dataclass
class Bots:
    """Copbots on one Slack and one database."""

    slack: Loopback
    kept: Kept = field(default_factory=Kept)
    clock: Passing = field(default_factory=Passing)

    def start(self) -> Slack:
        """A process that starts now."""
        return bot_on(self.slack, self.kept, self.clock)

    def texts(self, place: Place = SLT) -> list[str]:
        """What people read there."""
        return [self.slack.people.read(shown) for shown in self.slack.people.shown(place.channel, place.thread)]

    def calls(self, method: str) -> int:
        """How often Slack was asked for something, and did it."""
        return len([call for call in self.slack.api.calls if call.method == method])
