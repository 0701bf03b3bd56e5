"""Requests about the application, accounts, channels and the guild."""

from discord_loopback import talking
from discord_loopback.calls import Call
from discord_loopback.model import FORUM, Body, Event, Wrong, invalid
from discord_loopback.permissions import allowed, bits
from discord_loopback.routes_threads import change
from discord_loopback.shapes import (
    channel_shape,
    guild_settings,
    member_shape,
    role_shape,
    scheduled_shape,
    user_shape,
)
from discord_loopback.world import APPLICATION, BOT_USER, GUILD, OWNER, PRIVILEGED, SESSIONS, World

MOST_EVENTS = 100


def me(world: World, call: Call) -> Body:
    """get_my_user."""
    return user_shape(world.users[BOT_USER]) | {"mfa_enabled": True, "locale": "en-GB", "verified": True, "email": None}


def application(world: World, call: Call) -> Body:
    """get_my_application, and get_my_oauth2_application."""
    flags = sum(PRIVILEGED[name] for name in world.granted)
    nothing = dict.fromkeys(["icon", "type", "interactions_endpoint_url", "role_connections_verification_url", "team"])
    counts = dict.fromkeys(
        ["approximate_guild_count", "approximate_user_install_count", "approximate_user_authorization_count", "explicit_content_filter"], 0
    )
    named: Body = {
        "id": APPLICATION,
        "name": "copbot",
        "description": "",
        "verify_key": "0" * 64,
        "flags": flags,
        "flags_new": str(flags),
        "redirect_uris": [],
        "owner": user_shape(world.users[OWNER]),
        "eligible_oauth2_scopes": [],
        "bot": user_shape(world.users[BOT_USER]),
        "bot_public": True,
        "bot_require_code_grant": False,
    }
    return {**nothing, **counts, **named}


def gateway(world: World, call: Call) -> Body:
    """get_bot_gateway."""
    limit = {"total": SESSIONS, "remaining": world.sessions_left, "reset_after": 86_400_000, "max_concurrency": 1}
    return {"url": world.address.replace("http", "ws", 1) + "/gateway/", "shards": world.shards, "session_start_limit": limit}


def user(world: World, call: Call) -> Body:
    """get_user."""
    return user_shape(world.user(call.path["user_id"]))


def direct(world: World, call: Call) -> Body:
    """create_dm: there is one for each person, and it can be had even of those who take no messages."""
    who = world.users.get(str(call.body["recipient_id"]))
    if who is None or who.bot:
        raise Wrong(400, 50033, "Invalid Recipient(s)")
    return channel_shape(world, world.direct(who.id))


def channel(world: World, call: Call) -> Body:
    """get_channel."""
    return channel_shape(world, world.seen_by_bot(call.path["channel_id"]))


def update_channel(world: World, call: Call) -> Body:
    """update_channel, of threads and of a forum's tags."""
    found = world.seen_by_bot(call.path["channel_id"])
    if found.is_thread:
        change(world, found, call.body)
    else:
        world.need(found, "MANAGE_CHANNELS")
        if found.type == FORUM and "available_tags" in call.body:
            found.tags = [
                {"id": world.snowflake(), "moderated": False, "emoji_id": None, "emoji_name": None, **tag}
                for tag in call.body["available_tags"]
            ]
        talking.channel_changed(world, found)
    return channel_shape(world, found)


def delete_channel(world: World, call: Call) -> Body:
    """delete_channel."""
    found = world.seen_by_bot(call.path["channel_id"])
    world.need(found, "MANAGE_THREADS" if found.is_thread else "MANAGE_CHANNELS")
    shape = channel_shape(world, found)
    talking.delete_channel(world, found)
    return shape


def guild(world: World, call: Call) -> Body:
    """get_guild."""
    _known(call)
    return guild_settings() | {"roles": [role_shape(role) for role in world.roles.values()]}


def channels(world: World, call: Call) -> list[Body]:
    """list_guild_channels: all of them, seen or not, without threads."""
    _known(call)
    return [channel_shape(world, one) for one in world.channels.values() if one.type not in {1, 11}]


def roles(world: World, call: Call) -> list[Body]:
    """list_guild_roles."""
    _known(call)
    return [role_shape(role) for role in world.roles.values()]


