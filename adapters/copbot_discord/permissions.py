"""What copbot may do in a channel: Discord does not say it, it is reckoned.

As Discord documents it (https://docs.discord.com/developers/topics/permissions#permission-overwrites): what everybody may, and the roles of
the member, is what holds in the server; then the channel's overwrites for everybody, for the roles together, and for the member.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from copbot_discord.invite import ADMINISTRATOR

EVERYTHING = (1 << 64) - 1

Shown = Mapping[str, Any]
"""A server, channel or member as Discord shows it."""


def in_server(guild: Shown, user: str, roles: Collection[str]) -> int:
    """The permissions of somebody with these roles in a server, wherever no channel says otherwise."""
    held = _together(role["permissions"] for role in guild["roles"] if role["id"] in {guild["id"], *roles})
    return EVERYTHING if guild.get("owner_id") == user or held & (1 << ADMINISTRATOR) else held


def in_channel(held: int, guild: Shown, channel: Shown, user: str, roles: Collection[str]) -> int:
    """The permissions of somebody who holds these in the server, in a channel of it."""
    if held == EVERYTHING:
        return held
    overwrites = {one["id"]: one for one in channel.get("permission_overwrites") or ()}
    for ids in ([guild["id"]], list(roles), [user]):
        found = [overwrites[id] for id in ids if id in overwrites]
        held = held & ~_together(one["deny"] for one in found) | _together(one["allow"] for one in found)
    return held


def _together(permissions: Iterable[str]) -> int:
    together = 0
    for one in permissions:
        together |= int(one)
    return together
