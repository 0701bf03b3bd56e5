"""An event loop with virtual time: it never waits, and which of several ready callbacks comes first is decided by the seed.

Whatever happens in it happens again with the same seed. Threads do not: work given to an executor is done in the loop, first come first
served for each executor, with seeded delays before it and after it, so that a process may be killed before a commit, or after it and
before it hears of it.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Executor
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from typing_extensions import TypeVarTuple, Unpack, override

from copbot.testing.simulation.process import PROCESS, Life, Process

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

MOST_STEPS = 1_000_000
"""More steps than any seed needs: after so many something goes round in circles."""

LONGEST = 400 * 86_400.0
"""Seconds of virtual time after which a seed should have ended long ago."""

SLOW_DATABASE = 0.02
"""How many of the accesses to the database take seconds, not milliseconds."""


class Endless(AssertionError):
    """The simulation does not come to an end."""


@dataclass(order=True, slots=True)
class Entry:
    """Something to be called, and when; ``number`` keeps those of one instant apart."""

    when: float
    number: int
    handle: asyncio.Handle = field(compare=False)
    call: Callable[[], object] = field(compare=False)
    process: Process | None = field(compare=False)


@dataclass(slots=True)
class _Job:
    work: Callable[[], Any]
    done: asyncio.Future[Any]


class SimulatedLoop(asyncio.AbstractEventLoop):
    """The loop of one seed. ``errors`` are the exceptions of callbacks that nobody waited for."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._now = 0.0
        self._number = 0
        self._ready: list[Entry] = []
        self._timers: list[Entry] = []
        self._jobs: dict[object, deque[_Job]] = {}
        self._tasks: list[asyncio.Task[Any]] = []
        self._closed = False
        self._running = False
        self.steps = 0
        self.longest = LONGEST
        self.errors: list[dict[str, Any]] = []

    def put_back(self, entries: list[Entry]) -> None:
        """Make ready what a process was about to do when it was stopped."""
        self._ready.extend(entries)

    @override
    def time(self) -> float:
        return self._now

    @override
    def run_until_complete(self, future: Coroutine[Any, Any, T] | Any) -> T:
        """Run until the work is done. Raises Endless if that takes unreasonably long, or if nothing will ever happen any more."""
        task: asyncio.Future[T] = asyncio.ensure_future(future, loop=self)
        asyncio._set_running_loop(self)  # for authors of event loops, says its documentation
        self._running = True
        try:
            while not task.done():
                self._step()
        finally:
            self._running = False
            asyncio._set_running_loop(None)
        return task.result()

    def bury(self, processes: Iterable[Process]) -> None:
        """Cancel everything, the dead included, and let it end in good order. Raises Endless if something will not end."""
        for process in processes:
            self.put_back(process.bury())
        self.steps, self.longest = 0, self._now + LONGEST
        asyncio._set_running_loop(self)
        try:
            while left := [task for task in self._tasks if not task.done()]:
                for task in left:
                    task.cancel()
                self._step()
                while self._ready:
                    self._step()
        finally:
            asyncio._set_running_loop(None)
        for task in self._tasks:
            if not task.cancelled():
                task.exception()

    def _step(self) -> None:
        self._wake()
        if not self._ready:
            if not self._timers:
                raise Endless("nothing will ever happen any more, and somebody still waits")
            self._now = max(self._now, self._timers[0].when)
            self._wake()
        self.steps += 1
        if self.steps > MOST_STEPS or self._now > self.longest:
            raise Endless(f"no end after {self.steps} steps, {self._now:.0f} s of virtual time")
        self._run(self._pick())

    def _wake(self) -> None:
        while self._timers and self._timers[0].when <= self._now:
            self._ready.append(heapq.heappop(self._timers))

    def _pick(self) -> Entry:
        at = self._random.randrange(len(self._ready)) if len(self._ready) > 1 else 0
        self._ready[at], self._ready[-1] = self._ready[-1], self._ready[at]
        return self._ready.pop()

    def _run(self, entry: Entry) -> None:
        if entry.handle.cancelled():
            return
        process = entry.process
        if process is not None:
            if process.life is not Life.RUNNING:
                process.held.append(entry)
                return
            process.stepped()
        entry.call()

    @override
    def call_soon(self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None) -> asyncio.Handle:
        context = context or copy_context()
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(self._entry(self._now, handle, callback, args, context))
        return handle

    @override
    def call_later(
        self, delay: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + max(delay, 0), callback, *args, context=context)

    @override
    def call_at(
        self, when: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        context = context or copy_context()
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, self._entry(when, handle, callback, args, context))
        return handle

    def _entry(
        self, when: float, handle: asyncio.Handle, callback: Callable[..., object], args: tuple[Any, ...], context: Context
    ) -> Entry:
        self._number += 1

        def call() -> None:
            try:
                context.run(callback, *args)
            except Exception as error:  # noqa: BLE001 - as every event loop does; the end of the seed looks at them
                self.call_exception_handler({"message": f"{callback} failed", "exception": error})

        return Entry(when, self._number, handle, call, context.get(PROCESS))

    @override
    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    @override
    def create_task(self, coro: Any, *, name: str | None = None, context: Context | None = None) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=self, name=name, context=context)
        self._tasks.append(task)
        return task

    @override
    def run_in_executor(self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts) -> asyncio.Future[T]:
        """Do the work in the loop: one after the other for each executor, as its one thread would."""
        jobs = self._jobs.setdefault(executor, deque())
        done: asyncio.Future[T] = self.create_future()
        jobs.append(_Job(lambda: func(*args), done))
        self.call_later(self._access_time(), self._do_next, jobs)
        return done

    def _do_next(self, jobs: deque[_Job]) -> None:
        job = jobs.popleft()
        if job.done.cancelled():
            return
        try:
            result = job.work()
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            self.call_later(self._access_time(), _fail, job.done, error)
        else:
            self.call_later(self._access_time(), _finish, job.done, result)

    def _access_time(self) -> float:
        if self._random.random() < SLOW_DATABASE:
            return self._random.uniform(0.1, 3)
        return self._random.uniform(0.0001, 0.005)

    @override
    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.errors.append(context)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Timers that are cancelled are left out when their time comes."""

    @override
    def get_debug(self) -> bool:
        return False

    @override
    def is_running(self) -> bool:
        return self._running

    @override
    def is_closed(self) -> bool:
        return self._closed

    @override
    def close(self) -> None:
        self._closed = True
        self._ready.clear()
        self._timers.clear()
        self._jobs.clear()


def _finish(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
