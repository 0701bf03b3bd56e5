"""Methods of the Web API that show views."""

from slack_loopback.limits import view_faults
from slack_loopback.methods_chat import required, with_ids
from slack_loopback.model import Body, View, Wrong
from slack_loopback.shapes import view_shape
from slack_loopback.workspace import VIEWS, Workspace


def open_view(workspace: Workspace, args: Body) -> Body:
    """views.open."""
    body = checked(args)
    user = workspace.pull(required(args, "trigger_id"))
    workspace.modals[user] = []
    return _shown(push_on(workspace, user, body))


def push(workspace: Workspace, args: Body) -> Body:
    """views.push."""
    body = checked(args)
    return _shown(push_on(workspace, workspace.pull(required(args, "trigger_id")), body))


def update(workspace: Workspace, args: Body) -> Body:
    """views.update, by id or by external id."""
    body = checked(args)
    wanted = args.get("view_id")
    for view in workspace.views():
        if wanted == view.id or (not wanted and args.get("external_id") == view.body.get("external_id")):
            if args.get("hash") and args["hash"] != view.at:
                raise Wrong("hash_conflict")
            replace(workspace, view, body)
            return _shown(view)
    raise Wrong("not_found")


def publish(workspace: Workspace, args: Body) -> Body:
    """views.publish."""
    body = checked(args)
    user = workspace.user(required(args, "user_id")).id
    if user in workspace.homes:
        replace(workspace, workspace.homes[user], body)
    else:
        id = workspace.new_id("V")
        workspace.homes[user] = View(id, user, body, workspace.ts(), id)
    return _shown(workspace.homes[user])


def checked(args: Body) -> Body:
    """A view that Slack takes, with an id for each of its blocks."""
    view: Body = args.get("view") or {}
    if not view:
        required(args, "view")
    if faults := list(view_faults(view)):
        raise Wrong("invalid_arguments", response_metadata={"messages": [f"[ERROR] {fault}" for fault in faults]})
    return view | {"blocks": with_ids(view.get("blocks", []))}


def push_on(workspace: Workspace, user: str, body: Body) -> View:
    """Put a modal on top of those in front of somebody."""
    stack = workspace.views_of(user)
    if len(stack) >= VIEWS:
        raise Wrong("push_limit_reached")
    id = workspace.new_id("V")
    stack.append(View(id, user, body, workspace.ts(), stack[0].root if stack else id, stack[-1].id if stack else None))
    return stack[-1]


def replace(workspace: Workspace, view: View, body: Body) -> None:
    """Show something else in a view; what was typed stays where the same input stays."""
    view.body, view.at, view.errors = body, workspace.ts(), {}
    view.typed = {id: text for id, text in view.typed.items() if id in view.inputs}


def _shown(view: View) -> Body:
    return {"view": view_shape(view)}
