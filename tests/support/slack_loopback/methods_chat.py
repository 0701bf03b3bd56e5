"""Methods of the Web API that write: chat, reactions, pins."""

from slack_loopback import talking
from slack_loopback.limits import block_faults
from slack_loopback.model import Body, Channel, Message, Notice, Wrong
from slack_loopback.shapes import message_shape
from slack_loopback.workspace import BOT_USER, Workspace

TEXT = 4000
"""docs.slack.dev/reference/methods/chat.update: msg_too_long. chat.postMessage would cut at 40,000 and recommends 4,000."""

METADATA = 8000
"""Slack does not publish the size from which it answers metadata_too_large."""


def post_message(workspace: Workspace, args: Body) -> Body:
    """chat.postMessage."""
    workspace.need("chat:write")
    channel = _destination(workspace, args)
    blocks = content(args)
    if len(str(args.get("metadata", ""))) > METADATA:
        raise Wrong("metadata_too_large")
    broadcast = "thread_broadcast" if args.get("reply_broadcast") else None
    message = talking.post(
        workspace,
        channel,
        BOT_USER,
        args.get("text", ""),
        thread=args.get("thread_ts"),
        subtype=broadcast,
        blocks=blocks,
        metadata=args.get("metadata"),
    )
    return {"channel": channel.id, "ts": message.ts, "message": message_shape(message)}


def _destination(workspace: Workspace, args: Body) -> Channel:
    """A channel; an account's id stands for its direct messages."""
    id = required(args, "channel")
    return workspace.direct(id) if id in workspace.users else workspace.open_to_bot(id)


def content(args: Body) -> list[Body]:
    """The blocks of a message that Slack takes, each with an id."""
    blocks = args.get("blocks") or []
    if not (args.get("text") or args.get("markdown_text") or blocks or args.get("attachments")):
        raise Wrong("no_text")
    if len(args.get("text") or "") > TEXT:
        raise Wrong("msg_too_long")
    if faults := list(block_faults(blocks)):
        raise Wrong("invalid_blocks", response_metadata={"messages": [f"[ERROR] {fault}" for fault in faults]})
    return with_ids(blocks)


def with_ids(blocks: list[Body]) -> list[Body]:
    """Blocks as Slack keeps them: those without an id get one."""
    return [{"block_id": f"b{number}", **block} for number, block in enumerate(blocks)]


def update(workspace: Workspace, args: Body) -> Body:
    """chat.update."""
    workspace.need("chat:write")
    channel, message = _own(workspace, args, "cant_update_message")
    talking.edit(workspace, channel, message, args.get("text", ""), content(args), by=BOT_USER)
    if args.get("metadata"):
        message.metadata = args["metadata"]
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message_shape(message)}


def delete(workspace: Workspace, args: Body) -> Body:
    """chat.delete."""
    workspace.need("chat:write")
    channel, message = _own(workspace, args, "cant_delete_message")
    talking.delete(workspace, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def _own(workspace: Workspace, args: Body, otherwise: str) -> tuple[Channel, Message]:
    channel = workspace.seen_by_bot(required(args, "channel"))
    message = workspace.message(channel, required(args, "ts"))
    if message.user != BOT_USER:
        raise Wrong(otherwise)
    if channel.archived:
        raise Wrong("is_archived")
    return channel, message


def post_ephemeral(workspace: Workspace, args: Body) -> Body:
    """chat.postEphemeral."""
    workspace.need("chat:write")
    channel = workspace.open_to_bot(required(args, "channel"))
    user = required(args, "user")
    if user not in channel.members:
        raise Wrong("user_not_in_channel")
    notice = Notice(workspace.ts(), channel.id, user, args.get("text", ""), content(args), args.get("thread_ts"))
    workspace.notices.append(notice)
    return {"message_ts": notice.ts}


def add_reaction(workspace: Workspace, args: Body) -> Body:
    """reactions.add."""
    return _react(workspace, args, on=True)


def remove_reaction(workspace: Workspace, args: Body) -> Body:
    """reactions.remove."""
    return _react(workspace, args, on=False)


def _react(workspace: Workspace, args: Body, *, on: bool) -> Body:
    workspace.need("reactions:write")
    channel = workspace.open_to_bot(required(args, "channel"))
    name = required(args, "name")
    if not name.isascii() or ":" in name.replace("::skin-tone-", ""):
        raise Wrong("invalid_name")
    message = workspace.message(channel, required(args, "timestamp"))
    talking.react(workspace, channel, message, BOT_USER, name, on=on)
    return {}


def add_pin(workspace: Workspace, args: Body) -> Body:
    """pins.add."""
    return _pin(workspace, args, on=True)


def remove_pin(workspace: Workspace, args: Body) -> Body:
    """pins.remove."""
    return _pin(workspace, args, on=False)


def _pin(workspace: Workspace, args: Body, *, on: bool) -> Body:
    workspace.need("pins:write")
    channel = workspace.open_to_bot(required(args, "channel"))
    talking.pin(workspace, channel, workspace.message(channel, required(args, "timestamp")), on=on)
    return {}


def required(args: Body, name: str) -> str:
    """An argument that must be there."""
    if not args.get(name):
        raise Wrong("invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name}"]})
    return str(args[name])
