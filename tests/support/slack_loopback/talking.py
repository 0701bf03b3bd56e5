"""What happens in channels, and how Slack reports it to the app. Everything here is done by somebody who may do it."""

import re

from slack_loopback.model import Body, Channel, Message, Upload, Wrong
from slack_loopback.shapes import message_shape, view_shape
from slack_loopback.workspace import BOT, BOT_USER, TEAM, Workspace

MENTION = re.compile(rf"<@{BOT_USER}(?:\|[^>]*)?>")


def post(
    workspace: Workspace,
    channel: Channel,
    user: str,
    text: str,
    *,
    thread: str | None = None,
    subtype: str | None = None,
    blocks: list[Body] | None = None,
    metadata: Body | None = None,
    files: list[Upload] | None = None,
) -> Message:
    """Put a message there."""
    if thread is not None and thread not in channel.messages:
        raise Wrong("thread_not_found")
    bot = workspace.users[user].bot if user in workspace.users else None
    root = channel.messages[thread].thread or thread if thread is not None else None
    message = Message(workspace.ts(), channel.id, user, text, bot, blocks or [], subtype, root, metadata, files=files or [])
    channel.messages[message.ts] = message
    _report(workspace, channel, _posted(channel, message))
    if message.bot is None and channel.kind != "im" and MENTION.search(text):
        shape = {key: value for key, value in message_shape(message).items() if key != "subtype"}
        _report(workspace, channel, shape | {"type": "app_mention", "event_ts": message.ts}, kind=False, scope="app_mentions:read")
    return message


def _posted(channel: Channel, message: Message) -> Body:
    event = message_shape(message, metadata=True)
    if message.is_reply:
        root = channel.messages[message.thread or message.ts]
        event["parent_user_id"] = root.user
        if message.subtype == "thread_broadcast":
            event["root"] = message_shape(root, channel)
    return event | {"event_ts": message.ts}


def edit(workspace: Workspace, channel: Channel, message: Message, text: str, blocks: list[Body] | None, *, by: str) -> None:
    """Change a message; a change that changes nothing is not reported."""
    before = message_shape(message, channel)
    if (message.text, message.blocks) == (text, blocks or []):
        return
    message.text, message.blocks = text, blocks or []
    message.edited = (by, workspace.ts())
    _changed(workspace, channel, message, before)


def unfurl(workspace: Workspace, channel: Channel, message: Message) -> None:
    """Slack puts a preview of a link under the message, which it reports as a change of it."""
    before = message_shape(message, channel)
    preview = [{"from_url": "https://example.org", "id": 1, "fallback": "An example", "title": "An example"}]
    _changed(workspace, channel, message, before, attachments=preview)


def _changed(workspace: Workspace, channel: Channel, message: Message, before: Body, **beside: object) -> None:
    after = message_shape(message, channel, metadata=True) | beside
    event = {"type": "message", "subtype": "message_changed", "hidden": True, "message": after, "previous_message": before}
    _report(workspace, channel, event | {"ts": workspace.ts()})


def delete(workspace: Workspace, channel: Channel, message: Message) -> None:
    """Take a message away; of a root with replies a tombstone stays."""
    before = message_shape(message, channel)
    if not message.is_reply and channel.replies(message.ts):
        stone = Message(message.ts, channel.id, "USLACKBOT", "This message was deleted.", subtype="tombstone", thread=message.ts)
        channel.messages[message.ts] = stone
        _changed(workspace, channel, stone, before)
        return
    del channel.messages[message.ts]
    event = {"type": "message", "subtype": "message_deleted", "hidden": True, "deleted_ts": message.ts, "previous_message": before}
    _report(workspace, channel, event | {"ts": workspace.ts()})


def react(workspace: Workspace, channel: Channel, message: Message, user: str, name: str, *, on: bool) -> None:
    """Put somebody's reaction on a message, or take it off."""
    by = message.reactions.setdefault(name, [])
    if on == (user in by):
        raise Wrong("already_reacted" if on else "no_reaction")
    (by.append if on else by.remove)(user)
    if not by:
        del message.reactions[name]
    item = {"type": "message", "channel": channel.id, "ts": message.ts}
    event = {
        "type": "reaction_added" if on else "reaction_removed",
        "user": user,
        "reaction": name,
        "item": item,
        "item_user": message.user,
    }
    _report(workspace, channel, event, kind=False, scope="reactions:read")


def pin(workspace: Workspace, channel: Channel, message: Message, *, on: bool) -> None:
    """Pin a message, or take the pin off."""
    if message.pinned == on:
        raise Wrong("already_pinned" if on else "no_pin")
    message.pinned = on


def join(workspace: Workspace, channel: Channel, user: str) -> None:
    """Somebody comes into the channel."""
    if user not in channel.members:
        channel.members.append(user)
        _membership(workspace, channel, user, "member_joined_channel")


def leave(workspace: Workspace, channel: Channel, user: str) -> None:
    """Somebody leaves the channel."""
    if user in channel.members:
        _membership(workspace, channel, user, "member_left_channel")
        channel.members.remove(user)


def _membership(workspace: Workspace, channel: Channel, user: str, type: str) -> None:
    event = {"type": type, "user": user, "team": TEAM, "channel_type": {"channel": "C", "group": "G"}.get(channel.kind, "D")}
    _report(workspace, channel, event, kind=False, scope=f"{channel.family}:read")


def open_home(workspace: Workspace, user: str, tab: str = "home") -> None:
    """Somebody looks at the app's own page."""
    home = workspace.homes.get(user)
    event: Body = {"type": "app_home_opened", "user": user, "channel": workspace.direct(user).id, "tab": tab, "event_ts": workspace.ts()}
    workspace.events(event | ({"view": view_shape(home)} if home and tab == "home" else {}))


def _report(workspace: Workspace, channel: Channel, event: Body, *, kind: bool = True, scope: str = "") -> None:
    """Tell the app, if it is in the channel and was granted to read it."""
    if BOT_USER not in channel.members or (scope or f"{channel.family}:history") not in workspace.scopes:
        return
    named = event if event["type"] in {"reaction_added", "reaction_removed"} else event | {"channel": channel.id}
    workspace.events(named | ({"channel_type": channel.kind} if kind else {}) | {"event_ts": event.get("event_ts") or workspace.ts()})


def by_bot(message: Message) -> Message:
    """The message, if it is the app's own."""
    if message.bot != BOT:
        raise Wrong("cant_update_message")
    return message
