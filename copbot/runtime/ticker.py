"""APScheduler as the alarm, never as the memory: what is due is in the store, whatever happens here."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from typing_extensions import override

from copbot.ports.clock import Alarm, Clock

LONGEST_WAIT = timedelta(seconds=30)
"""The tick comes at least this often, whatever was planned: the truth is in the rows."""


class Ticker(Alarm):
    """Wakes the bot with a date job, and runs the coalescing chores: reconciliation, retention."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()
        self._scheduler = AsyncIOScheduler(job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
        self._scheduler.start()

    @override
    async def wait_until(self, when: datetime | None) -> None:
        latest = self._clock.now() + LONGEST_WAIT
        at = min(when, latest) if when else latest
        if at > self._clock.now():
            self._scheduler.add_job(self._rung.set, "date", run_date=at, id="tick", replace_existing=True)
            await self._rung.wait()
        self._rung.clear()

    @override
    def ring(self) -> None:
        self._rung.set()

    def every(self, period: timedelta, chore: Callable[[], Awaitable[None]], name: str) -> None:
        """Run a chore again and again; a run that is still going on is not doubled."""
        self._scheduler.add_job(chore, "interval", seconds=period.total_seconds(), id=name)

    @override
    async def aclose(self) -> None:
        self.ring()
        self._scheduler.shutdown(wait=False)
