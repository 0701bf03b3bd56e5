"""Which workspaces have installed copbot, and their tokens: in copbot's own database, each encrypted."""

import asyncio
import json
from collections.abc import Sequence

from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from typing_extensions import override

from copbot.ports.clock import Clock
from copbot.ports.keeping import Keeping
from copbot_slack.sealing import Seal

INDEX = "workspaces"
"""Under this key stand the ids of all workspaces; under each ``workspace:T0ABC`` what is kept of it."""

WHAT_IS_KEPT = ("app_id", "team_id", "team_name", "bot_token", "bot_id", "bot_user_id", "bot_scopes", "user_id", "installed_at")
"""Nothing beyond what copbot needs: it asks for no token of a person's."""


class Installations(AsyncInstallationStore):
    """slack_sdk's store of installations, over ``Keeping``. Every method that finds one raises Unreadable where no key opens it."""

    def __init__(self, keeping: Keeping, seal: Seal, clock: Clock) -> None:
        self._keeping = keeping
        self._seal = seal
        self._clock = clock
        self._one_by_one = asyncio.Lock()

    async def teams(self) -> Sequence[str]:
        """The ids of the workspaces, in the order in which they came."""
        return list(json.loads(await self._keeping.get(INDEX) or b"[]"))

    async def of(self, team: str) -> Installation | None:
        """What is kept of this workspace; None if copbot is not installed there."""
        closed = await self._keeping.get(_key(team))
        return None if closed is None else Installation(**self._seal.opened(_key(team), closed))

    async def close_anew(self, team: str) -> None:
        """Encrypt with the first key what was encrypted with another. Raises Unreadable."""
        closed = await self._keeping.get(_key(team))
        if closed is not None and not self._seal.is_closed_with_first(closed):
            await self._keeping.put(_key(team), self._seal.closed(_key(team), self._seal.opened(_key(team), closed), self._clock.now()))

    async def forget(self, team: str) -> None:
        """Keep nothing of this workspace any more."""
        async with self._one_by_one:
            await self._keeping.forget(_key(team))
            await self._keep_index([one for one in await self.teams() if one != team])

    @override
    async def async_save(self, installation: Installation) -> None:
        """Keep it, in place of an earlier one. Raises BoltError for what copbot's manifest does not ask for: whole organisations, and
        tokens that end after twelve hours (token rotation).
        """
        team = installation.team_id
        if installation.is_enterprise_install or not team or not installation.bot_token or installation.bot_refresh_token:
            raise BoltError("copbot is installed in one workspace at a time, with a token that stays")
        kept = {name: getattr(installation, name) for name in WHAT_IS_KEPT}
        async with self._one_by_one:
            await self._keeping.put(_key(team), self._seal.closed(_key(team), kept, self._clock.now()))
            await self._keep_index(list(dict.fromkeys([*await self.teams(), team])))

    @override
    async def async_find_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None, is_enterprise_install: bool | None = False
    ) -> Installation | None:
        return None if is_enterprise_install or not team_id else await self.of(team_id)

    @override
    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        found = None if is_enterprise_install or not team_id else await self.of(team_id)
        return None if found is None else found.to_bot()

    @override
    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self.forget(team_id or "")

    @override
    async def async_delete_installation(self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None) -> None:
        """Everybody who installs copbot in a workspace gives it the same token: it goes when the bot goes."""

    async def _keep_index(self, teams: list[str]) -> None:
        await self._keeping.put(INDEX, json.dumps(teams).encode())


def _key(team: str) -> str:
    return f"workspace:{team}"
