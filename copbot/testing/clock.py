"""A clock that stands still until it is told to go on."""

import asyncio
from datetime import datetime, timedelta

from typing_extensions import override

from copbot.ports.clock import Alarm, Clock


class SteppingClock(Clock, Alarm):
    """Clock and alarm in one: whoever waits is woken when the clock is set to their time or later."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock needs an aware start")
        self._now = start
        self._moved = asyncio.Event()
        self._rung = False

    @override
    def now(self) -> datetime:
        return self._now

    def set(self, to: datetime) -> None:
        """Go on to an instant; never back."""
        self._now = max(to, self._now)
        self._wake()

    def step(self, by: timedelta) -> None:
        """Go on by so much."""
        self.set(self._now + by)

    @override
    async def wait_until(self, when: datetime | None) -> None:
        while not self._rung and (when is None or when > self._now):
            await self._moved.wait()
        self._rung = False

    @override
    def ring(self) -> None:
        self._rung = True
        self._wake()

    @override
    async def aclose(self) -> None:
        self.ring()

    def _wake(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()
