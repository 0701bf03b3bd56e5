"""Clocks and alarms. Services take ``now``; only the runtime asks for it."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import monotonic

from typing_extensions import override

from copbot.ports.clock import Alarm, Clock

AN_HOUR = timedelta(hours=1)


class SystemClock(Clock):
    """The machine's clock. On SQLite the machine is the database's too."""

    @override
    def now(self) -> datetime:
        return datetime.now(UTC)


class RehearsalClock(Clock):
    """A simulated clock: it stands still and jumps where it is told, until it is let run, ``speed`` times as fast as real time."""

    def __init__(self, start: datetime) -> None:
        self._base = start
        self._since = monotonic()
        self.speed = 0.0

    @override
    def now(self) -> datetime:
        return self._base + timedelta(seconds=(monotonic() - self._since) * self.speed)

    def jump(self, to: datetime) -> None:
        """Be at an instant; never back."""
        self._base, self._since = max(to, self.now()), monotonic()

    def run(self, speed: float) -> None:
        """Run from now on."""
        self._base, self._since = self.now(), monotonic()
        self.speed = speed


class RehearsalAlarm(Alarm):
    """The alarm that belongs to a RehearsalClock. While the clock stands still it only wakes when it is rung."""

    def __init__(self, clock: RehearsalClock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    @override
    async def wait_until(self, when: datetime | None) -> None:
        wait = (when - self._clock.now()) if when else AN_HOUR
        with suppress(TimeoutError):
            async with asyncio.timeout(max(wait.total_seconds(), 0) / (self._clock.speed or 1)):
                await self._rung.wait()
        self._rung.clear()

    @override
    def ring(self) -> None:
        self._rung.set()

    @override
    async def aclose(self) -> None:
        self.ring()
