"""A copbot's Discord adapter on the loopback Discord, and who is in its guild."""

from dataclasses import dataclass, field
from typing import Any

from discord_loopback.model import Channel
from discord_loopback.server import TOKEN, Loopback
from discord_loopback.world import BOT_USER
from slack_bots import Kept, Passing

from copbot.domain.place import Place
from copbot.ports.clock import Clock
from copbot.ports.keeping import Keeping
from copbot.ports.platform import Setup
from copbot.services.commands import SPECS
from copbot_discord import Discord
from copbot_discord.names import DISCORD
from copbot_discord.settings import read_settings
from copbot_discord.wording import LOBBY_NAME

ADA, BEN, SALLY = "900000000000000001", "900000000000000002", "900000000000000003"
SLT, FORUM, HOSTS = "700000000000000001", "700000000000000002", "700000000000000003"

CHANNEL = Place(DISCORD, SLT)


def populate(discord: Loopback) -> None:
    """People and channels: a text channel and a forum for all, and a private one for the hosts."""
    for id, name in ((ADA, "Ada"), (BEN, "Ben"), (SALLY, "Sally")):
        discord.world.add_user(id, name)
    discord.world.add_channel(SLT, "slt")
    discord.world.add_forum(FORUM, "slt-forum")
    discord.world.add_private(HOSTS, "hosts", BOT_USER, SALLY)


def bot_on(discord: Loopback, keeping: Keeping | None = None, clock: Clock | None = None, **settings: Any) -> Discord:
    """An adapter, as a process that starts has it."""
    raw = {"token": TOKEN, "api_url": discord.api_url, "gateway_url": discord.gateway_url, **settings}
    return Discord(read_settings(raw), Setup(SPECS, clock or Passing(), keeping or Kept(), raw))


def lobby_of(discord: Loopback, forum: str = FORUM) -> Channel | None:
    """The post in which the bot tells a forum what concerns all of it: the oldest with its name."""
    named = [one for one in discord.world.threads_of(discord.world.channel(forum)) if (one.name, one.owner) == (LOBBY_NAME, BOT_USER)]
    return min(named, key=lambda one: int(one.id), default=None)


def channel_of(discord: Loopback, place: Place) -> str:
    """The channel or thread in which what is said in a place stands: of a forum itself, its lobby."""
    lobby = lobby_of(discord, place.channel) if place == place.top and place.channel in discord.world.channels else None
    return lobby.id if lobby else place.thread or place.channel


@dataclass
class Bots:
    """Copbots on one Discord and one database."""

    discord: Loopback
    kept: Kept = field(default_factory=Kept)
    clock: Passing = field(default_factory=Passing)

    def start(self) -> Discord:
        """A process that starts now."""
        return bot_on(self.discord, self.kept, self.clock)

    def texts(self, place: Place = CHANNEL) -> list[str]:
        """What people read there."""
        return [self.discord.people.read(shown) for shown in self.discord.people.shown(channel_of(self.discord, place))]

    def calls(self, operation: str) -> int:
        """How often Discord was asked for something, and did it."""
        return len([call for call in self.discord.rest.calls if call.operation == operation and call.code is None])
