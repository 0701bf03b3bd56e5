"""What was said while nobody listened.

What Discord documents and this rests on (4-platforms.md B4): history shows messages as they are now, by when they were first posted; what
was deleted is not shown. Without Read Message History there are none at all, and no error: ``copbot doctor`` names that.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from copbot.domain.heard import Happening
from copbot.domain.place import Place
from copbot.errors import TryLater
from copbot_discord.account import Account
from copbot_discord.hearing import from_history
from copbot_discord.names import DISCORD, snowflake_of
from copbot_discord.places import Places
from copbot_discord.reading import Reading, Shown
from copbot_discord.where import Where

MOST_PAGES = 20
"""2,000 messages."""

MOST_SECONDS = 50.0
"""Less than the minute that copbot waits for it."""

LATER = timedelta(minutes=1)


class DiscordHistory:
    """Messages of one place, page by page. What cannot be had in time is a gap: it is refused as a whole, so that the gap is stated."""

    tells_removals = False

    def __init__(self, reading: Reading, account: Account, places: Places, where: Where) -> None:
        self._reading = reading
        self._account = account
        self._places = places
        self._where = where

    async def since(self, place: Place, moment: datetime) -> Sequence[Happening]:
        """What people said since the moment and what has become of it, oldest first. Raises TryLater if there is more than can be read."""
        me = (await self._account.known()).me
        happened = [from_history(shown, place, me, self._where) for shown in await self._shown(place, moment)]
        return sorted((one for one in happened if one is not None), key=lambda one: one.at)

    async def _shown(self, place: Place, moment: datetime) -> list[Shown]:
        shown: list[Shown] = []
        more = False
        channel = await self._places.read_in(place)
        if channel is None:
            return shown
        after = str(max(int(snowflake_of(moment)) - 1, 0))
        try:
            async with asyncio.timeout(MOST_SECONDS):
                async for page in self._reading.since(channel, after, most=MOST_PAGES):
                    shown += page.messages
                    more = page.more
        except TimeoutError:
            more = True
        if more:
            raise TryLater(DISCORD, "more was said than Discord lets copbot read at once", LATER)
        return shown
