"""Whether this process is ready to host, and what it measures: ``/readyz`` and ``/metrics``. Neither waits for a database that hangs."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from copbot.errors import DatabaseUnreachable
from copbot.ports.clock import Clock
from copbot.ports.readings import Queues
from copbot.runtime.meters import Meters

OK = "ok"
LONGEST_ANSWER = timedelta(seconds=2)
"""A database that takes longer does not answer."""

LONGEST_PAUSE = timedelta(seconds=90)
"""A tick comes at least every 30 seconds; two in a row that are missing mean that something hangs."""

Look = Callable[[datetime], Awaitable[Queues]]


class Vitals:
    """Of one process, which stands by until it has the database."""

    def __init__(self, meters: Meters, clock: Clock, longest_answer: timedelta = LONGEST_ANSWER) -> None:
        self._meters = meters
        self._clock = clock
        self._longest_answer = longest_answer
        self._look: Look | None = None
        self._platforms: Collection[str] = ()

    def hosting(self, look: Look, platforms: Collection[str]) -> None:
        """The database is open: ``look`` says what waits in it, and these platforms should be connected."""
        self._look = look
        self._platforms = platforms

    async def ready(self) -> Mapping[str, str]:
        """For each thing that must be so ``ok``, or what is wrong with it."""
        if self._look is None:
            return {"database": "standing by: another copbot has it, it is being brought up to date, or it is away"}
        queues = await self._queues(self._look)
        return {
            "database": self._database(queues),
            "tables": OK if queues is None or queues.migrated else "older than this copbot",
            "ticker": self._ticker(),
            **{name: OK if self._meters.connections.get(name) else "not connected" for name in self._platforms},
        }

    async def metrics(self) -> bytes:
        """Everything measured, in Prometheus' text format."""
        queues = await self._queues(self._look) if self._look else None
        return self._meters.render(queues, self._clock.now())

    async def _queues(self, look: Look) -> Queues | None:
        with suppress(DatabaseUnreachable, TimeoutError):
            async with asyncio.timeout(self._longest_answer.total_seconds()):
                return await look(self._clock.now())
        return None

    def _database(self, queues: Queues | None) -> str:
        if queues is None:
            return "does not answer"
        return "answers, but not to everything: see database_away in the log" if self._meters.waits else OK

    def _ticker(self) -> str:
        age = self._meters.tick_age
        if age is None:
            return "has not begun"
        return OK if age < LONGEST_PAUSE.total_seconds() else f"nothing was done for {age:.0f} seconds"
