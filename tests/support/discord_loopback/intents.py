"""What a session is told of: docs.discord.com/developers/events/gateway#list-of-intents."""

from discord_loopback.model import Body
from discord_loopback.world import BOT_USER

GUILDS, MEMBERS, MESSAGES, REACTIONS = 1 << 0, 1 << 1, 1 << 9, 1 << 10
DIRECT_MESSAGES, DIRECT_REACTIONS, CONTENT, EVENTS = 1 << 12, 1 << 13, 1 << 15, 1 << 16


def needed(event: str, *, guild: bool) -> int:
    """The intents without which a session is not told of an event."""
    if event.startswith("GUILD_MEMBER"):
        return MEMBERS
    if event.startswith("GUILD_SCHEDULED_EVENT"):
        return EVENTS
    if event.startswith("MESSAGE_REACTION"):
        return REACTIONS if guild else DIRECT_REACTIONS
    if event.startswith("MESSAGE_"):
        return MESSAGES if guild else DIRECT_MESSAGES
    if event == "CHANNEL_PINS_UPDATE":
        return GUILDS if guild else DIRECT_MESSAGES
    return GUILDS if event.startswith(("CHANNEL_", "THREAD_", "GUILD_")) else 0


def for_intents(event: str, body: Body, intents: int) -> Body:
    """What of an event a session with these intents is told."""
    if event not in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} or intents & CONTENT or "guild_id" not in body:
        return body
    if body["author"]["id"] == BOT_USER or any(one["id"] == BOT_USER for one in body["mentions"]):
        return body
    return body | {"content": "", "embeds": [], "attachments": [], "components": []}
