"""One fast clock for several processes, and the alarm that goes with it."""

import asyncio
import mmap
import os
import struct
from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Self, TypeVar

from typing_extensions import override

from copbot.ports.clock import Alarm, Clock

T = TypeVar("T")
LONGEST_WAIT = timedelta(seconds=30)
"""As the ticker's."""

LOOK = 0.1
"""Real seconds after which whoever waits looks at the clock again, for it may have changed its pace."""

_FACE = struct.Struct("=qdddq")
"""A count of changes, first and last: whoever finds two different ones has looked while the clock was being set, and looks again."""


class FastClock(Clock):
    """A clock in a file, which all processes that have it open read alike: an instant, the machine's monotonic time at which it was so
    (the same for all processes), and how many times faster than that time goes on.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("r+b") as file:
            self._face = mmap.mmap(file.fileno(), _FACE.size)

    @classmethod
    def starting(cls, path: Path, at: datetime, speed: float) -> Self:
        """A new clock, which shows an instant now."""
        path.write_bytes(_FACE.pack(0, at.timestamp(), monotonic(), speed, 0))
        return cls(path)

    @override
    def now(self) -> datetime:
        _, then, since, speed = self._read()
        return datetime.fromtimestamp(then + (monotonic() - since) * speed, UTC)

    def run(self, speed: float) -> None:
        """Go on at another pace."""
        self._set(self.now(), speed)

    def jump(self, to: datetime) -> None:
        """Be at an instant; never back."""
        *_, speed = self._read()
        self._set(max(to, self.now()), speed)

    async def sleep(self, simulated: timedelta) -> None:
        """Return after so much time by this clock."""
        until = self.now() + simulated
        while (left := (until - self.now()).total_seconds()) > 0:
            *_, speed = self._read()
            await asyncio.sleep(min(left / speed, LOOK))

    async def within(self, simulated: timedelta, work: Awaitable[T]) -> T:
        """What the work comes to. Raises TimeoutError if that takes longer by this clock."""
        working, waiting = asyncio.ensure_future(work), asyncio.ensure_future(self.sleep(simulated))
        try:
            await asyncio.wait([working, waiting], return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
            raise TimeoutError
        finally:
            working.cancel()
            waiting.cancel()

    def _read(self) -> tuple[int, float, float, float]:
        while True:
            before, then, since, speed, after = _FACE.unpack_from(self._face)
            if before == after:
                return before, then, since, speed

    def _set(self, at: datetime, speed: float) -> None:
        changes, *_ = self._read()
        self._face[:] = _FACE.pack(changes + 1, at.timestamp(), monotonic(), speed, changes + 1)


class FastAlarm(Alarm):
    """Wakes at an instant of a FastClock, when it is rung, and at least as often as the ticker does."""

    def __init__(self, clock: FastClock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    @override
    async def wait_until(self, when: datetime | None) -> None:
        wait = min(when - self._clock.now(), LONGEST_WAIT) if when else LONGEST_WAIT
        with suppress(TimeoutError):
            await self._clock.within(wait, self._rung.wait())
        self._rung.clear()

    @override
    def ring(self) -> None:
        self._rung.set()

    @override
    async def aclose(self) -> None:
        self.ring()


def room_to_run() -> float:
    """How much of its usual pace a process keeps now: 1 with up to two of them for each core, less the more there are in a queue."""
    running = int(Path("/proc/loadavg").read_text("ascii").split()[3].partition("/")[0])
    return min(1.0, 2 * (os.cpu_count() or 1) / max(running, 1))
