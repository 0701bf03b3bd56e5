"""How Discord writes down what is there: the objects inside its answers and events."""

import mimetypes
from datetime import UTC, datetime
from typing import Any

from discord_loopback.model import (
    DEFAULT,
    DIRECT,
    FORUM,
    HAS_THREAD,
    PINNED,
    REPLY,
    STARTER,
    Body,
    Channel,
    Event,
    Interaction,
    Message,
    Overwrite,
    Role,
    Upload,
    User,
)
from discord_loopback.permissions import allowed
from discord_loopback.world import APPLICATION, BOT_USER, GUILD, World

JOINED = "2018-01-31T19:00:00.000000+00:00"


def instant(seconds: float) -> str:
    """An instant as Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


def user_shape(user: User) -> Body:
    """An account."""
    return {
        "id": user.id,
        "username": user.name.lower(),
        "global_name": None if user.bot else user.name,
        "discriminator": "0",
        "avatar": None,
        "bot": user.bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def member_shape(world: World, user: User, *, with_user: bool = True) -> Body:
    """A member of the guild. Beside a message the account is not repeated."""
    shape: Body = {
        "nick": user.nick,
        "avatar": None,
        "banner": None,
        "roles": list(user.roles),
        "joined_at": JOINED,
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "flags": 0,
        "mute": False,
        "deaf": False,
    }
    return shape | ({"user": user_shape(user)} if with_user else {})


def role_shape(role: Role) -> Body:
    """A role."""
    return {
        "id": role.id,
        "name": role.name,
        "permissions": str(role.permissions),
        "position": 0 if role.id == GUILD else 1,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.id != GUILD,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def _overwrite(one: Overwrite) -> Body:
    return {"id": one.id, "type": int(one.member), "allow": str(one.allow), "deny": str(one.deny)}


def channel_shape(world: World, channel: Channel) -> Body:
    """A channel, a thread, or direct messages."""
    if channel.is_thread:
        return thread_shape(channel)
    last = max(channel.messages, key=int, default=None)
    base: Body = {"id": channel.id, "type": channel.type, "flags": channel.flags, "last_message_id": last}
    if channel.type == DIRECT:
        return base | {"recipients": [user_shape(world.user(one)) for one in channel.members if one != BOT_USER]}
    shape = base | {
        "guild_id": GUILD,
        "name": channel.name,
        "position": 0,
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "permission_overwrites": [_overwrite(one) for one in channel.overwrites],
    }
    forum: Body = {
        "available_tags": channel.tags,
        "default_reaction_emoji": None,
        "default_sort_order": None,
        "default_forum_layout": 0,
    }
    return shape | (forum if channel.type == FORUM else {})


def thread_shape(thread: Channel) -> Body:
    """A thread."""
    metadata: Body = {
        "archived": bool(thread.archived),
        "archive_timestamp": instant(thread.archived or made(thread.id)),
        "auto_archive_duration": thread.duration,
        "locked": thread.locked,
        "create_timestamp": instant(made(thread.id)),
    }
    return {
        "id": thread.id,
        "type": thread.type,
        "flags": thread.flags,
        "guild_id": GUILD,
        "parent_id": thread.parent,
        "owner_id": thread.owner,
        "name": thread.name,
        "last_message_id": max(thread.messages, key=int, default=None),
        "thread_metadata": metadata,
        "message_count": max(0, len(thread.messages) - 1),
        "member_count": min(50, max(1, len(thread.members))),
        "total_message_sent": thread.posted,
        "rate_limit_per_user": 0,
        "applied_tags": list(thread.applied),
    }


def thread_member_shape(thread: Channel, user: str) -> Body:
    """Somebody in a thread."""
    return {"id": thread.id, "user_id": user, "join_timestamp": instant(made(thread.id)), "flags": 0}


def made(id: str) -> float:
    """When an id was given out, in seconds since 1970."""
    return ((int(id) >> 22) + 1420070400000) / 1000


def upload_shape(world: World, file: Upload) -> Body:
    """A file."""
    url = f"{world.address}/attachments/{file.id}/{file.name}"
    about = {"description": file.about} if file.about else {}
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return {"id": file.id, "filename": file.name, "size": len(file.content), "url": url, "proxy_url": url, "content_type": kind, **about}


def emoji_shape(emoji: str) -> Body:
    """An emoji as it stands in reactions: of Unicode, or ``name:id``."""
    name, _, id = emoji.partition(":")
    return {"id": id or None, "name": name} | ({"animated": False} if id else {})


def _reactions(message: Message) -> list[Body]:
    return [
        {
            "emoji": {name: value for name, value in emoji_shape(emoji).items() if name != "animated"},
            "count": len(by),
            "count_details": {"burst": 0, "normal": len(by)},
            "burst_colors": [],
            "me_burst": False,
            "me": BOT_USER in by,
        }
        for emoji, by in message.reactions.items()
    ]


def message_shape(world: World, message: Message, *, nonce: bool = False) -> Body:
    """A message, with whatever the bot may read of it."""
    readable = reads(world, message)
    shape: Body = {
        "id": message.id,
        "channel_id": message.channel,
        "type": message.type,
        "author": user_shape(world.user(message.author)),
        "content": message.content if readable else "",
        "timestamp": instant(message.at),
        "edited_timestamp": instant(message.edited) if message.edited else None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [user_shape(world.user(one)) for one in message.mentions],
        "mention_roles": [],
        "attachments": [upload_shape(world, file) for file in message.files] if readable else [],
        "embeds": message.embeds if readable else [],
        "components": message.components if readable else [],
        "flags": message.flags,
        "pinned": bool(message.pinned),
    }
    if message.nonce is not None and (nonce or world.nonces_in_history):
        shape["nonce"] = message.nonce
    if message.webhook:
        shape["webhook_id"] = message.webhook
    if message.author == BOT_USER and message.type == DEFAULT:
        shape["application_id"] = APPLICATION
    return shape | _beside(world, message)


def _beside(world: World, message: Message) -> Body:
    beside: Body = {}
    if message.reactions:
        beside["reactions"] = _reactions(message)
    if message.flags & HAS_THREAD and message.id in world.channels:
        beside["thread"] = thread_shape(world.channels[message.id])
    if message.type in {REPLY, STARTER, PINNED} and message.answers:
        place = world.parent(world.channels[message.channel]) if message.type == STARTER else world.channels[message.channel]
        beside["message_reference"] = {"type": 0, "channel_id": place.id, "message_id": message.answers, "guild_id": GUILD}
        found = place.messages.get(message.answers)
        if message.type != PINNED:
            beside["referenced_message"] = message_shape(world, found) if found else None
    return beside


def reads(world: World, message: Message) -> bool:
    """Whether the bot may read what a message says: docs.discord.com/developers/events/gateway#message-content-intent."""
    direct = world.channels[message.channel].type == DIRECT if message.channel in world.channels else False
    return "MESSAGE_CONTENT" in world.granted or message.author == BOT_USER or direct or BOT_USER in message.mentions


