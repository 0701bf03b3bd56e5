"""Sending: rows are claimed under a lease, attempted side by side, and marked with how their attempts ended.

A post that hangs keeps nothing back but its own lane. What can be claimed is handed over first; what has ended is marked when
nothing can be, or when it has waited for long enough.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from random import Random

import structlog

from copbot.domain.message import Message
from copbot.domain.step import Fate, Outgoing, platform_of
from copbot.ports.clock import Clock
from copbot.ports.library import Library
from copbot.ports.platform import Platform
from copbot.ports.store import Store, UnitOfWork
from copbot.runtime.attempts import LEASE, Attempts, Outcome
from copbot.runtime.meters import Meters
from copbot.services import posting
from copbot.services.desk import Desk

IN_FLIGHT = 200
"""So many attempts at most go on at once; each platform has an equal share of them, so that one that hangs leaves room for the others."""

AT_ONCE = 100
MARKED_AT_ONCE = 25
"""So many in one transaction, which keeps everybody else's waiting: a question's is a whole plan's next steps."""

LONGEST_UNMARKED = timedelta(seconds=1)
"""As long as there is more to hand over, what was sent waits so long at most to be marked. (If the process dies meanwhile, it is looked
for under its key, as anything that was in flight.)
"""

log = structlog.get_logger(__name__)


