"""How Slack writes down what is there: the objects inside its answers and events."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from slack_loopback.model import Body, Channel, Message, Upload, User, View
from slack_loopback.workspace import APP, BOT, BOT_USER, TEAM


def user_shape(user: User) -> Body:
    """An account, as users.info gives it."""
    offset = datetime.now(UTC).astimezone(ZoneInfo(user.tz)).utcoffset()
    return {
        "id": user.id,
        "team_id": TEAM,
        "name": user.name.lower(),
        "deleted": user.deleted,
        "real_name": user.name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": {
            "real_name": user.name,
            "display_name": user.name,
            "real_name_normalized": user.name,
            "display_name_normalized": user.name,
        },
        "is_bot": user.bot is not None,
        "is_app_user": False,
        "updated": 1517425200,
    }


def channel_shape(channel: Channel) -> Body:
    """A channel, as conversations.info gives it."""
    base: Body = {"id": channel.id, "created": 1517425200, "is_archived": channel.archived, "updated": 1517425200000}
    if channel.kind == "im":
        return base | {"is_im": True, "user": next(one for one in channel.members if one != BOT_USER), "is_open": True}
    return base | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.kind == "group",
        "is_member": BOT_USER in channel.members,
        "is_general": False,
        "is_shared": False,
        "creator": BOT_USER,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def file_shape(file: Upload) -> Body:
    """A file."""
    return {
        "id": file.id,
        "created": 1517425200,
        "timestamp": 1517425200,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": "text/calendar" if file.name.endswith(".ics") else "text/plain",
        "filetype": file.name.rpartition(".")[2],
        "user": file.user,
        "size": file.length,
        "alt_txt": file.alt,
        "pretty_type": "Calendar",
        "mode": "hosted",
        "editable": False,
        "is_external": False,
        "external_type": "",
        "is_public": True,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "permalink": f"https://loopback.slack.com/files/{file.id}",
        "channels": [],
        "groups": [],
    }


def message_shape(message: Message, channel: Channel | None = None, *, metadata: bool = False) -> Body:
    """A message. ``channel``: with its thread's figures, as history gives it; ``metadata``: with what the app put beside it."""
    shape: Body = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts, "team": TEAM}
    if message.subtype:
        shape["subtype"] = message.subtype
    if message.subtype == "tombstone":
        shape |= {"hidden": True}
    if message.bot:
        shape |= {"bot_id": message.bot}
    if message.bot == BOT and not message.subtype:
        shape |= {
            "app_id": APP,
            "bot_profile": {"id": BOT, "app_id": APP, "name": "copbot", "deleted": False, "updated": 1, "icons": {}, "team_id": TEAM},
        }
    if message.bot is None:
        shape["client_msg_id"] = f"c{message.ts}"
    if message.blocks:
        shape["blocks"] = message.blocks
    if message.thread:
        shape["thread_ts"] = message.thread
    if message.edited:
        shape["edited"] = {"user": message.edited[0], "ts": message.edited[1]}
    if message.files:
        shape |= {"files": [file_shape(file) for file in message.files], "upload": False}
    if message.reactions:
        shape["reactions"] = [{"name": name, "users": by, "count": len(by)} for name, by in message.reactions.items()]
    if message.pinned:
        shape["pinned_to"] = [message.channel]
    if metadata and message.metadata:
        shape["metadata"] = message.metadata
    return shape | (_thread(message, channel) if channel else {})


def _thread(message: Message, channel: Channel) -> Body:
    replies = channel.replies(message.ts)
    if message.is_reply:
        root = channel.messages.get(message.thread or "")
        shown = {"root": message_shape(root, channel)} if root and message.subtype == "thread_broadcast" else {}
        return {"parent_user_id": root.user, **shown} if root else {}
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "reply_users": users,
        "latest_reply": replies[-1].ts,
        "subscribed": False,
        "is_locked": False,
    }


def view_shape(view: View) -> Body:
    """A view, as answers and interactions carry it; ``state`` is what stands in it now."""
    from slack_loopback.filling import state_of

    return {
        "id": view.id,
        "team_id": TEAM,
        "app_id": APP,
        "app_installed_team_id": TEAM,
        "bot_id": BOT,
        "callback_id": "",
        "private_metadata": "",
        "external_id": "",
        "title": {"type": "plain_text", "text": "View Title", "emoji": True},
        "close": None,
        "submit": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "previous_view_id": view.previous,
        "root_view_id": view.root,
        "hash": view.at,
        **view.body,
        "state": {"values": state_of(view)},
    }
