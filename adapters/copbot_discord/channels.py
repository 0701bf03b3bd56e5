"""Channels of which Discord has not told: asked for."""

from collections.abc import Awaitable, Callable

from copbot.errors import Refused
from copbot_discord.sending import Call
from copbot_discord.web import Web
from copbot_discord.where import Where

Lobby = Callable[[str], Awaitable[object]]
"""Tells ``Where`` the lobby of a forum, if one is known to be there."""


class Channels:
    """Fills ``where``, a channel or thread at a time."""

    def __init__(self, where: Where, web: Web, lobby: Lobby) -> None:
        self.where = where
        self._web = web
        self._lobby = lobby

    async def find(self, id: str) -> bool:
        """Whether there is such a channel or thread within copbot's sight; ``where`` knows its place then. Raises TryLater."""
        if self.where.place(id) is None and self.where.unsorted(id) is None:
            try:
                self.where.learn(await self._web.read(Call("GET", "/channels/{channel_id}", {"channel_id": id})))
            except Refused:
                return False
        if (forum := self.where.unsorted(id)) is not None:
            await self._lobby(forum)
            self.where.sorted(forum)
        return True
