"""What people do in the room."""

import asyncio

from processes.config import LONG

from copbot_room.people import People


class RoomFolk:
    """Everybody in one room. What they do is taken when it returns."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def schedule(self, host: str, channel: str, wish: str) -> None:
        """Type the command, and confirm the draft."""
        await self._people.command(host, channel, f"/cop {wish}")
        await self._people.press(host, await self._draft(host, channel), "draft-confirm")

    def questions(self, channel: str) -> list[str]:
        """Those that stand in the channel, oldest first; the take-away is the last."""
        return [entry.id for entry in self._people.shown(channel) if entry.opens_thread and entry.by_bot]

    def own(self, who: str, channel: str, question: str) -> list[str]:
        """What somebody said in a thread, and still stands there."""
        return [entry.id for entry in self._people.shown(channel, question) if entry.author == who]

    async def say(self, who: str, channel: str, text: str, question: str) -> None:
        await self._people.say(who, channel, text, question)

    async def edit(self, who: str, channel: str, message: str, text: str) -> None:
        await self._people.edit(who, message, text)

    async def remove(self, who: str, channel: str, message: str) -> None:
        await self._people.remove(who, message)

    async def settle(self) -> None:
        """Nothing is on its way."""

    async def _draft(self, host: str, channel: str) -> str:
        """The private note with the draft. Another bot may have acknowledged the command before the first has told."""
        async with asyncio.timeout(LONG):
            while True:
                for note in self._people.told(host):
                    if note.channel == channel:
                        return note.id
                await asyncio.sleep(0.05)
