"""The workspaces that have installed copbot, each with a ``Slack`` of its own; made when first needed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog
from slack_sdk.oauth.installation_store import Installation
from typing_extensions import override

from copbot.domain.place import Person, Place
from copbot.errors import Gone, NotAuthenticated, NotPermitted, PlatformError, Refused, TryLater
from copbot.ports.keeping import Keeping
from copbot.ports.platform import Setup
from copbot_slack.hearing import Me
from copbot_slack.installations import Installations
from copbot_slack.manifest import INSTALL
from copbot_slack.names import SLACK
from copbot_slack.platform import Slack
from copbot_slack.sealing import Unreadable
from copbot_slack.settings import SlackSettings
from copbot_slack.teams import DOT, Full, team_of

SOON = timedelta(seconds=1)
REMEDY = "Add the key it was closed with to slack.encryption_keys, behind the others, or install copbot there again"

log = structlog.get_logger(__name__)


class Own(Keeping):
    """One workspace's part of what is kept."""

    def __init__(self, keeping: Keeping, team: str) -> None:
        self._keeping = keeping
        self._team = team

    @override
    async def get(self, key: str) -> bytes | None:
        return await self._keeping.get(f"{self._team}/{key}")

    @override
    async def put(self, key: str, value: bytes) -> None:
        await self._keeping.put(f"{self._team}/{key}", value)

    @override
    async def forget(self, key: str) -> None:
        await self._keeping.forget(f"{self._team}/{key}")


@dataclass(frozen=True, slots=True, eq=False)
class Tenant:
    """One workspace, by the token of its installation."""

    team: str
    token: str = field(repr=False)
    me: Me
    slack: Slack


class Tenants:
    """Those known by now. What another copbot on the same database installs is found when it is asked for."""

    def __init__(self, settings: SlackSettings, setup: Setup, installations: Installations) -> None:
        self._settings = settings
        self._setup = setup
        self._installations = installations
        self._known: dict[str, Tenant] = {}
        self._complained: set[str] = set()
        self._one_by_one = asyncio.Lock()

    async def review(self) -> None:
        """Close with the first key what another one has closed, and say which workspaces no key opens."""
        for team in await self._installations.teams():
            try:
                await self._installations.close_anew(team)
            except Unreadable:
                self._complain(team)

    async def found(self, team: str) -> Tenant | None:
        """The workspace, if copbot is installed there. Raises Unreadable if no key opens what is kept of it."""
        if team in self._known:
            return self._known[team]
        async with self._one_by_one:
            try:
                installation = await self._installations.of(team)
            except Unreadable:
                self._complain(team)
                raise
            return None if installation is None else self._known.setdefault(team, self._made(team, installation))

    @asynccontextmanager
    async def at(self, address: Person | Place) -> AsyncIterator[Slack]:
        """The ``Slack`` of somebody's or some channel's workspace; what it refuses is told with full ids. Raises PlatformError.

        A token that Slack does not take is one workspace's affair: it is never NotAuthenticated, which would end all of them.
        """
        team = team_of(address)
        tenant = await self._tenant(team)
        try:
            yield tenant.slack
        except NotAuthenticated:
            raise await self._shut_out(tenant) from None
        except Refused as refused:
            raise Full(team).refused(refused) from None

    def renew(self, team: str) -> None:
        """It was installed (again): what is known of it is not true any more."""
        self._known.pop(team, None)
        self._complained.discard(team)

    async def leave(self, team: str, at: float) -> None:
        """Forget a workspace from which copbot was removed, ``at`` seconds since 1970; not if it was installed again since then."""
        try:
            installation = await self._installations.of(team)
        except Unreadable:
            installation = None
        if installation is not None and int(installation.installed_at) > at:
            return
        await self._installations.forget(team)
        self.renew(team)
        log.info("A workspace has removed copbot; its token is forgotten", action="workspace_left", platform=SLACK, workspace=team)

    async def _tenant(self, team: str) -> Tenant:
        if not team:
            remedy = f"Write it with its workspace in front, such as T0123456789{DOT}C0123456789, in the community file."
            raise Gone(SLACK, "the id does not say which workspace it is in", remedy)
        try:
            tenant = await self.found(team)
        except Unreadable:
            raise NotPermitted(SLACK, "copbot cannot open its token for this workspace", f"{REMEDY}.") from None
        if tenant is None:
            raise Gone(SLACK, "copbot is not installed in this workspace", self._install())
        return tenant

    async def _shut_out(self, tenant: Tenant) -> PlatformError:
        if self._known.get(tenant.team) is tenant:
            self.renew(tenant.team)
        if (await self._tenant(tenant.team)).token != tenant.token:
            return TryLater(SLACK, "copbot was installed anew in this workspace", SOON)
        return NotPermitted(SLACK, "this workspace does not accept copbot's token any more", self._install())

    def _install(self) -> str:
        return f"Ask an owner of the workspace to install copbot there: {self._settings.public_url}{INSTALL}"

    def _made(self, team: str, installation: Installation) -> Tenant:
        token = installation.bot_token or ""
        me = Me(installation.bot_user_id or "", installation.bot_id or "", team, installation.app_id or "")
        setup = replace(self._setup, keeping=Own(self._setup.keeping, team))
        return Tenant(team, token, me, Slack(replace(self._settings, bot_token=token), setup))

    def _complain(self, team: str) -> None:
        """Once: events come by the second."""
        if team not in self._complained:
            self._complained.add(team)
            log.error("No key opens a workspace's token", action="workspace_unreadable", platform=SLACK, workspace=team, remedy=REMEDY)
