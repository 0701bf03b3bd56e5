"""Methods of the Web API that read: conversations, people, and who is asking."""

from base64 import b64decode, b64encode

from slack_loopback.methods_chat import required
from slack_loopback.model import Body, Channel, Message, Wrong
from slack_loopback.shapes import channel_shape, message_shape, user_shape
from slack_loopback.workspace import APP, BOT, BOT_USER, Workspace

PAGE = 100
FIRST, LAST = "0000000000.000000", "9999999999.999999"


def auth_test(workspace: Workspace, args: Body) -> Body:
    """auth.test."""
    return {
        "url": "https://loopback.slack.com/",
        "team": "Loopback",
        "user": "copbot",
        "team_id": workspace.team,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def bot_info(workspace: Workspace, args: Body) -> Body:
    """bots.info."""
    workspace.need("users:read")
    if required(args, "bot") != BOT:
        raise Wrong("bot_not_found")
    return {"bot": {"id": BOT, "deleted": False, "name": "copbot", "updated": 1517400000, "app_id": APP, "user_id": BOT_USER, "icons": {}}}


def manifest(workspace: Workspace, args: Body) -> Body:
    """apps.manifest.export: as its owner left it."""
    if required(args, "app_id") != APP:
        raise Wrong("invalid_app_id")
    return {"manifest": workspace.manifest}


def history(workspace: Workspace, args: Body) -> Body:
    """conversations.history: newest first. With ``oldest`` and no ``latest``, the pages nearest to ``oldest`` come first."""
    channel = _readable(workspace, args)
    found = [one for one in _between(channel, args) if one.in_channel]
    forward = bool(args.get("oldest")) and not args.get("latest")
    page, more = _page(workspace, found if forward else found[::-1], args)
    return {"messages": _shapes(channel, page[::-1] if forward else page, args), "pin_count": 0} | more


def replies(workspace: Workspace, args: Body) -> Body:
    """conversations.replies: oldest first; the first page begins with the root."""
    channel = _readable(workspace, args)
    asked = channel.messages.get(required(args, "ts"))
    if asked is None:
        raise Wrong("thread_not_found")
    root = channel.messages.get(asked.thread or asked.ts, asked)
    found = [one for one in _between(channel, args) if one.is_reply and one.thread == root.ts]
    page, more = _page(workspace, [root, *found], args)
    return {"messages": _shapes(channel, page, args)} | more


def _readable(workspace: Workspace, args: Body) -> Channel:
    channel = workspace.seen_by_bot(required(args, "channel"))
    workspace.need(f"{channel.family}:history")
    if BOT_USER not in channel.members:
        raise Wrong("not_in_channel")
    return channel


def _between(channel: Channel, args: Body) -> list[Message]:
    oldest, latest = args.get("oldest") or FIRST, args.get("latest") or LAST
    messages = sorted(channel.messages.values(), key=lambda one: _number(one.ts))
    if args.get("inclusive"):
        return [one for one in messages if _number(oldest) <= _number(one.ts) <= _number(latest)]
    return [one for one in messages if _number(oldest) < _number(one.ts) < _number(latest)]


def _number(ts: str) -> int:
    seconds, _, micros = str(ts).partition(".")
    return int(seconds) * 1_000_000 + int(micros.ljust(6, "0")[:6])


def _page(workspace: Workspace, found: list[Message], args: Body) -> tuple[list[Message], Body]:
    start, size = _cursor(args), min(int(args.get("limit") or PAGE), workspace.largest_page)
    has_more = start + size < len(found)
    more: Body = {"has_more": has_more}
    if has_more:
        more["response_metadata"] = {"next_cursor": b64encode(f"next:{start + size}".encode()).decode()}
    return found[start : start + size], more


def _cursor(args: Body) -> int:
    try:
        return int(b64decode(args["cursor"]).decode().removeprefix("next:")) if args.get("cursor") else 0
    except ValueError:
        raise Wrong("invalid_cursor") from None


def _shapes(channel: Channel, messages: list[Message], args: Body) -> list[Body]:
    return [message_shape(one, channel, metadata=bool(args.get("include_all_metadata"))) for one in messages]


def info(workspace: Workspace, args: Body) -> Body:
    """conversations.info."""
    channel = workspace.seen_by_bot(required(args, "channel"))
    workspace.need(f"{channel.family}:read")
    return {"channel": channel_shape(channel)}


def open_direct(workspace: Workspace, args: Body) -> Body:
    """conversations.open."""
    workspace.need("im:write")
    user = workspace.user(required(args, "users"))
    if user.deleted:
        raise Wrong("user_disabled")
    if user.bot:
        raise Wrong("cannot_dm_bot")
    return {"channel": channel_shape(workspace.direct(user.id)), "no_op": False, "already_open": False}


def members(workspace: Workspace, args: Body) -> Body:
    """conversations.members."""
    channel = workspace.seen_by_bot(required(args, "channel"))
    workspace.need(f"{channel.family}:read")
    return {"members": channel.members, "response_metadata": {"next_cursor": ""}}


def list_channels(workspace: Workspace, args: Body) -> Body:
    """conversations.list."""
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im"}
    wanted = {kinds.get(kind, kind) for kind in str(args.get("types") or "public_channel").split(",")}
    workspace.need(*({"channel": "channels:read", "group": "groups:read"}.get(kind, "im:read") for kind in sorted(wanted)))
    seen = [one for one in workspace.channels.values() if one.kind in wanted and (one.kind == "channel" or BOT_USER in one.members)]
    return {"channels": [channel_shape(one) for one in seen], "response_metadata": {"next_cursor": ""}}


def user_info(workspace: Workspace, args: Body) -> Body:
    """users.info."""
    workspace.need("users:read")
    return {"user": user_shape(workspace.user(required(args, "user")))}