def member(world: World, call: Call) -> Body:
    """get_guild_member."""
    _known(call)
    id = BOT_USER if call.path.get("user_id", "@me") == "@me" else call.path["user_id"]
    if id not in world.members:
        raise Wrong(404, 10007 if id in world.users else 10013, "Unknown Member" if id in world.users else "Unknown User")
    return member_shape(world, world.user(id))


def members(world: World, call: Call) -> list[Body]:
    """list_guild_members: only where the intent was granted."""
    _known(call)
    if "GUILD_MEMBERS" not in world.granted:
        raise Wrong(403, 50001, "Missing Access")
    limit, after = call.number("limit", 1, 1000, 1), int(call.query.get("after", 0))
    found = sorted((one for one in world.members if int(one) > after), key=int)[:limit]
    return [member_shape(world, world.user(one)) for one in found]


def search(world: World, call: Call) -> list[Body]:
    """search_guild_members: those whose name begins so."""
    _known(call)
    limit, typed = call.number("limit", 1, 1000, 1), call.query["query"].lower()
    names = {one: (world.user(one).nick or world.user(one).name).lower() for one in world.members}
    return [member_shape(world, world.user(one)) for one, name in names.items() if name.startswith(typed)][:limit]


def guilds(world: World, call: Call) -> list[Body]:
    """list_my_guilds."""
    named: Body = {"id": GUILD, "name": "ResNetSLT", "icon": None, "banner": None, "owner": False, "permissions": "0", "features": []}
    return [named] if BOT_USER in world.members else []


def list_events(world: World, call: Call) -> list[Body]:
    """list_guild_scheduled_events: what is over or cancelled is not listed."""
    _known(call)
    return [scheduled_shape(one) for one in world.scheduled.values() if one.status in {1, 2}]


def create_event(world: World, call: Call) -> Body:
    """create_guild_scheduled_event, external."""
    _known(call)
    _may(world, "CREATE_EVENTS")
    if len(world.scheduled) >= MOST_EVENTS:
        raise Wrong(400, 30038, "Maximum number of uncompleted guild scheduled events reached (100)")
    _whole(call.body)
    id = world.snowflake()
    event = world.scheduled[id] = Event(id, BOT_USER, dict(call.body))
    world.events("GUILD_SCHEDULED_EVENT_CREATE", scheduled_shape(event), None)
    return scheduled_shape(event)


def get_event(world: World, call: Call) -> Body:
    """get_guild_scheduled_event."""
    return scheduled_shape(_event(world, call))


def update_event(world: World, call: Call) -> Body:
    """update_guild_scheduled_event."""
    event = _event(world, call)
    _may(world, "CREATE_EVENTS" if event.creator == BOT_USER else "MANAGE_EVENTS")
    if event.status in {3, 4}:
        raise Wrong(400, 180000, "Cannot update a finished event")
    _whole(event.body | call.body)
    event.body |= call.body
    event.status = call.body.get("status", event.status)
    world.events("GUILD_SCHEDULED_EVENT_UPDATE", scheduled_shape(event), None)
    return scheduled_shape(event)


def delete_event(world: World, call: Call) -> None:
    """delete_guild_scheduled_event."""
    event = _event(world, call)
    _may(world, "CREATE_EVENTS" if event.creator == BOT_USER else "MANAGE_EVENTS")
    del world.scheduled[event.id]
    world.events("GUILD_SCHEDULED_EVENT_DELETE", scheduled_shape(event), None)


def _whole(body: Body) -> None:
    """An external event has a location, and an end."""
    if body["entity_type"] == 3 and not body.get("scheduled_end_time"):
        raise invalid("scheduled_end_time", "BASE_TYPE_REQUIRED", "This field is required")
    if body["entity_type"] == 3 and not (body.get("entity_metadata") or {}).get("location"):
        raise invalid("entity_metadata", "BASE_TYPE_REQUIRED", "This field is required")


def _event(world: World, call: Call) -> Event:
    _known(call)
    if call.path["guild_scheduled_event_id"] not in world.scheduled:
        raise Wrong(404, 10070, "Unknown Guild Scheduled Event")
    return world.scheduled[call.path["guild_scheduled_event_id"]]


def _may(world: World, permission: str) -> None:
    if not allowed(world, BOT_USER) & bits(permission):
        raise Wrong(403, 50013, "Missing Permissions")


def _known(call: Call) -> None:
    if call.path["guild_id"] != GUILD:
        raise Wrong(404, 10004, "Unknown Guild")
