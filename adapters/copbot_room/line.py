"""The line to the bot: events wait until it has acknowledged them."""

import asyncio

from copbot.ports.platform import Inbox
from copbot_room.state import RoomState


class Line:
    """Hands over what happened, as Slack does: in order, and again at the next connection if it was not acknowledged."""

    def __init__(self, state: RoomState) -> None:
        self._state = state
        self._inbox: Inbox | None = None
        self._group: asyncio.TaskGroup | None = None

    @property
    def connected(self) -> bool:
        """Whether a bot listens."""
        return self._group is not None

    async def deliver(self, number: int) -> None:
        """Hand over one waiting event and return when the bot has taken it; at once if no bot is connected."""
        if self._group is not None:
            await self._start(self._group, number).wait()

    async def run(self, inbox: Inbox) -> None:
        """Be connected until cancelled, beginning with what was never acknowledged. What ``inbox`` raises ends the connection."""
        try:
            async with asyncio.TaskGroup() as group:
                self._inbox, self._group = inbox, group
                for number in sorted(self._state.waiting):
                    self._start(group, number)
                await asyncio.get_running_loop().create_future()
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None
        finally:
            self._group = None

    def _start(self, group: asyncio.TaskGroup, number: int) -> asyncio.Event:
        settled = asyncio.Event()
        task = group.create_task(self._hand_over(number))
        task.add_done_callback(lambda _: settled.set())
        return settled

    async def _hand_over(self, number: int) -> None:
        taken = False
        heard = self._state.waiting[number]
        try:
            if self._inbox is not None:
                await self._inbox(heard)
            taken = True
        finally:
            if not taken:
                self._group = None  # nobody may start another task in a group that is ending
        self._state.commit(drop=[(type(heard), str(number), None)])
