"""A clock that can jump, and the alarm that goes with it."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from typing_extensions import override

from copbot.ports.clock import Alarm, Clock

LONGEST_SLEEP = timedelta(days=30)


class JumpingClock(Clock):
    """Virtual time since ``start``, and as much as the clock has jumped since. ``furthest``: how far it was ever off."""

    def __init__(self, start: datetime, loop: asyncio.AbstractEventLoop) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock needs an aware start")
        self._start = start
        self._loop = loop
        self.off = timedelta()
        self.furthest = timedelta()

    @property
    def true(self) -> datetime:
        """What time it is for everybody else."""
        return self._start + timedelta(seconds=self._loop.time())

    @override
    def now(self) -> datetime:
        return self.true + self.off

    def jump(self, by: timedelta) -> None:
        """Go wrong, or right again: forward, or back if ``by`` is negative."""
        self.off += by
        self.furthest = max(self.furthest, abs(self.off))


class SimulatedAlarm(Alarm):
    """Wakes in virtual time. It sleeps at most ``longest``; whoever lets the clock jump rings."""

    def __init__(self, clock: Clock, longest: timedelta = LONGEST_SLEEP) -> None:
        self._clock = clock
        self._longest = longest
        self._rung = asyncio.Event()

    @override
    async def wait_until(self, when: datetime | None) -> None:
        wait = min(when - self._clock.now(), self._longest) if when else self._longest
        with suppress(TimeoutError):
            async with asyncio.timeout(max(wait.total_seconds(), 0)):
                await self._rung.wait()
        self._rung.clear()

    @override
    def ring(self) -> None:
        self._rung.set()

    @override
    async def aclose(self) -> None:
        self.ring()
