"""What Slack sends when somebody uses a command, a button, a shortcut or a view."""

from slack_loopback.model import Body, Channel, Message, Notice, User, View
from slack_loopback.shapes import message_shape, view_shape
from slack_loopback.workspace import APP, Workspace

DOMAIN = "loopback"


def slash(workspace: Workspace, user: User, channel: Channel, command: str, text: str) -> Body:
    """A slash command."""
    return {
        "token": "verification",
        "team_id": workspace.team,
        "team_domain": DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user.id,
        "user_name": user.name.lower(),
        "command": command,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": workspace.response(user.id, channel.id, None),
        "trigger_id": workspace.trigger(user.id),
    }


def _base(workspace: Workspace, user: User, type: str) -> Body:
    return {
        "type": type,
        "user": {"id": user.id, "username": user.name.lower(), "name": user.name.lower(), "team_id": workspace.team},
        "api_app_id": APP,
        "token": "verification",
        "trigger_id": workspace.trigger(user.id),
        "team": {"id": workspace.team, "domain": DOMAIN},
        "is_enterprise_install": False,
    }


def _view(workspace: Workspace, view: View) -> Body:
    return view_shape(view) | {"team_id": workspace.team, "app_installed_team_id": workspace.team}


def _action(workspace: Workspace, block: str, button: Body) -> Body:
    kept: Body = {name: button[name] for name in ("action_id", "text", "value", "style", "url") if name in button}
    return {**kept, "type": "button", "block_id": block, "action_ts": workspace.ts()}


def press(workspace: Workspace, user: User, channel: Channel, message: Message, block: str, button: Body) -> Body:
    """A button under a message."""
    thread = {"thread_ts": message.thread} if message.thread else {}
    return _base(workspace, user, "block_actions") | {
        "container": {"type": "message", "message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": False, **thread},
        "channel": {"id": channel.id, "name": channel.name},
        "message": message_shape(message, channel),
        "state": {"values": {}},
        "response_url": workspace.response(user.id, channel.id, message.thread),
        "actions": [_action(workspace, block, button)],
    }


def press_notice(workspace: Workspace, user: User, channel: Channel, notice: Notice, block: str, button: Body) -> Body:
    """A button in what this person alone is shown."""
    thread = {"thread_ts": notice.thread} if notice.thread else {}
    return _base(workspace, user, "block_actions") | {
        "container": {"type": "message", "message_ts": notice.ts, "channel_id": channel.id, "is_ephemeral": True, **thread},
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": {}},
        "response_url": workspace.response(user.id, channel.id, notice.thread),
        "actions": [_action(workspace, block, button)],
    }


def press_view(workspace: Workspace, user: User, view: View, block: str, button: Body) -> Body:
    """A button in a modal or in the home tab."""
    return _base(workspace, user, "block_actions") | {
        "container": {"type": "view", "view_id": view.id},
        "view": _view(workspace, view),
        "actions": [_action(workspace, block, button)],
    }


def shortcut(workspace: Workspace, user: User, channel: Channel, message: Message, callback: str) -> Body:
    """A message shortcut."""
    return _base(workspace, user, "message_action") | {
        "callback_id": callback,
        "action_ts": workspace.ts(),
        "message_ts": message.ts,
        "message": message_shape(message, channel),
        "channel": {"id": channel.id, "name": channel.name},
        "response_url": workspace.response(user.id, channel.id, message.thread),
    }


def submission(workspace: Workspace, user: User, view: View) -> Body:
    """A modal, submitted."""
    return _base(workspace, user, "view_submission") | {"view": _view(workspace, view), "response_urls": []}


def closing(workspace: Workspace, user: User, view: View) -> Body:
    """A modal, closed by its person."""
    payload = _base(workspace, user, "view_closed") | {"view": _view(workspace, view), "is_cleared": False}
    del payload["trigger_id"]
    return payload
