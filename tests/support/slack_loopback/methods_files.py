"""Methods of the Web API for files, which are uploaded in three steps."""

from slack_loopback import talking
from slack_loopback.methods_chat import required
from slack_loopback.model import Body, Upload, Wrong
from slack_loopback.shapes import file_shape
from slack_loopback.workspace import BOT_USER, Workspace


def upload_url(workspace: Workspace, args: Body) -> Body:
    """files.getUploadURLExternal."""
    workspace.need("files:write")
    name, length = required(args, "filename"), int(required(args, "length"))
    file = Upload(workspace.new_id("F"), BOT_USER, name, length, alt=args.get("alt_txt") or "")
    workspace.files[file.id] = file
    return {"upload_url": f"{workspace.address}/upload/{file.id}", "file_id": file.id}


def uploaded(workspace: Workspace, id: str, content: bytes) -> None:
    """The second step."""
    file = workspace.files.get(id)
    if file is None or len(content) != file.length:
        raise Wrong("file_upload_size_mismatch")
    file.content = content


def complete(workspace: Workspace, args: Body) -> Body:
    """files.completeUploadExternal: shares the files, in a channel as one message."""
    workspace.need("files:write")
    files = [_uploaded(workspace, one) for one in args.get("files") or []]
    if not files:
        required(args, "files")
    if args.get("channel_id"):
        channel = workspace.open_to_bot(args["channel_id"])
        text = args.get("initial_comment") or ""
        talking.post(workspace, channel, BOT_USER, text, thread=args.get("thread_ts"), subtype="file_share", files=files)
    for file in files:
        file.shared = True
    return {"files": [file_shape(file) for file in files]}


def _uploaded(workspace: Workspace, asked: Body) -> Upload:
    file = workspace.files.get(asked.get("id", ""))
    if file is None or file.content is None or file.shared:
        raise Wrong("file_not_found")
    file.title = asked.get("title") or file.name
    return file


def info(workspace: Workspace, args: Body) -> Body:
    """files.info."""
    workspace.need("files:read")
    file = workspace.files.get(required(args, "file"))
    if file is None:
        raise Wrong("file_not_found")
    return {"file": file_shape(file)}


def delete(workspace: Workspace, args: Body) -> Body:
    """files.delete: takes the file out of the messages it is in, and those away that show nothing else."""
    workspace.need("files:write")
    file = workspace.files.pop(required(args, "file"), None)
    if file is None:
        raise Wrong("file_not_found")
    for channel in workspace.channels.values():
        for message in [one for one in channel.messages.values() if file in one.files]:
            message.files.remove(file)
            if not message.files and not message.text:
                talking.delete(workspace, channel, message)
    return {}
