"""Requests about messages: sending, changing, reading, reactions, pins."""

from urllib.parse import unquote

from discord_loopback import talking
from discord_loopback.calls import Call, parts_of, remembered
from discord_loopback.model import DIRECT, Body, Channel, Message, Upload, Wrong, invalid
from discord_loopback.shapes import instant, message_shape, user_shape
from discord_loopback.world import BOT_USER, World

MOST_PINS = 250
MOST_REACTIONS = 20


def create(world: World, call: Call) -> Body:
    """create_message."""
    channel = open_to_bot(world, call.path["channel_id"])
    if call.files:
        world.need(channel, "ATTACH_FILES")
    nonce = str(call.body["nonce"]) if call.body.get("nonce") is not None else None
    if nonce is not None and call.body.get("enforce_nonce"):
        known = remembered(world, channel.id, BOT_USER, nonce)
        if known is not None:
            return message_shape(world, world.message(channel, known), nonce=True)
    parts = parts_of(call, call.body)
    message = talking.post(
        world, channel, BOT_USER, call.body.get("content") or "", nonce=nonce, **parts, **_reply(world, channel, call.body)
    )
    if nonce is not None:
        world.nonces[channel.id, BOT_USER, nonce] = (message.id, world.time.now())
    return message_shape(world, message, nonce=True)


def _reply(world: World, channel: Channel, body: Body) -> Body:
    reference = body.get("message_reference")
    if not reference:
        return {}
    world.need(channel, "READ_MESSAGE_HISTORY")
    if str(reference["message_id"]) not in channel.messages:
        if reference.get("fail_if_not_exists", True):
            raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return {}
    return {"type": 19, "answers": str(reference["message_id"])}


def open_to_bot(world: World, id: str) -> Channel:
    """A channel or thread that the bot may write in."""
    channel = world.seen_by_bot(id)
    if not talking.takes_messages(channel):
        raise Wrong(400, 50008, "Cannot send messages in a non-text channel")
    if channel.type == DIRECT:
        if any(world.user(one).shut for one in channel.members):
            raise Wrong(403, 50007, "Cannot send messages to this user")
        return channel
    world.need(channel, "SEND_MESSAGES_IN_THREADS" if channel.is_thread else "SEND_MESSAGES")
    unlocked(world, channel)
    return channel


def unlocked(world: World, channel: Channel) -> None:
    """Refuse where only those who manage threads may go on with one."""
    if channel.locked and not world.may(BOT_USER, channel, "MANAGE_THREADS"):
        raise Wrong(400, 50083, "Thread is archived") if channel.archived else Wrong(400, 160005, "Thread is locked")


def listed(world: World, call: Call) -> list[Body]:
    """list_messages: the newest first, whichever end the page is counted from."""
    channel = world.seen_by_bot(call.path["channel_id"])
    if not talking.takes_messages(channel):
        raise Wrong(400, 50024, "Cannot execute action on this channel type")
    limit = min(call.number("limit", 1, 100, 50), world.largest_page)
    if channel.type != DIRECT and not world.may(BOT_USER, channel, "READ_MESSAGE_HISTORY"):
        return []
    return [message_shape(world, one) for one in reversed(_page(channel, call, limit))]


