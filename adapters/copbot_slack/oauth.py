"""How a workspace installs copbot: slack-bolt's flow, from /slack/install to Slack and back to /slack/oauth_redirect.

https://docs.slack.dev/authentication/installing-with-oauth. What it is given on the way goes to nobody's log: codes and tokens are in it.
"""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from typing_extensions import override

from copbot.ports.clock import Clock
from copbot.ports.keeping import Keeping
from copbot_slack.bolt import QUIET
from copbot_slack.installations import Installations
from copbot_slack.manifest import INSTALL, REDIRECT, SCOPES
from copbot_slack.names import SLACK
from copbot_slack.sealing import Seal, Unreadable
from copbot_slack.settings import SlackSettings
from copbot_slack.web import RAISED

VALID = timedelta(minutes=10)
MOST_USED = 1000
USED = "oauth-states"
"""Under this key stand the states that came back in the last ten minutes."""

SORRY = "copbot could not reach Slack, so that nothing was installed. Please begin again in a minute, at /slack/install."
_CODE = re.compile(r"[a-z_]{1,60}")

log = structlog.get_logger(__name__)


class States(AsyncOAuthStateStore):
    """What ties the way back from Slack to the way there: works once, for ten minutes.

    Nothing is kept for whoever only sets out, or anybody could fill the database: the state itself says when it was made, encrypted.
    """

    def __init__(self, keeping: Keeping, seal: Seal, clock: Clock) -> None:
        self._keeping = keeping
        self._seal = seal
        self._clock = clock
        self._one_by_one = asyncio.Lock()

    @override
    async def async_issue(self, *args: object, **kwargs: object) -> str:
        return self._seal.closed(USED, uuid4().hex, self._clock.now()).decode().rstrip("=")

    @override
    async def async_consume(self, state: str) -> bool:
        now = self._clock.now()
        try:
            name = self._seal.fresh(USED, f"{state}{'=' * (-len(state) % 4)}".encode(), now, VALID)
        except Unreadable:
            return False
        async with self._one_by_one:
            return await self._is_first(name, now)

    async def _is_first(self, name: str, now: datetime) -> bool:
        since = (now - 2 * VALID).timestamp()
        used = {one: at for one, at in json.loads(await self._keeping.get(USED) or b"{}").items() if at > since}
        if name in used:
            return False
        used[name] = now.timestamp()
        await self._keeping.put(USED, json.dumps(dict(list(used.items())[-MOST_USED:])).encode())
        return True


class Installing:
    """The two pages; ``installed`` is told the id of every workspace that has come."""

    def __init__(self, settings: SlackSettings, installations: Installations, states: States, installed: Callable[[str], None]) -> None:
        self.routes = [Route(INSTALL, self._set_out, methods=["GET"]), Route(REDIRECT, self._back, methods=["GET"])]
        self._installed = installed
        client = AsyncWebClient(base_url=settings.api_url, timeout=int(settings.timeout_seconds), logger=QUIET, retry_handlers=[])
        if settings.api_url.startswith("http://"):
            client.proxy = None
        self._flow = AsyncOAuthFlow(client=client, logger=QUIET, settings=self._of_bolt(settings, installations, states))

    def _of_bolt(self, settings: SlackSettings, installations: Installations, states: States) -> AsyncOAuthSettings:
        return AsyncOAuthSettings(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            scopes=sorted(SCOPES),
            user_scopes=[],
            redirect_uri=f"{settings.public_url}{REDIRECT}",
            install_path=INSTALL,
            install_page_rendering_enabled=False,
            redirect_uri_path=REDIRECT,
            callback_options=AsyncCallbackOptions(self._has_come, self._has_not_come),
            authorization_url=f"{settings.api_url.removesuffix('api/')}oauth/v2/authorize",
            installation_store=installations,
            state_store=states,
            state_expiration_seconds=int(VALID.total_seconds()),
            logger=QUIET,
        )

    async def _set_out(self, request: Request) -> Response:
        return to_starlette_response(await self._flow.handle_installation(to_async_bolt_request(request, b"")))

    async def _back(self, request: Request) -> Response:
        try:
            return to_starlette_response(await self._flow.handle_callback(to_async_bolt_request(request, b"")))
        except RAISED as error:
            log.warning("A workspace could not be connected", action="install_failed", platform=SLACK, error=type(error).__name__)
            return PlainTextResponse(SORRY, status_code=502)

    async def _has_come(self, args: AsyncSuccessArgs) -> BoltResponse:
        team = str(args.installation.team_id)
        self._installed(team)
        log.info("A workspace has installed copbot", action="workspace_installed", platform=SLACK, workspace=team)
        return await args.default.success(args)

    async def _has_not_come(self, args: AsyncFailureArgs) -> BoltResponse:
        """The reason comes with the request: anybody may have written it."""
        reason = args.reason if _CODE.fullmatch(args.reason) else "unknown"
        log.warning("A workspace did not install copbot", action="not_installed", platform=SLACK, reason=reason)
        return await args.default.failure(args)
