"""The Web API: reads a request in any of the forms that Slack takes, checks the token, does it, and answers - or fails on request."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from slack_loopback import methods_chat as chat
from slack_loopback import methods_files as files
from slack_loopback import methods_reading as reading
from slack_loopback import methods_views as views
from slack_loopback.faults import DONE, Faults, Kind
from slack_loopback.judge import Judge
from slack_loopback.model import Body, Notice, Wrong
from slack_loopback.workspace import Workspace

METHODS = {
    "apps.manifest.export": reading.manifest,
    "auth.test": reading.auth_test,
    "bots.info": reading.bot_info,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "chat.delete": chat.delete,
    "chat.postEphemeral": chat.post_ephemeral,
    "conversations.history": reading.history,
    "conversations.replies": reading.replies,
    "conversations.info": reading.info,
    "conversations.open": reading.open_direct,
    "conversations.members": reading.members,
    "conversations.list": reading.list_channels,
    "users.info": reading.user_info,
    "reactions.add": chat.add_reaction,
    "reactions.remove": chat.remove_reaction,
    "pins.add": chat.add_pin,
    "pins.remove": chat.remove_pin,
    "views.open": views.open_view,
    "views.update": views.update,
    "views.push": views.push,
    "views.publish": views.publish,
    "files.getUploadURLExternal": files.upload_url,
    "files.completeUploadExternal": files.complete,
    "files.info": files.info,
    "files.delete": files.delete,
}
CONNECT = "apps.connections.open"
TOKENS = {CONNECT: "xapp", "apps.manifest.export": "xoxe"}
"""Methods that take another token than the bot's."""

CONFIG_TOKEN = "xoxe.xoxp-1-loopback"
OBJECTS = frozenset({"blocks", "attachments", "view", "metadata", "files"})
FLAGS = frozenset(
    [
        "reply_broadcast",
        "unfurl_links",
        "unfurl_media",
        "mrkdwn",
        "link_names",
        "inclusive",
        "include_all_metadata",
        "include_locale",
        "return_im",
        "exclude_archived",
        "include_num_members",
        "as_user",
        "prevent_creation",
    ]
)
NUMBERS = frozenset({"limit", "length"})


@dataclass(frozen=True)
class Call:
    """One request of the app's. ``error`` is what it was told, if it was refused."""

    method: str
    args: Body
    error: str | None


class WebApi:
    """The requests, on one workspace. ``calls`` is every one of them, in order."""

    def __init__(self, workspace: Workspace, judge: Judge, bot_token: str, app_token: str) -> None:
        self.faults = Faults()
        self.calls: list[Call] = []
        self.revoked: set[str] = set()
        self.ticket: Callable[[], str] = str
        self._workspace = workspace
        self._judge = judge
        self._tokens = {"xoxb": bot_token, "xapp": app_token, "xoxe": CONFIG_TOKEN}

    def grant(self, bot_token: str) -> None:
        """Take this token of the bot's from now on, and no other."""
        self._tokens["xoxb"] = bot_token

    async def call(self, request: web.Request) -> web.StreamResponse:
        """``/api/METHOD``."""
        method = request.match_info["method"]
        args = _typed(await _arguments(request))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or args.pop("token", "")
        self._judge.request(method, args)
        if seconds := self.faults.wait(method, str(args.get("channel", "")), self._workspace.time.now()):
            return _patience(seconds)
        return await self._failing(method, request, lambda: self._answer(method, args, token))

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """The address that files.getUploadURLExternal gives: the bytes themselves, or a form with a file in it."""
        content = await _content(request)
        return await self._failing("upload", request, lambda: self._upload(request.match_info["id"], content))

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """A response_url."""
        body: Body = await request.json()
        if not body.get("delete_original"):
            self._judge.message("response_url", body)
        return await self._failing("response_url", request, lambda: self._respond(request.match_info["id"], body))

    async def _failing(self, method: str, request: web.Request, do: Callable[[], web.Response]) -> web.StreamResponse:
        kind = self.faults.next(method)
        await self.faults.kept_waiting(method, done=False)
        done = do() if kind is None or kind in DONE else web.Response()
        await self.faults.kept_waiting(method, done=True)
        match kind:
            case None:
                return done
            case Kind.LOST | Kind.CUT:
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()
            case Kind.LATER:
                return _patience(1)
            case Kind.INTERNAL | Kind.INTERNAL_DONE:
                return web.json_response({"ok": False, "error": "internal_error"})
            case _:
                return web.Response(status=503 if kind is Kind.BROKEN else 504, text="<html>upstream</html>", content_type="text/html")

    def _answer(self, method: str, args: Body, token: str) -> web.Response:
        headers = {"x-oauth-scopes": ",".join(sorted(self._workspace.scopes)), "x-slack-req-id": "loopback"}
        try:
            body = {"ok": True} | self._do(method, args, token)
        except Wrong as wrong:
            self.calls.append(Call(method, args, wrong.error))
            return web.json_response({"ok": False, "error": wrong.error, **wrong.beside}, headers=headers)
        self.calls.append(Call(method, args, None))
        self._judge.answer(method, body)
        return web.json_response(body, headers=headers)

    def _do(self, method: str, args: Body, token: str) -> Body:
        self._authorise(token, TOKENS.get(method, "xoxb"))
        if denied := self.faults.denied(method):
            raise Wrong(denied)
        if method == CONNECT:
            return {"url": self.ticket()}
        if method not in METHODS:
            raise Wrong("unknown_method", req_method=method)
        return METHODS[method](self._workspace, args)

    def _authorise(self, token: str, wanted: str) -> None:
        if not token:
            raise Wrong("not_authed")
        if token in self.revoked:
            raise Wrong("token_revoked")
        if token not in self._tokens.values():
            raise Wrong("invalid_auth")
        if token != self._tokens[wanted]:
            raise Wrong("not_allowed_token_type")

    def _upload(self, id: str, content: bytes) -> web.Response:
        try:
            files.uploaded(self._workspace, id, content)
        except Wrong as wrong:
            return web.Response(status=400, text=wrong.error)
        return web.Response(text=f"OK - {len(content)}")

    def _respond(self, id: str, body: Body) -> web.Response:
        try:
            user, channel, thread = self._workspace.respond(id)
            if body.get("response_type") == "in_channel":
                self._judge.blame("response_url", "says in public what should be private")
            if not body.get("delete_original"):
                self._workspace.notices.append(
                    Notice(self._workspace.ts(), channel, user, body.get("text", ""), chat.content(body), body.get("thread_ts") or thread)
                )
        except Wrong as wrong:
            return web.json_response({"ok": False, "error": wrong.error}, status=404 if wrong.error.endswith("_url") else 400)
        return web.Response(text="ok")


def _patience(seconds: int) -> web.Response:
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(seconds)})


async def _arguments(request: web.Request) -> Body:
    args: Body = dict(request.query)
    if request.content_type == "application/json":
        body: Body = json.loads(await request.read() or b"{}")
        return args | body
    return args | dict(await request.post())


def _typed(args: Body) -> Body:
    return {name: _value(name, value) for name, value in args.items()}


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in FLAGS and value.lower() in {"1", "true", "0", "false"}:
        return value.lower() in {"1", "true"}
    if name in NUMBERS and value.isdigit():
        return int(value)
    return json.loads(value) if name in OBJECTS and value[:1] in {"{", "["} else value


async def _content(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    form = await request.post()
    field = next(iter(form.values()))
    return field.file.read() if isinstance(field, web.FileField) else str(field).encode()
