"""What an acknowledgement does in front of the person who acted."""

from typing import TYPE_CHECKING

from slack_loopback import talking
from slack_loopback.methods_chat import content
from slack_loopback.methods_views import checked, push_on, replace
from slack_loopback.model import Body, Channel, Notice, User, View, Wrong
from slack_loopback.workspace import BOT_USER

if TYPE_CHECKING:
    from slack_loopback.server import Loopback


def command_answered(loopback: "Loopback", user: User, channel: Channel, ack: Body) -> None:
    """A slash command's acknowledgement: its text is shown to the person, or to all on request."""
    if not ack:
        return
    loopback.judge.message("acknowledged command", ack)
    if ack.get("response_type") == "in_channel":
        talking.post(loopback.workspace, channel, BOT_USER, ack.get("text", ""), blocks=content(ack))
        return
    notice = Notice(loopback.workspace.ts(), channel.id, user.id, ack.get("text", ""), content(ack))
    loopback.workspace.notices.append(notice)


def submission_answered(loopback: "Loopback", view: View, ack: Body) -> None:
    """A view's acknowledgement: nothing closes it, ``response_action`` does as it says."""
    stack = loopback.workspace.views_of(view.user)
    if view not in stack:
        return
    try:
        match ack.get("response_action"):
            case None:
                _unexpected(loopback, ack)
                stack.remove(view)
            case "clear":
                stack.clear()
            case "errors":
                _errors(loopback, view, ack["errors"])
            case "update":
                loopback.judge.view("acknowledged submission", ack["view"])
                replace(loopback.workspace, view, checked(ack))
            case "push":
                loopback.judge.view("acknowledged submission", ack["view"])
                push_on(loopback.workspace, view.user, checked(ack))
            case other:
                loopback.judge.blame("acknowledged submission", f"no such response_action: {other}")
    except Wrong as wrong:
        loopback.judge.blame("acknowledged submission", wrong.error)


def _unexpected(loopback: "Loopback", ack: Body) -> None:
    if ack:
        loopback.judge.blame("acknowledged submission", f"carries {sorted(ack)} and no response_action")


def _errors(loopback: "Loopback", view: View, errors: dict[str, str]) -> None:
    """Slack shows each beside its input, and says that it cannot connect where one names none."""
    unknown = sorted(set(errors) - set(view.inputs))
    if unknown or not errors:
        loopback.judge.blame("acknowledged submission", f"errors for no input of the view: {unknown}")
    view.errors = {id: text for id, text in errors.items() if id in view.inputs}