def scheduled_shape(event: Event) -> Body:
    """A scheduled event."""
    asked = event.body
    return {
        "id": event.id,
        "guild_id": GUILD,
        "channel_id": None,
        "creator_id": event.creator,
        "name": asked["name"],
        "description": asked.get("description"),
        "image": None,
        "scheduled_start_time": asked["scheduled_start_time"],
        "scheduled_end_time": asked.get("scheduled_end_time"),
        "privacy_level": 2,
        "status": event.status,
        "entity_type": asked["entity_type"],
        "entity_id": None,
        "entity_metadata": asked.get("entity_metadata"),
        "recurrence_rule": None,
        "guild_scheduled_event_exceptions": [],
    }


def guild_shape(world: World) -> Body:
    """What GUILD_CREATE says of the guild. Threads are those that are not archived."""
    seen = [one for one in world.channels.values() if one.type != DIRECT and world.may(BOT_USER, one, "VIEW_CHANNEL")]
    inside: Body = {
        "roles": [role_shape(role) for role in world.roles.values()],
        "channels": [channel_shape(world, one) for one in seen if not one.is_thread],
        "threads": [thread_shape(one) for one in seen if one.is_thread and not one.archived],
        "members": [member_shape(world, world.user(BOT_USER))],
        "member_count": len(world.members),
        "guild_scheduled_events": [scheduled_shape(one) for one in world.scheduled.values()],
    }
    return guild_settings() | inside | EMPTY | {"joined_at": JOINED, "large": False}


EMPTY: Body = {"presences": [], "voice_states": [], "stage_instances": [], "soundboard_sounds": [], "hub_type": None}


def guild_settings() -> Body:
    """What the guild is, without what is in it."""
    nothing = dict.fromkeys(
        [
            *("icon", "description", "home_header", "splash", "discovery_splash", "banner", "application_id", "afk_channel_id"),
            *("system_channel_id", "rules_channel_id", "safety_alerts_channel_id", "public_updates_channel_id", "vanity_url_code"),
            *("incidents_data", "max_presences", "widget_channel_id"),
        ]
    )
    zero = dict.fromkeys(
        [
            *("system_channel_flags", "verification_level", "default_message_notifications", "mfa_level", "explicit_content_filter"),
            *("premium_tier", "premium_subscription_count", "nsfw_level"),
        ],
        0,
    )
    named: Body = {
        "id": GUILD,
        "name": "ResNetSLT",
        "owner_id": "800000000000000004",
        "region": "deprecated",
        "preferred_locale": "en-GB",
        "features": [],
        "emojis": [],
        "stickers": [],
        "afk_timeout": 300,
        "widget_enabled": False,
        "max_members": 500000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
    }
    return {**nothing, **zero, **named}


def interaction_shape(world: World, interaction: Interaction, data: Body) -> Body:
    """What INTERACTION_CREATE carries."""
    channel = world.channel(interaction.channel)
    shape: Body = {
        "id": interaction.id,
        "application_id": APPLICATION,
        "type": interaction.type,
        "token": interaction.token,
        "version": 1,
        "data": data,
        "channel_id": channel.id,
        "channel": _channel_beside(world, channel, interaction.user),
        "locale": "en-GB",
        "entitlements": [],
        "authorizing_integration_owners": {"0": GUILD},
        "context": 1 if channel.type == DIRECT else 0,
        "attachment_size_limit": 26214400,
        "app_permissions": "0",
    }
    if interaction.source is not None:
        shape["message"] = message_shape(world, interaction.source)
    return shape | _who(world, interaction.user, channel)


def _channel_beside(world: World, channel: Channel, user: str) -> Any:
    shape = channel_shape(world, channel)
    permissions = allowed(world, user, world.parent(channel)) if channel.type != DIRECT else 0
    return shape | {"permissions": str(permissions)}


def _who(world: World, id: str, channel: Channel) -> Body:
    if channel.type == DIRECT:
        return {"user": user_shape(world.user(id))}
    place = world.parent(channel)
    member = member_shape(world, world.user(id)) | {"permissions": str(allowed(world, id, place))}
    here: Body = {"guild_id": GUILD, "guild_locale": "en-GB", "guild": {"id": GUILD, "locale": "en-GB", "features": []}}
    return here | {"member": member, "app_permissions": str(allowed(world, BOT_USER, place))}
