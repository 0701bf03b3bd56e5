"""What happens in channels, and how Discord reports it to the bot. Everything here is done by somebody who may do it."""

import re
from typing import Any

from discord_loopback.model import (
    DEFAULT,
    DIRECT,
    HAS_THREAD,
    PINNED,
    STARTER,
    TEXT,
    THREAD,
    Body,
    Channel,
    Message,
    Wrong,
)
from discord_loopback.shapes import (
    channel_shape,
    emoji_shape,
    instant,
    member_shape,
    message_shape,
    thread_member_shape,
    thread_shape,
    user_shape,
)
from discord_loopback.world import BOT_USER, GUILD, World

MENTION = re.compile(r"<@!?(\d+)>")


def post(world: World, channel: Channel, author: str, content: str, **parts: Any) -> Message:
    """Put a message there; ``parts`` are the rest of the message's fields. Sending brings an archived thread back."""
    if channel.archived:
        archive(world, channel, on=False)
    mentions = [one for one in dict.fromkeys(MENTION.findall(content)) if one in world.users]
    message = Message(world.snowflake(), channel.id, author, content, world.time.now(), **{"mentions": mentions, **parts})
    put(world, channel, message)
    return message


def put(world: World, channel: Channel, message: Message) -> None:
    """Let a message stand there, and report it."""
    channel.messages[message.id] = message
    channel.posted += 1
    if channel.is_thread and message.author not in channel.members:
        channel.members.append(message.author)
    world.events("MESSAGE_CREATE", _reported(world, channel, message, nonce=True), channel)


def _reported(world: World, channel: Channel, message: Message, *, nonce: bool = False) -> Body:
    """A message as events carry it: with the guild, and the author as its member."""
    shape = message_shape(world, message, nonce=nonce)
    if channel.type == DIRECT:
        return shape | {"channel_type": channel.type}
    for mentioned in shape["mentions"]:
        mentioned["member"] = member_shape(world, world.user(mentioned["id"]), with_user=False)
    shape |= {"guild_id": GUILD, "channel_type": channel.type}
    if message.author in world.members and not message.webhook:
        shape["member"] = member_shape(world, world.user(message.author), with_user=False)
    return shape


def edit(world: World, channel: Channel, message: Message, **changed: Any) -> None:
    """Change a message's fields; ``edited`` tells when."""
    for name, value in changed.items():
        setattr(message, name, value)
    if "content" in changed:
        message.mentions = [one for one in dict.fromkeys(MENTION.findall(message.content)) if one in world.users]
    message.edited = max(world.time.now(), message.edited + 0.001)
    world.events("MESSAGE_UPDATE", _reported(world, channel, message), channel)


def preview(world: World, channel: Channel, message: Message) -> None:
    """Discord puts a preview of a link under a message, which it reports as an update that nobody edited."""
    message.embeds = [{"type": "link", "url": "https://example.org", "title": "An example"}]
    world.events("MESSAGE_UPDATE", _reported(world, channel, message), channel)


def delete(world: World, channel: Channel, message: Message) -> None:
    """Take a message away; a thread that hangs on it stays."""
    del channel.messages[message.id]
    world.events("MESSAGE_DELETE", {"id": message.id, "channel_id": channel.id} | _guild(channel), channel)


def delete_many(world: World, channel: Channel, ids: list[str]) -> None:
    """A moderator takes several away at once."""
    for id in ids:
        del channel.messages[id]
    world.events("MESSAGE_DELETE_BULK", {"ids": ids, "channel_id": channel.id} | _guild(channel), channel)


def react(world: World, channel: Channel, message: Message, user: str, emoji: str, *, on: bool) -> None:
    """Put somebody's reaction on a message, or take it off; either may have been done."""
    by = message.reactions.setdefault(emoji, [])
    if on != (user in by):
        (by.append if on else by.remove)(user)
        body: Body = {"user_id": user, "channel_id": channel.id, "message_id": message.id, "emoji": emoji_shape(emoji)}
        body |= {"burst": False, "type": 0} | _guild(channel)
        if on and channel.type != DIRECT:
            body |= {"member": member_shape(world, world.user(user)), "message_author_id": message.author}
        world.events("MESSAGE_REACTION_ADD" if on else "MESSAGE_REACTION_REMOVE", body, channel)
    if not by:
        del message.reactions[emoji]


def clear_reactions(world: World, channel: Channel, message: Message, emoji: str | None = None) -> None:
    """A moderator takes all reactions off, or all with one emoji."""
    body: Body = {"channel_id": channel.id, "message_id": message.id} | _guild(channel)
    if emoji is None:
        message.reactions.clear()
        world.events("MESSAGE_REACTION_REMOVE_ALL", body, channel)
    else:
        message.reactions.pop(emoji, None)
        world.events("MESSAGE_REACTION_REMOVE_EMOJI", body | {"emoji": emoji_shape(emoji)}, channel)


