"""The one address to which Slack sends what happens in many workspaces, beside the pages on which they install copbot.

What Slack documents and this rests on: an event says in ``authorizations`` through which installation it came, which in a channel shared
between organisations need not be where it happened (https://docs.slack.dev/apis/events-api). Interactions name their ``team``.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import structlog
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from copbot.domain.heard import Heard
from copbot.ports.platform import Inbox
from copbot_slack.hearing import Payload
from copbot_slack.http import NOT_YET, TAKEN, Ears, is_json, signed_body
from copbot_slack.manifest import EVENTS_OF_MANY, PATH
from copbot_slack.names import SLACK
from copbot_slack.oauth import Installing
from copbot_slack.sealing import Unreadable
from copbot_slack.teams import Full
from copbot_slack.tenants import Tenant, Tenants

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Run:
    """From ``listen`` to its end: who hears for each workspace, and whether anything was missed."""

    inbox: Inbox
    missed: asyncio.Event = field(default_factory=asyncio.Event)
    ears: dict[Tenant, Ears] = field(default_factory=dict)

    def of(self, tenant: Tenant) -> Ears:
        """Who hears for this workspace."""
        if tenant not in self.ears:
            full = Full(tenant.team)

            async def inbox(*heard: Heard) -> None:
                await self.inbox(*map(full.heard, heard))

            self.ears[tenant] = tenant.slack.ears(tenant.me, inbox, self.missed)
        return self.ears[tenant]


class Reception:
    """``app`` is what the web server mounts. Outside of ``listen`` Slack is to ask again, but workspaces may come."""

    def __init__(self, signing_secret: str, tenants: Tenants, installing: Installing) -> None:
        self.app = Starlette(routes=[Route(PATH, self._asked, methods=["POST"]), *installing.routes])
        self._signed = SignatureVerifier(signing_secret)
        self._tenants = tenants
        self._run: _Run | None = None

    async def listen(self, inbox: Inbox) -> None:
        """Hear until cancelled. Returns where events may have been missed: the inbox did not work for a while."""
        await self._tenants.review()
        run = self._run = _Run(inbox)
        try:
            await run.missed.wait()
        except asyncio.CancelledError:
            for ears in run.ears.values():
                await ears.intake.answers.aclose()
            raise
        finally:
            self._run = None

    async def _asked(self, request: Request) -> Response:
        body = await signed_body(request, self._signed)
        if isinstance(body, Response):
            return body
        payload = _read(request, body)
        if payload.get("type") == "url_verification":
            return JSONResponse({"challenge": payload["challenge"]})
        run = self._run
        if run is None:
            return Response(status_code=NOT_YET)
        if _is_end(payload):
            await self._tenants.leave(payload["team_id"], payload["event_time"])
            return Response(status_code=TAKEN)
        try:
            tenant = await self._sender(payload)
        except Unreadable:
            return Response(status_code=NOT_YET)
        return Response(status_code=TAKEN) if tenant is None else await run.of(tenant).take(request, body)

    async def _sender(self, payload: Payload) -> Tenant | None:
        """The workspace for which this came. What comes late from one that has left is nobody's."""
        teams = list(dict.fromkeys(teams_of(payload)))
        for team in teams:
            if (tenant := await self._tenants.found(team)) is not None:
                return tenant
        log.warning("What an unknown workspace sent is ignored", action="workspace_unknown", platform=SLACK, workspaces=teams)
        return None


def teams_of(payload: Payload) -> Iterator[str]:
    """The workspaces for which this may have come, the surest first. In a shared channel who acts may be of another one."""
    view, team, user = (payload.get(name) for name in ("view", "team", "user"))
    named: tuple[Any, ...] = (
        view.get("app_installed_team_id") if isinstance(view, Mapping) else None,
        *(one.get("team_id") for one in payload.get("authorizations") or ()),
        payload.get("context_team_id"),
        team.get("id") if isinstance(team, Mapping) else team,
        payload.get("team_id"),
        user.get("team_id") if isinstance(user, Mapping) else None,
    )
    yield from (one for one in named if isinstance(one, str) and one)


def _read(request: Request, body: bytes) -> Payload:
    if is_json(request):
        return dict(json.loads(body))
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return dict(json.loads(form["payload"])) if "payload" in form else form


def _is_end(payload: Payload) -> bool:
    """Whether the bot's own token has ended; people's tokens are nothing to copbot."""
    event = payload.get("event") or {}
    if event.get("type") not in EVENTS_OF_MANY:
        return False
    return event["type"] == "app_uninstalled" or bool((event.get("tokens") or {}).get("bot"))
