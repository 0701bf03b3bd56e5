"""What the loopback Slack and the loopback Discord have in common as places for campaigns.

Their own times pass by the bots' clock, too: at about a twentieth of what they are, and slower while the machine is busy.
"""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from random import Random

from processes.clock import FastClock
from processes.seen import Watching
from slack_loopback.faults import Faults, Kind
from slack_loopback.workspace import Time
from typing_extensions import override

LOST = 0.05
"""Share of requests whose answer gets lost after all was done."""

LATEST = timedelta(seconds=4)
"""Half of what a request takes at most: so long before something is done, and as long again until it is answered."""

EARLY = 0.3
"""Share of questions that somebody answers before the bot has heard that they stand there."""

SPEED = 20.0
"""The adapter waits by real time for sockets and answers, seconds that are minutes by the clock: faster, posts come too late."""

REGRETTED = 0.05
"""Share of messages that are deleted at once, and whose deletion arrives first."""


class SameTime(Time):
    """The bots' clock."""

    def __init__(self, clock: FastClock) -> None:
        super().__init__()
        self._clock = clock

    @override
    def now(self) -> float:
        return self._clock.now().timestamp()


class Unsteady:
    """A loopback server that loses answers and is late with them. ``watching`` is told of every message posted, before its answer is on
    its way.
    """

    speed = SPEED

    def __init__(self, server: AbstractAsyncContextManager[object], faults: Faults, clock: FastClock, random: Random) -> None:
        self.watching: Watching | None = None
        self.random = random
        self._server = server
        self._faults = faults
        self._clock = clock
        self.lost = LOST

    @property
    def lost(self) -> float:
        """The share of answers that get lost."""
        return self._lost

    @lost.setter
    def lost(self, share: float) -> None:
        self._lost = share
        self._faults.share(self.random, {Kind.LOST: share})

    async def open(self, _: Path) -> None:
        """Be there."""
        await self._server.__aenter__()

    async def close(self) -> None:
        """Be gone."""
        await self._server.__aexit__(None, None, None)

    async def dawdle(self) -> None:
        """Take some time."""
        await self._clock.sleep(LATEST * self.random.random() ** 4)