def pin(world: World, channel: Channel, message: Message, user: str, *, on: bool) -> None:
    """Pin a message, which Discord tells all who are there, or take the pin off."""
    if bool(message.pinned) == on:
        return
    message.pinned = world.time.now() if on else 0.0
    if on:
        put(world, channel, Message(world.snowflake(), channel.id, user, "", world.time.now(), PINNED, answers=message.id))
    world.events(
        "CHANNEL_PINS_UPDATE", {"channel_id": channel.id, "last_pin_timestamp": instant(world.time.now())} | _guild(channel), channel
    )
    world.events("MESSAGE_UPDATE", _reported(world, channel, message), channel)


def thread_from(world: World, channel: Channel, message: Message, name: str, owner: str, duration: int | None = None) -> Channel:
    """Begin a thread at a message."""
    if message.id in world.channels:
        raise Wrong(400, 160004, "A thread has already been created for this message")
    thread = _thread(world, channel, message.id, name, owner, duration)
    message.flags |= HAS_THREAD
    world.events("MESSAGE_UPDATE", _reported(world, channel, message), channel)
    put(world, thread, Message(world.snowflake(), thread.id, message.author, "", world.time.now(), STARTER, answers=message.id))
    return thread


def thread_alone(world: World, channel: Channel, name: str, owner: str, duration: int | None = None) -> Channel:
    """Begin a thread in a text channel at no message."""
    return _thread(world, channel, world.snowflake(), name, owner, duration)


def forum_post(world: World, forum: Channel, name: str, owner: str, content: str, **parts: Any) -> Channel:
    """Begin a thread in a forum, with its first message; ``parts`` may have ``applied`` tags and a ``duration`` beside the message's."""
    applied, duration = parts.pop("applied", []), parts.pop("duration", None)
    id = world.snowflake()
    thread = _thread(world, forum, id, name, owner, duration, applied)
    mentions = [one for one in dict.fromkeys(MENTION.findall(content)) if one in world.users]
    put(world, thread, Message(id, thread.id, owner, content, world.time.now(), DEFAULT, **{"mentions": mentions, **parts}))
    return thread


def _thread(
    world: World, channel: Channel, id: str, name: str, owner: str, duration: int | None, applied: list[str] | None = None
) -> Channel:
    thread = Channel(id, name, THREAD, channel.id, members=[owner], owner=owner, duration=duration or 4320, applied=applied or [])
    world.channels[id] = thread
    body = thread_shape(thread) | {"newly_created": True, "member": thread_member_shape(thread, BOT_USER)}
    world.events("THREAD_CREATE", body, thread)
    return thread


def archive(world: World, thread: Channel, *, on: bool, locked: bool | None = None) -> None:
    """Close a thread or open it again, and lock it or not."""
    thread.archived = world.time.now() if on else 0.0
    thread.locked = thread.locked if locked is None else locked
    thread_changed(world, thread)


def thread_changed(world: World, thread: Channel) -> None:
    """Report what a thread is now."""
    world.events("THREAD_UPDATE", thread_shape(thread), thread)


def channel_changed(world: World, channel: Channel) -> None:
    """Report what a channel is now."""
    world.events("CHANNEL_UPDATE", channel_shape(world, channel), channel)


def delete_channel(world: World, channel: Channel) -> None:
    """Take a channel away with its threads, or a thread alone."""
    if channel.is_thread:
        shape: Body = {"id": channel.id, "guild_id": GUILD, "parent_id": channel.parent, "type": channel.type}
        world.events("THREAD_DELETE", shape, channel)
    else:
        for thread in world.threads_of(channel):
            delete_channel(world, thread)
        world.events("CHANNEL_DELETE", channel_shape(world, channel), channel)
    del world.channels[channel.id]


def join(world: World, user: str) -> None:
    """Somebody comes into the guild."""
    world.members[user] = None
    world.events("GUILD_MEMBER_ADD", member_shape(world, world.user(user)) | {"guild_id": GUILD}, None)


def leave(world: World, user: str) -> None:
    """Somebody leaves the guild."""
    del world.members[user]
    world.events("GUILD_MEMBER_REMOVE", {"guild_id": GUILD, "user": user_shape(world.user(user))}, None)


def _guild(channel: Channel) -> Body:
    return {} if channel.type == DIRECT else {"guild_id": GUILD}


def takes_messages(channel: Channel) -> bool:
    """Whether messages stand in it: in a forum they stand in its threads only."""
    return channel.type in {TEXT, DIRECT, THREAD}
