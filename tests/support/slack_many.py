"""Several workspaces behind one Slack: installing by OAuth, and an API that knows each by the token of its installation."""

from base64 import b64decode
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientSession, web
from slack_loopback.deliveries import Deliveries, Delivery
from slack_loopback.model import Body
from slack_loopback.schemas import response_faults
from slack_loopback.server import Loopback, envelope
from slack_loopback.workspace import APP, BOT_USER

from copbot_slack.manifest import INSTALL, REDIRECT

CLIENT_ID, CLIENT_SECRET = "123.456", "loopback-client-secret"
SITE = "https://chats.example.org"
"""Where browsers and Slack find copbot, as its settings say; its HTTPS end is not part of the test."""


class ManySlacks:
    """One Slack with a workspace for each of the teams. ``faults``: what is wrong with its own answers when it grants a token."""

    def __init__(self, *teams: str) -> None:
        self.slacks = {team: Loopback(team, token_of(team)) for team in teams}
        self.faults: list[str] = []
        self.api_url = ""
        self._site = ""
        self._codes: dict[str, str] = {}
        self._tokens = {team: token_of(team) for team in teams}
        self._servers = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for slack in self.slacks.values():
            await self._servers.enter_async_context(slack)
        app = web.Application()
        app.router.add_get("/oauth/v2/authorize", self._authorise)
        app.router.add_post("/api/oauth.v2.access", self._access)
        app.router.add_route("*", "/api/{method}", self._call)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        self._servers.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.api_url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._servers.aclose()

    def post_to(self, url: str) -> None:
        """Deliver all that happens to the copbot at this address."""
        self._site = url.removesuffix(urlsplit(url).path)
        for slack in self.slacks.values():
            slack.post_to(url)

    async def install(self, team: str) -> int:
        """An owner of the workspace sets out at copbot's page, allows it, and is sent back; gives the last page's status."""
        async with ClientSession() as browser:
            asked, cookie = await self.set_out(browser)
            return await self.come_back(browser, await self.allow(browser, asked, team), cookie)

    async def set_out(self, browser: ClientSession) -> tuple[str, str]:
        """Copbot's page to install it: where it sends a browser, and the cookie it gives it."""
        async with browser.get(f"{self._site}{INSTALL}", allow_redirects=False) as page:
            return page.headers["Location"], page.headers["Set-Cookie"].partition(";")[0]

    async def allow(self, browser: ClientSession, asked: str, team: str) -> str:
        """Slack's page, on which somebody chooses a workspace and allows it; gives what Slack sends back."""
        async with browser.get(f"{asked}&as={team}", allow_redirects=False) as allowed:
            return urlsplit(allowed.headers["Location"]).query

    async def come_back(self, browser: ClientSession, query: str, cookie: str) -> int:
        """Copbot's page at the end of the way; gives its status."""
        async with browser.get(f"{self._site}{REDIRECT}?{query}", headers={"Cookie": cookie}) as page:
            return page.status

    async def aclose(self) -> None:
        """Be away from now on."""
        await self._servers.aclose()

    def uninstall(self, team: str, at: float | None = None) -> Delivery:
        """An owner removes copbot; the token ends, and copbot is told."""
        self.slacks[team].api.revoked.add(token_of(team))
        return self._tell(team, {"type": "app_uninstalled"}, at)

    def renew(self, team: str) -> None:
        """The old token ended, and whoever installs copbot now is given another."""
        self._tokens[team] = f"{token_of(team)}-2"
        self.slacks[team].api.grant(self._tokens[team])

    def revoke(self, team: str, *, oauth: Sequence[str] = (), bot: Sequence[str] = ()) -> Delivery:
        """Tell copbot that tokens of these accounts have ended."""
        return self._tell(team, {"type": "tokens_revoked", "tokens": {"oauth": list(oauth), "bot": list(bot)}})

    def _tell(self, team: str, happened: Body, at: float | None = None) -> Delivery:
        slack = self.slacks[team]
        told = envelope({**happened, "event_ts": slack.workspace.ts()}, team)
        return slack.deliveries.send(Delivery("events_api", told if at is None else told | {"event_time": int(at)}))

    async def settled(self) -> None:
        """Nothing is on its way to copbot."""
        for slack in self.slacks.values():
            await slack.deliveries.until(partial(_is_quiet, slack.deliveries))

    async def _authorise(self, request: web.Request) -> web.Response:
        """Slack's page on which somebody allows it; ``as``: for which workspace."""
        asked = request.query
        if asked["client_id"] != CLIENT_ID or asked["redirect_uri"] != f"{SITE}{REDIRECT}":
            return web.Response(status=400)
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked["as"]
        self.slacks[asked["as"]].workspace.scopes = frozenset(asked["scope"].split(","))
        raise web.HTTPFound(f"{asked['redirect_uri']}?code={code}&state={parse_qs(request.query_string)['state'][0]}")

    async def _access(self, request: web.Request) -> web.Response:
        """oauth.v2.access: each code works once."""
        login, _, password = b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
        team = self._codes.pop(str((await request.post())["code"]), None)
        if team is None or (login, password) != (CLIENT_ID, CLIENT_SECRET):
            return web.json_response({"ok": False, "error": "invalid_code"})
        self.slacks[team].api.revoked.discard(self._tokens[team])
        answer = granted(team, self._tokens[team], self.slacks[team].workspace.scopes)
        self.faults += response_faults("oauth.v2.access", answer)
        return web.json_response(answer)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        for team, slack in self.slacks.items():
            if token.startswith(token_of(team)):
                return await slack.api.call(request)
        return web.json_response({"ok": False, "error": "invalid_auth"})


def token_of(team: str) -> str:
    """The token of copbot's first installation in a workspace."""
    return f"xoxb-of-{team}-secret"


def granted(team: str, token: str, scopes: frozenset[str]) -> Body:
    """docs.slack.dev/reference/methods/oauth.v2.access."""
    return {
        "ok": True,
        "access_token": token,
        "token_type": "bot",
        "scope": ",".join(sorted(scopes)),
        "bot_user_id": BOT_USER,
        "app_id": APP,
        "team": {"name": f"Workspace {team}", "id": team},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": "U0SALLY"},
    }


def _is_quiet(deliveries: Deliveries) -> bool:
    return not deliveries.flying
