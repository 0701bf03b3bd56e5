"""How a platform's bot gets to where people are: the address at which it is invited."""

import asyncio
from importlib.metadata import entry_points
from pathlib import Path

from copbot import app
from copbot.errors import ConfigurationError
from copbot.settings import Settings


def discord_invitation(application_id: str, file: Path | None) -> str:
    """The address at which somebody invites the bot to a server; without an id, that of the token in the settings (``file``).

    Raises ConfigurationError if the adapter is not installed or there is neither id nor token, PlatformError if Discord does not tell.
    """
    found = [entry for entry in entry_points(group="copbot.invitations") if entry.name == "discord"]
    if not found:
        raise ConfigurationError("The Discord adapter is not installed; pip install 'copbot[discord]'")
    if application_id:
        return str(asyncio.run(found[0].load()({}, application_id)))
    settings = app.discord_settings(Settings.load(file))
    if not settings:
        raise ConfigurationError("Set COPBOT_DISCORD__TOKEN to the bot's token, or name the application: --application-id NUMBER")
    return str(asyncio.run(found[0].load()(settings, settings["application_id"])))
