"""Whom to invite: the application that a bot's token belongs to."""

from collections.abc import Mapping
from typing import Any

from copbot.errors import ConfigurationError
from copbot_discord.account import Account
from copbot_discord.invite import invitation
from copbot_discord.settings import read_settings
from copbot_discord.web import Web


async def invite(settings: Mapping[str, Any], application_id: str = "") -> str:
    """The address at which somebody invites copbot to a server; without an id Discord is asked whose the settings' token is.

    Raises ConfigurationError for an id that is none or settings that cannot be used, and PlatformError where Discord does not say it.
    """
    if application_id and not application_id.isdecimal():
        raise ConfigurationError("An application's id is a number; at discord.com/developers/applications: General Information")
    if application_id:
        return invitation(application_id)
    known = await Account(Web(read_settings(settings))).known()
    return invitation(known.me.application)
