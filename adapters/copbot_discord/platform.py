"""The port on top of Discord: one bot, by its token."""

from copbot.ports.platform import Limits, Setup, Threads
from copbot_discord.names import DISCORD
from copbot_discord.settings import DiscordSettings, read_settings
from copbot_discord.web import Web


class Discord:
    """Discord as an adapter like any other."""

    name = DISCORD
    threads = Threads.CHANNELS
    limits = Limits(text=2000, buttons=10, title=100)
    home = None
    http = None

    def __init__(self, settings: DiscordSettings, setup: Setup) -> None:
        self.settings = settings
        self.commands = tuple(setup.commands)
        self._clock = setup.clock
        self._web = Web(settings)


def make(setup: Setup) -> Discord:
    """Discord's entry point. Raises ConfigurationError for settings that cannot be used."""
    return Discord(read_settings(setup.settings), setup)
