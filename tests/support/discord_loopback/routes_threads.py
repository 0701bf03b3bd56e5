"""Requests about threads, forum posts among them."""

from datetime import datetime

from discord_loopback import talking
from discord_loopback.calls import Call, parts_of
from discord_loopback.model import FORUM, PINNED_POST, REQUIRE_TAG, TEXT, Body, Channel, Wrong, invalid
from discord_loopback.shapes import instant, message_shape, thread_member_shape, thread_shape
from discord_loopback.world import BOT_USER, GUILD, World

MOST_ACTIVE = 1000


def from_message(world: World, call: Call) -> Body:
    """create_thread_from_message."""
    channel = world.seen_by_bot(call.path["channel_id"])
    if channel.type != TEXT:
        raise Wrong(400, 50024, "Cannot execute action on this channel type")
    world.need(channel, "CREATE_PUBLIC_THREADS", "READ_MESSAGE_HISTORY")
    message = world.message(channel, call.path["message_id"])
    _room(world)
    return thread_shape(talking.thread_from(world, channel, message, call.body["name"], BOT_USER, call.body.get("auto_archive_duration")))


def create(world: World, call: Call) -> Body:
    """create_thread: a post in a forum, or a thread at no message in a text channel."""
    channel = world.seen_by_bot(call.path["channel_id"])
    _room(world)
    if channel.type == TEXT:
        world.need(channel, "CREATE_PUBLIC_THREADS")
        duration = call.body.get("auto_archive_duration")
        return thread_shape(talking.thread_alone(world, channel, call.body["name"], BOT_USER, duration))
    if channel.type != FORUM:
        raise Wrong(400, 50024, "Cannot execute action on this channel type")
    return _post(world, channel, call)


def _post(world: World, forum: Channel, call: Call) -> Body:
    world.need(forum, "SEND_MESSAGES", *(("ATTACH_FILES",) if call.files else ()))
    if "message" not in call.body:
        raise invalid("message", "BASE_TYPE_REQUIRED", "This field is required")
    body: Body = call.body["message"]
    applied = tags_for(world, forum, call.body.get("applied_tags") or [])
    duration = call.body.get("auto_archive_duration")
    parts = parts_of(call, body)
    content = (body.get("content") or "").strip()
    thread = talking.forum_post(world, forum, call.body["name"], BOT_USER, content, applied=applied, duration=duration, **parts)
    return thread_shape(thread) | {"message": message_shape(world, thread.messages[thread.id])}


def tags_for(world: World, forum: Channel, asked: list[str]) -> list[str]:
    """The tags of a post; moderated ones need MANAGE_THREADS, and some forums want one at least."""
    known = {tag["id"]: tag for tag in forum.tags}
    for id in map(str, asked):
        if id not in known:
            raise Wrong(404, 10087, "Unknown tag")
        if known[id]["moderated"]:
            world.need(forum, "MANAGE_THREADS")
    if forum.flags & REQUIRE_TAG and not asked:
        raise Wrong(400, 40067, "A tag is required to create a forum post in this channel")
    if len(asked) > 5:
        raise invalid("applied_tags", "BASE_TYPE_MAX_LENGTH", "Must be 5 or fewer in length.")
    return [str(one) for one in asked]


def _room(world: World) -> None:
    if sum(one.is_thread and not one.archived for one in world.channels.values()) >= MOST_ACTIVE:
        raise Wrong(400, 160006, "Maximum number of active threads reached")


def active(world: World, call: Call) -> Body:
    """get_active_guild_threads."""
    if call.path["guild_id"] != GUILD:
        raise Wrong(404, 10004, "Unknown Guild")
    found = [one for one in world.channels.values() if one.is_thread and not one.archived and world.may(BOT_USER, one, "VIEW_CHANNEL")]
    return _threads(sorted(found, key=lambda one: int(one.id), reverse=True)) | {"has_more": False}


def archived(world: World, call: Call) -> Body:
    """list_public_archived_threads, the last archived first."""
    channel = world.seen_by_bot(call.path["channel_id"])
    world.need(channel, "READ_MESSAGE_HISTORY")
    limit = min(call.number("limit", 2, 100, 50), max(2, world.largest_page))
    before = datetime.fromisoformat(call.query.get("before", "9999-12-31T00:00:00+00:00"))
    found = [one for one in world.threads_of(channel) if one.archived and datetime.fromisoformat(instant(one.archived)) < before]
    found.sort(key=lambda one: one.archived, reverse=True)
    return _threads(found[:limit]) | {"has_more": len(found) > limit}


def _threads(found: list[Channel]) -> Body:
    mine = [thread_member_shape(one, BOT_USER) for one in found if BOT_USER in one.members]
    return {"threads": [thread_shape(one) for one in found], "members": mine}


def join(world: World, call: Call) -> None:
    """join_thread."""
    thread = world.seen_by_bot(call.path["channel_id"])
    _is_thread(thread)
    if BOT_USER not in thread.members:
        thread.members.append(BOT_USER)


def add(world: World, call: Call) -> None:
    """add_thread_member."""
    thread = world.seen_by_bot(call.path["channel_id"])
    _is_thread(thread)
    if thread.archived:
        raise Wrong(400, 50083, "Thread is archived")
    if call.path["user_id"] not in world.members:
        raise Wrong(404, 10007, "Unknown Member")
    if call.path["user_id"] not in thread.members:
        thread.members.append(call.path["user_id"])


def _is_thread(channel: Channel) -> None:
    if not channel.is_thread:
        raise Wrong(400, 50024, "Cannot execute action on this channel type")


def change(world: World, thread: Channel, body: Body) -> None:
    """update_channel of a thread. A locked one, and pinning a post, are for those who manage threads."""
    if (set(body) - {"archived"} and thread.owner != BOT_USER) or thread.locked or {"locked", "flags"} & set(body):
        world.need(thread, "MANAGE_THREADS")
    if thread.archived and body.get("archived", True) and set(body) - {"archived", "locked"}:
        raise Wrong(400, 50083, "Thread is archived")
    thread.name = body.get("name") or thread.name
    thread.duration = body.get("auto_archive_duration") or thread.duration
    thread.applied = body.get("applied_tags", thread.applied)
    thread.flags = int(body.get("flags", thread.flags)) & PINNED_POST
    on = body.get("archived", bool(thread.archived))
    talking.archive(world, thread, on=on, locked=body.get("locked"))
