"""The alarm: the loop's own timers wake the tick, APScheduler the chores. What is due is in the store, whatever happens here."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from typing_extensions import override

from copbot.ports.clock import Alarm, Clock
from copbot.runtime.clock import SystemClock, steady

LONGEST_WAIT = timedelta(seconds=30)
"""The tick comes at least this often, whatever was planned: the truth is in the rows."""

SET = timedelta(seconds=10)
"""The machine's clock was set if it differs by more than this from what the steady one makes of it."""


class Ticker(Alarm):
    """Wakes the bot by delay, and runs the coalescing chores: anchoring, reconciliation.

    A delay, because APScheduler waits for an instant of the machine's clock, and that may be set while it waits, or be hours from
    ``clock``. Chores may wait for it: when the machine's clock was set they run anew from there.
    """

    def __init__(self, clock: Clock, machine: Clock | None = None) -> None:
        self._clock = clock
        self._machine = machine or SystemClock()
        self._rung = asyncio.Event()
        self._offset = self._measured()
        self._scheduler = AsyncIOScheduler(job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}, timezone=UTC)
        self._scheduler.start()

    @override
    async def wait_until(self, when: datetime | None) -> None:
        latest = self._clock.now() + LONGEST_WAIT
        at = min(when, latest) if when else latest
        while not self._rung.is_set() and (left := at - self._clock.now()) > timedelta():
            with suppress(TimeoutError):
                async with asyncio.timeout(left.total_seconds()):
                    await self._rung.wait()
        self._rung.clear()
        self._notice_a_set_clock()

    @override
    def ring(self) -> None:
        self._rung.set()

    def every(self, period: timedelta, chore: Callable[[], Awaitable[None]], name: str) -> None:
        """Run a chore again and again; a run that is still going on is not doubled."""

        async def run() -> None:
            # APScheduler would call what is not a coroutine function in a thread, and await nothing.
            await chore()

        self._scheduler.add_job(run, "interval", seconds=period.total_seconds(), id=name)

    @override
    async def aclose(self) -> None:
        self.ring()
        self._scheduler.shutdown(wait=False)

    def _notice_a_set_clock(self) -> None:
        """Let all chores run soon if the machine's clock was set: set back, it would keep them waiting for as long."""
        measured = self._measured()
        if abs(measured - self._offset) > SET.total_seconds():
            self._offset = measured
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=self._machine.now())

    def _measured(self) -> float:
        return self._machine.now().timestamp() - steady()
