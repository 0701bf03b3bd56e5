"""One site: a database, a place full of people that outlives every bot, and bot processes to be killed, stopped and told to stop."""

import asyncio
import os
import pickle
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from processes.bot import Orders
from processes.clock import FastClock, room_to_run
from processes.seen import Exchange

LEAST = 0.05
"""The part of the clock's speed that is left at worst."""


class Nursery:
    """The process that all bots are forked from."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, config: Path) -> "Nursery":
        """Start it; it reads the config folder once."""
        support = Path(__file__).parents[1]
        command = (sys.executable, "-m", "processes.nursery", str(config))
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env={**os.environ, "PYTHONPATH": str(support)})
        return cls(process)

    async def bear(self, orders: Orders) -> int:
        """Start a bot; its process id."""
        return await self._ask(orders)

    async def bury(self, pid: int) -> int:
        """Wait for the end of a bot; the code it ended with, or the signal as a negative number."""
        return os.waitstatus_to_exitcode(await self._ask(pid))

    async def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def _ask(self, value: Orders | int) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn:
            self._process.stdin.write(pickle.dumps(value))
            line = await self._process.stdout.readline()
            return int(line)


@dataclass
class Site:
    """``bots`` processes at once on the database ``url``; those of an SQLite file stand by for each other."""

    name: str
    url: str
    folder: Path
    bots: int
    channels: Sequence[str]
    clock: FastClock
    nursery: Nursery
    random: Random
    exchange: Exchange
    pids: list[int] = field(default_factory=list)
    kills: int = 0
    stops: int = 0
    _pacing: asyncio.Task[None] | None = None

    @property
    def log(self) -> Path:
        """Where all bots of the site write their logs."""
        return self.folder / f"{self.name}.log"

    async def open(self) -> None:
        """The place first, then the bots."""
        self._pacing = asyncio.create_task(self._pace())
        await self.exchange.open(self.folder / self.name)
        for _ in range(self.bots):
            await self.start()

    async def close(self) -> None:
        """Everything ends here."""
        for pid in list(self.pids):
            await self.kill(pid)
        await self.exchange.close()
        if self._pacing is not None:
            self._pacing.cancel()

    async def start(self) -> int:
        """One more bot; its process id."""
        orders = Orders(self.url, self.exchange.platform, self.exchange.address, self.clock.path, self.log, self.random.getrandbits(32))
        pid = await self.nursery.bear(orders)
        self.pids.append(pid)
        self.note("started", pid)
        return pid

    async def kill(self, pid: int) -> None:
        """SIGKILL, as the kernel or a container's end does it."""
        if pid in self.pids:
            self.pids.remove(pid)
            os.kill(pid, signal.SIGKILL)
            self.kills += 1
            self.note("killed", pid)
            await self._bury(pid, -signal.SIGKILL)

    async def replace(self, pid: int) -> None:
        """SIGKILL, and another in its place."""
        if pid in self.pids:
            await self.kill(pid)
            await self.start()

    async def end(self) -> None:
        """SIGTERM to all; they must end by themselves, and well, unless they were only beginning."""
        pids, self.pids = self.pids, []
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
        for pid in pids:
            await self._bury(pid, 0, -signal.SIGTERM)

    async def pause(self, pid: int, simulated: timedelta) -> None:
        """SIGSTOP, and so much later by the clock SIGCONT."""
        os.kill(pid, signal.SIGSTOP)
        self.stops += 1
        self.note("stopped", pid)
        await self.clock.sleep(simulated)
        if pid in self.pids:
            os.kill(pid, signal.SIGCONT)
            self.note("continued", pid)

    async def jump(self, to: datetime, *, kill: bool = False) -> None:
        """All bots end, well or by SIGKILL, the clock goes on to another instant, and as many bots start again."""
        if kill:
            for pid in list(self.pids):
                await self.kill(pid)
        await self.end()
        self.clock.jump(to)
        for _ in range(self.bots):
            await self.start()

    async def _pace(self) -> None:
        """Let time go slower while the machine has more to do than it can, and almost stop while no bot is up: what is tried here is
        copbot, not how fast this machine is.
        """
        while True:
            up = any(self.exchange.hears(pid) for pid in self.pids)
            self.clock.run(self.exchange.speed * (max(room_to_run(), LEAST) if up else LEAST))
            await asyncio.sleep(0.02)

    def note(self, what: str, pid: int) -> None:
        """Write into the site's log what a bot did or what was done to it."""
        with self.log.open("a", encoding="utf-8") as lines:
            lines.write(f"{datetime.now(UTC):%H:%M:%S.%f} (by the bots' clock {self.clock.now():%H:%M:%S}): {what} {pid}\n")

    async def _bury(self, pid: int, *expected: int) -> None:
        code = await self.nursery.bury(pid)
        if code not in expected:
            raise AssertionError(f"{self.name}: a bot ended with {code} instead of one of {expected}")