def _page(channel: Channel, call: Call, limit: int) -> list[Message]:
    """Oldest first."""
    ordered = sorted(channel.messages.values(), key=lambda one: int(one.id))
    if after := call.query.get("after"):
        return [one for one in ordered if int(one.id) > int(after)][:limit]
    if before := call.query.get("before"):
        ordered = [one for one in ordered if int(one.id) < int(before)]
    elif around := call.query.get("around"):
        earlier = [one for one in ordered if int(one.id) < int(around)][-(limit // 2) :]
        return [*earlier, *[one for one in ordered if int(one.id) >= int(around)][: limit - limit // 2]]
    return ordered[-limit:]


def one(world: World, call: Call) -> Body:
    """get_message."""
    channel = world.seen_by_bot(call.path["channel_id"])
    world.need(channel, "READ_MESSAGE_HISTORY")
    return message_shape(world, world.message(channel, call.path["message_id"]))


def update(world: World, call: Call) -> Body:
    """update_message: fields that are not named stay as they are."""
    channel, message = _addressed(world, call)
    if message.author != BOT_USER:
        raise Wrong(403, 50005, "Cannot edit a message authored by another user")
    _not_archived(channel)
    change(world, channel, message, call)
    return message_shape(world, message)


def change(world: World, channel: Channel, message: Message, call: Call, *, quietly: bool = False) -> None:
    """Replace what a request names of a message; ``quietly`` where nobody is told, as of what one person alone is shown."""
    named = call.body
    whole = {
        "content": named.get("content", message.content),
        "components": named.get("components", message.components),
        "embeds": named.get("embeds", message.embeds),
    }
    kept = _kept_files(message, named)
    parts = parts_of(
        Call(call.path, body={**named, **whole, "attachments": named.get("attachments") or []}, files=call.files), named | whole
    )
    files = [*kept, *parts["files"]]
    if not whole["content"] and not whole["embeds"] and not whole["components"] and not files:
        raise Wrong(400, 50006, "Cannot send an empty message")
    changed = {"content": (whole["content"] or "").strip(), "components": parts["components"], "embeds": parts["embeds"], "files": files}
    if quietly:
        for name, value in changed.items():
            setattr(message, name, value)
    else:
        talking.edit(world, channel, message, **changed)


def _kept_files(message: Message, named: Body) -> list[Upload]:
    if "attachments" not in named:
        return message.files
    ids = {str(one.get("id")) for one in named["attachments"] or []}
    return [file for file in message.files if file.id in ids]


def delete(world: World, call: Call) -> None:
    """delete_message."""
    channel, message = _addressed(world, call)
    if message.author != BOT_USER:
        world.need(channel, "MANAGE_MESSAGES")
    _not_archived(channel)
    talking.delete(world, channel, message)


def react(world: World, call: Call) -> None:
    """add_my_message_reaction."""
    channel, message = _addressed(world, call)
    emoji = unquote(call.path["emoji_name"])
    if channel.type != DIRECT:
        world.need(channel, "READ_MESSAGE_HISTORY", *(() if emoji in message.reactions else ("ADD_REACTIONS",)))
    _not_archived(channel)
    if emoji.isascii() and ":" not in emoji:
        raise Wrong(400, 10014, "Unknown Emoji")
    if emoji not in message.reactions and len(message.reactions) >= MOST_REACTIONS:
        raise Wrong(400, 30010, "Maximum number of reactions reached (20)")
    talking.react(world, channel, message, BOT_USER, emoji, on=True)


def unreact(world: World, call: Call) -> None:
    """delete_my_message_reaction."""
    channel, message = _addressed(world, call)
    talking.react(world, channel, message, BOT_USER, unquote(call.path["emoji_name"]), on=False)


def reacted(world: World, call: Call) -> list[Body]:
    """list_message_reactions_by_emoji, by id of the account."""
    channel, message = _addressed(world, call)
    world.need(channel, "READ_MESSAGE_HISTORY")
    after, limit = int(call.query.get("after", 0)), call.number("limit", 1, 100, 25)
    by = sorted(message.reactions.get(unquote(call.path["emoji_name"]), ()), key=int)
    return [user_shape(world.user(one)) for one in by if int(one) > after][:limit]


def pin(world: World, call: Call) -> None:
    """create_pin."""
    channel, message = _addressed(world, call)
    world.need(channel, *_pinning(channel))
    _not_archived(channel)
    if not message.pinned and sum(bool(one.pinned) for one in channel.messages.values()) >= MOST_PINS:
        raise Wrong(400, 30003, "Maximum number of pins reached (250)")
    talking.pin(world, channel, message, BOT_USER, on=True)


def unpin(world: World, call: Call) -> None:
    """delete_pin."""
    channel, message = _addressed(world, call)
    world.need(channel, *_pinning(channel))
    talking.pin(world, channel, message, BOT_USER, on=False)


def pins(world: World, call: Call) -> Body:
    """list_pins, the last pinned first."""
    channel = world.seen_by_bot(call.path["channel_id"])
    world.need(channel, "READ_MESSAGE_HISTORY")
    found = sorted((one for one in channel.messages.values() if one.pinned), key=lambda one: one.pinned, reverse=True)
    return {"items": [{"pinned_at": instant(one.pinned), "message": message_shape(world, one)} for one in found], "has_more": False}


def _pinning(channel: Channel) -> tuple[str, ...]:
    return () if channel.type == DIRECT else ("PIN_MESSAGES",)


def _addressed(world: World, call: Call) -> tuple[Channel, Message]:
    channel = world.seen_by_bot(call.path["channel_id"])
    return channel, world.message(channel, call.path["message_id"])


def _not_archived(channel: Channel) -> None:
    if channel.archived:
        raise Wrong(400, 50083, "Thread is archived")