class Sender:
    """Empties the outbox. ``owner`` names this process in leases; ``marked`` is told of rows that were sent and are marked so;
    ``more_coming`` says that more is being put on its way just now: what has ended is marked after that.
    """

    def __init__(
        self,
        store: Store,
        library: Library,
        platforms: Mapping[str, Platform],
        clock: Clock,
        random: Random,
        owner: str,
        *,
        marked: Callable[[Sequence[Outgoing]], None],
        more_coming: Callable[[], bool] = lambda: False,
        lease: timedelta = LEASE,
        in_flight: int = IN_FLIGHT,
        meters: Meters | None = None,
    ) -> None:
        self._meters = meters or Meters()
        self._store = store
        self._library = library
        self._clock = clock
        self._random = random
        self._owner = owner
        self._marked = marked
        self._more_coming = more_coming
        self._lease = lease
        self._most = in_flight
        self._share = max(in_flight // max(len(platforms), 1), 1)
        self._attempts = Attempts(store, platforms, clock, lease, self._words, self._meters)
        self._flying: dict[str, asyncio.Task[Outcome]] = {}
        self._landed_at = clock.now()
        self._rung = asyncio.Event()
        self._news = False
        self._stopping = False

    async def drain(self) -> list[Outgoing]:
        """Send, batch by batch, until nothing can be sent now; the rows that were sent. Not while ``run`` is at work."""
        sent: list[Outgoing] = []
        while rows := await self._claim(AT_ONCE):
            sent += await self._finish_all(await asyncio.gather(*(self._attempts.make(row) for row in rows)))
        return sent

    async def run(self) -> None:
        """Send what there is whenever rung, until told to stop and nothing is in flight. What fails here is to be run again."""
        self.ring()
        while not (self._stopping and not self._flying):
            await self._rung.wait()
            self._rung.clear()
            began = await self._take_off()
            if not (began or self._more_coming()) or self._stopping or self._clock.now() >= self._landed_at + LONGEST_UNMARKED:
                await self._land()
        self._stopping = False

    def ring(self) -> None:
        """There may be something to send."""
        self._news = True
        self._rung.set()

    def stop(self) -> None:
        """Claim nothing more, so that ``run`` ends with what is in flight."""
        self._stopping = True
        self._rung.set()

    def cut(self) -> None:
        """Wait no longer for what is in flight: it is unclear."""
        self._attempts.cut()

    async def next_due(self) -> datetime | None:
        """When there may be something to send."""
        now = self._clock.now()
        return await self._store.read(lambda uow: uow.outbox.next_due(now))

    async def _take_off(self) -> bool:
        """Claim and start what there is room for, if there may be something; whether there was."""
        room = self._room()
        if self._stopping or not self._news or room <= 0:
            return False
        self._news = False
        rows = await self._claim(room, but_not=self._full())
        for row in rows:
            self._start(row)
        if len(rows) == room:
            self._news = True
        if rows:
            self._rung.set()
        return bool(rows)

    def _start(self, row: Outgoing) -> None:
        if row.lane in self._flying:
            log.warning("An earlier post of this lane outlived its lease; its next waits for another", action="lane_busy", key=row.key)
            return
        flight = asyncio.create_task(self._attempts.make(row), name=row.key)
        flight.add_done_callback(lambda _: self._rung.set())
        self._flying[row.lane] = flight

    async def _land(self) -> None:
        """Mark what has ended by now, or some of it. What waits behind it in its lane may leave then."""
        ended = {lane: flight for lane, flight in self._flying.items() if flight.done()}
        landed = dict(islice(ended.items(), MARKED_AT_ONCE))
        if len(landed) == len(ended):
            self._landed_at = self._clock.now()
        for lane in landed:
            del self._flying[lane]
        if landed:
            self._marked(await self._finish_all([flight.result() for flight in landed.values() if not flight.cancelled()]))
            self.ring()

    def _room(self) -> int:
        """How many rows may be claimed now, even if all of them are for the platform that has least room of those not full."""
        busiest = max((flying for flying in self._by_platform().values() if flying < self._share), default=0)
        return min(self._share - busiest, self._most - sum(self._by_platform().values()))

    def _full(self) -> list[str]:
        return [name for name, flying in self._by_platform().items() if flying >= self._share]

    def _by_platform(self) -> Counter[str]:
        return Counter(platform_of(lane) for lane, flight in self._flying.items() if not flight.done())

    async def _claim(self, limit: int, *, but_not: Collection[str] = ()) -> list[Outgoing]:
        """A lease begins when the database is asked, not when this process began to wait for its turn there."""
        return await self._store.write(lambda uow: uow.outbox.claim(self._owner, self._clock.now(), self._lease, limit, but_not=but_not))

    async def _finish_all(self, outcomes: Sequence[Outcome]) -> list[Outgoing]:
        """Write how all attempts ended in one transaction; if one of them is at fault, each in its own: what was sent is marked so.

        The rows that were sent.
        """
        for outcome in outcomes:
            self._meters.ended(outcome.row)
        try:
            await self._store.write(lambda uow: self._finish(uow, outcomes))
        except Exception as error:  # noqa: BLE001 - see above; a row that cannot be marked is looked for after its lease
            log.error("Outcomes could not be written at once", action="finish_failed", rows=len(outcomes), error=type(error).__name__)
            for outcome in outcomes:
                await self._finish_one(outcome)
        return [outcome.row for outcome in outcomes if outcome.row.fate is Fate.SENT]

    async def _finish_one(self, outcome: Outcome) -> None:
        try:
            await self._store.write(lambda uow: self._finish(uow, [outcome]))
        except Exception as error:  # noqa: BLE001 - see above
            log.error("An outcome could not be written", action="finish_failed", key=outcome.row.key, error=type(error).__name__)

    def _words(self, uow: UnitOfWork, row: Outgoing) -> Message:
        return posting.words(self._desk(uow), row)

    def _desk(self, uow: UnitOfWork) -> Desk:
        return Desk(uow, self._clock.now(), self._library, self._random)

    def _finish(self, uow: UnitOfWork, outcomes: Sequence[Outcome]) -> None:
        desk = self._desk(uow)
        for outcome in sorted(outcomes, key=lambda one: (one.row.chat or 0, one.row.id)):
            posting.finished(desk, outcome.row, remedy=outcome.remedy)
            if outcome.hold is not None:
                uow.outbox.hold(outcome.row.lane, desk.now + outcome.hold)
