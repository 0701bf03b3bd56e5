"""What a tick costs for each chat that is planned, with ten thousand of them, against the same with a thousand.

CPU time of doing what is due and of handing it over and marking it, divided by the number of planned chats. A tenth of them is open, with
a question due; the others come a week later.
"""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import process_time

from tests.benchmarks.many_chats import STARTS, ManyChats
from tests.benchmarks.measuring import Figure, microseconds, note

MANY, FEW = 10_000, 1000
OPEN = 10
"""One in so many is open."""

QUESTIONS = (1, 2, 3, 4)
"""Each is a round."""


def plan_growth(folder: Path) -> Figure:
    """The middle of the rounds; ours and the peer take turns."""
    with asyncio.Runner() as runner:
        found = runner.run(_rounds(folder))
    many, few = (median(side) for side in zip(*found, strict=True))
    return Figure(f"{microseconds(many)}/chat", f"{microseconds(few)}/chat", many / few, at_most=1.2)


async def _rounds(folder: Path) -> list[tuple[float, float]]:
    many, few = Planned(folder, MANY), Planned(folder, FEW)
    await many.prepare()
    await few.prepare()
    found = [(await many.tick(number), await few.tick(number)) for number in QUESTIONS]
    await many.chats.close()
    await few.chats.close()
    return found


class Planned:
    """So many chats, and the bot that hosts them."""

    def __init__(self, folder: Path, size: int) -> None:
        self._size = size
        self.chats = ManyChats(f"sqlite:///{folder / f'{size}.sqlite3'}")

    async def prepare(self) -> None:
        """Schedule them."""
        await self.chats.schedule(self._size // OPEN, STARTS)
        await self.chats.schedule(self._size - self._size // OPEN, STARTS + timedelta(days=7))

    async def tick(self, number: int) -> float:
        """CPU seconds for each chat, when the question of this number is due."""
        await self.chats.until(await self._due(number))
        earlier = len(self.chats.platform.opened)
        began = process_time()
        await self.chats.bot.turn()
        took = process_time() - began
        assert len(self.chats.platform.opened) - earlier == self._size // OPEN
        note(f"  {self._size} chats, Q{number}: {took:.2f}s of CPU")
        return took / self._size

    async def _due(self, number: int) -> datetime:
        return await self.chats.due_at(f"ask:{number}")
