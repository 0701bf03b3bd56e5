"""What the loopback Slack and the loopback Discord have in common as places for campaigns.

Their own times pass by the bots' clock, too: at about a twentieth of what they are, and slower while the machine is busy.
"""

from datetime import timedelta
from random import Random

from processes.clock import FastClock
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


async def dawdle(clock: FastClock, random: Random) -> None:
    """Take some time."""
    await clock.sleep(LATEST * random.random() ** 4)
