"""Things that run beside a test."""

import asyncio
from collections.abc import Coroutine


class Background:
    """Lets things run until they end by themselves, are stopped, or the test is over."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def run(self, work: Coroutine[None, None, None]) -> None:
        """Begin."""
        self._tasks.append(asyncio.create_task(work))

    async def ended(self) -> None:
        """Wait until everything has ended by itself."""
        if self._tasks:
            await asyncio.wait_for(asyncio.wait(self._tasks), 20)

    async def stopped(self) -> None:
        """Cancel everything, and wait until it has ended."""
        for task in self._tasks:
            task.cancel()
        await self.ended()
