"""Permissions as Discord computes them: docs.discord.com/developers/topics/permissions."""

from typing import TYPE_CHECKING

from copbot_discord.invite import asked_for

if TYPE_CHECKING:
    from discord_loopback.model import Channel
    from discord_loopback.world import World

BITS = {
    "ADMINISTRATOR": 3,
    "MANAGE_CHANNELS": 4,
    "MANAGE_GUILD": 5,
    "ADD_REACTIONS": 6,
    "VIEW_CHANNEL": 10,
    "SEND_MESSAGES": 11,
    "MANAGE_MESSAGES": 13,
    "EMBED_LINKS": 14,
    "ATTACH_FILES": 15,
    "READ_MESSAGE_HISTORY": 16,
    "MENTION_EVERYONE": 17,
    "USE_EXTERNAL_EMOJIS": 18,
    "USE_APPLICATION_COMMANDS": 31,
    "MANAGE_EVENTS": 33,
    "MANAGE_THREADS": 34,
    "CREATE_PUBLIC_THREADS": 35,
    "CREATE_PRIVATE_THREADS": 36,
    "SEND_MESSAGES_IN_THREADS": 38,
    "CREATE_EVENTS": 44,
    "PIN_MESSAGES": 51,
}
ALL = (1 << 53) - 1


def bits(*names: str) -> int:
    """The bits of permissions by name."""
    return sum(1 << BITS[name] for name in names)


EVERYBODY = bits(
    "VIEW_CHANNEL",
    "SEND_MESSAGES",
    "EMBED_LINKS",
    "ATTACH_FILES",
    "ADD_REACTIONS",
    "READ_MESSAGE_HISTORY",
    "CREATE_PUBLIC_THREADS",
    "SEND_MESSAGES_IN_THREADS",
    "USE_APPLICATION_COMMANDS",
)
BOT = asked_for()
"""Its role has what the invitation asks for, and no more."""


def allowed(world: "World", user: str, channel: "Channel | None" = None) -> int:
    """The bits of what a member may do in the guild, or in a channel of it."""
    base = world.roles[guild_role(world)].permissions
    for role in world.users[user].roles:
        base |= world.roles[role].permissions
    if base & bits("ADMINISTRATOR"):
        return ALL
    return base if channel is None else _overwritten(world, base, user, channel)


def guild_role(world: "World") -> str:
    """The id of the role that everybody has."""
    return next(iter(world.roles))


def _overwritten(world: "World", base: int, user: str, channel: "Channel") -> int:
    roles = world.users[user].roles
    everyone = [one for one in channel.overwrites if one.id == guild_role(world)]
    by_role = [one for one in channel.overwrites if not one.member and one.id in roles]
    by_member = [one for one in channel.overwrites if one.member and one.id == user]
    for group in (everyone, by_role, by_member):
        for one in group:
            base &= ~one.deny
        for one in group:
            base |= one.allow
    return base
