"""Where in Discord something is posted, and where what was posted stands."""

from dataclasses import dataclass

from copbot.domain.place import Place, Posted
from copbot.errors import Gone
from copbot_discord.lobby import Lobbies
from copbot_discord.threads import Kinds


@dataclass(frozen=True, slots=True)
class Target:
    """The channel or thread that is posted to, and the ring in which that is kept: a forum keeps its own when its lobby is made anew."""

    channel: str
    ring: str


class Places:
    """The port's places as Discord's channels and threads."""

    def __init__(self, kinds: Kinds, lobbies: Lobbies) -> None:
        self._kinds = kinds
        self._lobbies = lobbies

    async def target(self, place: Place) -> Target:
        """Where a post goes: a thread, a channel, or a forum's lobby, which is made if it is not there. Raises Gone."""
        if place.thread is not None:
            return Target(place.thread, place.thread)
        if await self.is_forum(place):
            return Target(await self._lobbies.of(place.channel), place.channel)
        return Target(place.channel, place.channel)

    async def standing(self, posted: Posted) -> str:
        """The channel or thread in which a message stands. A text channel's thread hangs on a message that stands in the channel."""
        place = posted.place
        if place.thread is None:
            return await self._lobby(place) if await self.is_forum(place) else place.channel
        in_channel = place.thread == posted.message and not await self.is_forum(place)
        return place.channel if in_channel else place.thread

    async def is_forum(self, place: Place) -> bool:
        """Whether the place is a forum or stands in one."""
        return await self._kinds.is_forum(place.channel)

    async def read_in(self, place: Place) -> str | None:
        """The channel or thread whose history is the place's; None for a forum that has no lobby yet."""
        if place.thread is not None or not await self.is_forum(place):
            return place.thread or place.channel
        return await self._lobbies.kept(place.channel)

    async def lobby_lost(self, place: Place) -> bool:
        """Posting to the place found nothing there: whether it was a lobby that somebody deleted. Raises Gone if the forum is gone, too."""
        if place.thread is not None or not await self.is_forum(place):
            return False
        await self._kinds.fresh(place.channel)
        await self._lobbies.lost(place.channel)
        return True

    async def _lobby(self, place: Place) -> str:
        kept = await self._lobbies.kept(place.channel)
        if kept is None:
            raise Gone(place.platform, "the message is not there any more", "Post it again if it is still wanted.")
        return kept
