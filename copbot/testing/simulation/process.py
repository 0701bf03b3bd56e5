"""Simulated processes: whatever is begun by one belongs to it, and it can be stopped between any two of its lines that await."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextvars import ContextVar, copy_context
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

    from copbot.testing.simulation.loop import Entry

PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)
"""The process that the running line belongs to; None: the world around the processes."""


class Life(StrEnum):
    """Whether a process gets on: it runs, is stopped as by SIGSTOP, or is dead as after SIGKILL."""

    RUNNING = "running"
    PAUSED = "paused"
    DEAD = "dead"


class Process:
    """One process. What it was about to do when it was stopped waits in ``held``: for ever if it is dead.

    ``on_stop`` is called when it is killed or paused.
    """

    def __init__(self, name: str, trace: Callable[..., None]) -> None:
        self.name = name
        self.life = Life.RUNNING
        self.held: list[Entry] = []
        self.steps = 0
        self.on_stop: Callable[[Life], None] | None = None
        self._trace = trace
        self._doom: tuple[int, Life] | None = None

    def run(self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin the work as this process's; everything that it begins belongs to this process, too."""
        context = copy_context()
        context.run(PROCESS.set, self)
        return loop.create_task(work, name=self.name, context=context)

    def stop_after(self, steps: int, life: Life) -> None:
        """Be killed or paused once it has got on by so many steps: that is, at the next await after them."""
        self._doom = (self.steps + steps, life)

    def spare(self) -> None:
        """Do not stop where it was decided before."""
        self._doom = None

    def kill(self) -> None:
        """Never run another line."""
        self._enter(Life.DEAD)

    def pause(self) -> None:
        """Stand still until ``go_on``."""
        self._enter(Life.PAUSED)

    def go_on(self) -> list[Entry]:
        """Run again; what it was about to do. A dead process stays dead."""
        if self.life is not Life.PAUSED:
            return []
        self.life = Life.RUNNING
        self._trace("process", self.name, "goes on")
        return self._let_go()

    def bury(self) -> list[Entry]:
        """When all is over: let what is left of it run once more, to be cancelled in good order; nothing that it does counts."""
        self.life = Life.RUNNING
        self._doom = None
        return self._let_go()

    def stepped(self) -> None:
        """Count one step, and stop where it was decided."""
        self.steps += 1
        if self._doom is not None and self.steps >= self._doom[0]:
            life, self._doom = self._doom[1], None
            self._enter(life)

    def _enter(self, life: Life) -> None:
        if self.life is Life.DEAD or self.life is life:
            return
        self.life = life
        self._doom = None
        self._trace("process", self.name, life)
        if self.on_stop is not None:
            self.on_stop(life)

    def _let_go(self) -> list[Entry]:
        held, self.held = self.held, []
        return held
