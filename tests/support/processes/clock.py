"""One fast clock for several processes, and the alarm that goes with it."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from typing_extensions import override

from copbot.ports.clock import Alarm, Clock

LONGEST_WAIT = timedelta(seconds=30)
"""As the ticker's."""


@dataclass(frozen=True)
class FastClock(Clock):
    """``base`` at the instant ``since`` of the machine's monotonic clock, which all its processes share, and ``speed`` times as fast."""

    base: datetime
    since: float
    speed: float

    @classmethod
    def starting(cls, base: datetime, speed: float) -> "FastClock":
        """A clock that shows ``base`` now."""
        return cls(base, monotonic(), speed)

    @override
    def now(self) -> datetime:
        return self.base + timedelta(seconds=(monotonic() - self.since) * self.speed)

    def seconds(self, simulated: timedelta) -> float:
        """How many real seconds so much time takes."""
        return simulated.total_seconds() / self.speed


class FastAlarm(Alarm):
    """Wakes at an instant of a FastClock, when it is rung, and at least as often as the ticker does."""

    def __init__(self, clock: FastClock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    @override
    async def wait_until(self, when: datetime | None) -> None:
        wait = min(when - self._clock.now(), LONGEST_WAIT) if when else LONGEST_WAIT
        with suppress(TimeoutError):
            async with asyncio.timeout(max(self._clock.seconds(wait), 0)):
                await self._rung.wait()
        self._rung.clear()

    @override
    def ring(self) -> None:
        self._rung.set()

    @override
    async def aclose(self) -> None:
        self.ring()
