"""Time, and being woken at one."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The authority on time for everything, leases included."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class Alarm(Protocol):
    """Wakes the bot. A hint, never the truth: the rows in the store say what is due."""

    async def wait_until(self, when: datetime | None) -> None:
        """Return at ``when`` by the clock, or soon after ``ring``; with None only after ``ring`` (or an hour)."""
        ...

    def ring(self) -> None:
        """Wake whoever waits: something changed."""
        ...

    async def aclose(self) -> None:
        """Wake nobody any more."""
        ...


class Hints(Protocol):
    """News that another process has put something on its way. Optional: without it the next tick finds the same."""

    async def listen(self, ring: Callable[[], None]) -> None:
        """Call ``ring`` for each hint, until cancelled. A lost connection is made again; hints meanwhile are lost."""
        ...
