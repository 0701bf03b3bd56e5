"""Clocks and alarms. Services take ``now``; only the runtime asks for it."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import monotonic

from typing_extensions import override

from copbot.ports.clock import Alarm, Clock

AN_HOUR = timedelta(hours=1)

PATIENCE = timedelta(seconds=5)
"""An anchored clock that is ahead by less stands still until the time has caught up; by more it must go back."""

LONGEST_TRIP = timedelta(seconds=2)
"""What the database says is not believed if asking took longer: it may have said so at the beginning of that time or at its end."""


class SystemClock(Clock):
    """The machine's clock. On SQLite the machine is the database's too."""

    @override
    def now(self) -> datetime:
        return datetime.now(UTC)


def steady() -> float:
    """Seconds on a clock that nobody sets, and that also counts while the machine is suspended, where it has such a clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class AnchoredClock(Clock):
    """The database's clock, carried forward by the machine's steady one from each anchoring to the next (3-architecture 6).

    All processes on one database have the same time, whatever their machines' clocks say. Until it is anchored for the first time it
    starts from the machine's clock.
    """

    def __init__(self, machine: Clock | None = None, seconds: Callable[[], float] = steady) -> None:
        self._seconds = seconds
        self._anchor = (machine or SystemClock()).now(), seconds()
        self._latest = self._anchor[0]

    @override
    def now(self) -> datetime:
        at = self._carried()
        if self._latest - PATIENCE < at < self._latest:
            return self._latest
        self._latest = at
        return at

    def anchor(self, ask: Callable[[], datetime]) -> None:
        """Take over what the database says, as of the middle of asking; may be called on the database's thread."""
        asked = self._seconds()
        said = ask()
        answered = self._seconds()
        if answered - asked <= LONGEST_TRIP.total_seconds():
            self._anchor = said, (asked + answered) / 2

    def _carried(self) -> datetime:
        at, since = self._anchor
        return at + timedelta(seconds=self._seconds() - since)


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
