"""The bot: receiver, ticking and sender around one store.

``run`` lets them work side by side for ever; ``turn`` does everything that is due now, one thing after the other.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

import structlog

from copbot.domain.chat import HEARING
from copbot.domain.community import Community
from copbot.domain.heard import Heard
from copbot.domain.step import Outgoing
from copbot.errors import NotAuthenticated
from copbot.ports.clock import Alarm, Clock
from copbot.ports.library import Library
from copbot.ports.platform import Platform
from copbot.ports.store import Store, UnitOfWork
from copbot.runtime.looking_ahead import LookingAhead
from copbot.runtime.meters import Meters
from copbot.runtime.receiver import Receiver
from copbot.runtime.rereading import Rereading
from copbot.runtime.sender import Sender
from copbot.runtime.supervising import supervised
from copbot.runtime.ticking import Ticking
from copbot.services import reporting, retaining
from copbot.services.desk import Desk

QUIET_AFTER_GAP = timedelta(minutes=5)
"""Nothing unasked for so long after a start: the bot may not have heard everything yet (2-domain 3.4, rule 14)."""

RECONNECT = 1.0
"""Seconds until a connection that ended is tried again."""

SETTLED = 5.0
"""Seconds that a connection must have stood again before what was missed is read: until then it may not be there yet, or end once more."""

LONGEST_CATCHING_UP = timedelta(seconds=10)
"""What was said while the bot was away is read before anything of a plan is done (before a chat is closed, say); a platform that hangs
holds nothing up for longer than this.
"""

LONGEST_STOP = timedelta(seconds=8)
"""A stop waits this long for posts in flight; those that take longer are unclear, and the next start looks for them."""

LAST_WORDS = timedelta(milliseconds=800)
"""How long it may take to mark what was cut off, and after that to say goodbye to the platforms."""

PAUSE = timedelta(seconds=1)
"""What was due and could not be done is tried again after this."""

log = structlog.get_logger(__name__)


class Bot:
    """Hosts chats on every platform it is given."""

    def __init__(
        self,
        store: Store,
        library: Library,
        platforms: Sequence[Platform],
        clock: Clock,
        alarm: Alarm,
        *,
        random: Random | None = None,
        owner: str = "copbot",
        meters: Meters | None = None,
    ) -> None:
        self._meters = meters or Meters()
        self._store = store
        self._library = library
        self._platforms: Mapping[str, Platform] = {platform.name: platform for platform in platforms}
        self._clock = clock
        self._alarm = alarm
        self._random = random or Random()  # noqa: S311 - pseudonyms, not secrets
        self._owner = owner
        self._receiver = Receiver(store, library, self._platforms, clock, alarm, self._random, self.reconcile, self._meters)
        self._rereading = Rereading(store, library, self._platforms, clock, self._random, self._receiver.inbox)
        self._looking_ahead = LookingAhead(store, library, self._platforms, clock, self._random)
        self._sender = Sender(
            store,
            library,
            self._platforms,
            clock,
            self._random,
            owner,
            marked=self._marked,
            more_coming=lambda: self._ticking.performing,
            meters=self._meters,
        )
        self._ticking = Ticking(store, library, clock, self._random, self._meters, committed=self._sender.ring)
        self._let_go_on: date | None = None
        self._hearing: list[asyncio.Task[None]] = []
        self._working: list[asyncio.Task[None]] = []
        self._sending: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take over from whoever ran before, listen, and read what was missed."""
        await self._listen()
        await self.reconcile()

    async def run(self) -> None:
        """Work until cancelled; then see that what is in flight is finished or known to be unclear."""
        try:
            await self._listen()
            self._sending = _going("sender", self._sender.run)
            catching_up = _going("reconciling", self.reconcile)
            readers = [_going(f"history of {name}", read) for name, read in self._rereading.tasks().items()]
            self._working = [catching_up, *readers, _going("looking ahead", self._looking_ahead.run)]
            await asyncio.wait([catching_up], timeout=LONGEST_CATCHING_UP.total_seconds())
            self._working.append(_going("ticking", self._tick_for_ever))
            await asyncio.wait([self._sending, *self._working])
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Begin nothing more, finish what is in flight, stop hearing: in less than ten seconds, whatever hangs."""
        _cancel(self._working)
        if self._sending is not None:
            await self._stop_sending(self._sending)
        _cancel(self._hearing)
        if ending := [*self._working, *self._hearing]:
            await asyncio.wait(ending, timeout=LAST_WORDS.total_seconds())
        self._working, self._sending, self._hearing = [], None, []

    async def turn(self) -> datetime | None:
        """Do everything that is due; when the next thing will be. Not while ``run`` is at work."""
        while True:
            worked = await self._tick()
            sent = await self._sender.drain()
            await self._rereading.threads_of(sent)
            await self._looking_ahead.at_chats_of(sent)
            if not worked and not sent:
                await self._scrub_if_owed()
                return min(await self._due(), default=None)

    async def hear(self, *heard: Heard) -> None:
        """Take something as if a platform had brought it."""
        await self._receiver.inbox(*heard)

    async def report_content(self) -> None:
        """Tell backstage about errors in content files, once for each set of errors."""
        await self._store.write(lambda uow: reporting.report_problems(self._desk(uow)))
        self._alarm.ring()

    async def reconcile(self) -> None:
        """Read the history of every open chat's channel and threads: what was missed is taken over, what is known changes nothing."""
        await self._rereading.open_places()

    async def _listen(self) -> None:
        await self._store.write(self._take_over)
        self._hearing = [_going("receiver", self._receiver.run), _going("introductions", self._receiver.get_to_know)]
        self._hearing += [asyncio.create_task(self._connected(platform), name=platform.name) for platform in self._platforms.values()]
        await asyncio.sleep(0)

    def _take_over(self, uow: UnitOfWork) -> None:
        uow.outbox.free_dead(self._owner)
        until = self._clock.now() + QUIET_AFTER_GAP
        for chat in uow.chats.lock([chat.id for chat in uow.chats.in_states(HEARING)]):
            uow.chats.save(replace(chat, quiet_after_gap_until=until))

    async def _connected(self, platform: Platform) -> None:
        """Keep one platform connected: whatever ends its connection is logged; it is connected again, and what was missed is read."""
        settled: asyncio.TimerHandle | None = None
        while True:
            try:
                self._meters.connected(platform.name, yes=True)
                await platform.run(self._receiver.inbox)
            except NotAuthenticated as error:
                log.error("A platform does not accept us", action="not_authenticated", platform=platform.name, remedy=error.remedy)
                return
            except Exception as error:  # noqa: BLE001 - supervised: an adapter's fault must not leave the bot deaf
                log.error("A platform's connection ended", action="disconnected", platform=platform.name, error=type(error).__name__)
            finally:
                self._meters.connected(platform.name, yes=False)
                if settled is not None:
                    settled.cancel()
            await asyncio.sleep(RECONNECT)
            settled = asyncio.get_running_loop().call_later(SETTLED, self._rereading.after_gap, platform.name)

    async def _tick_for_ever(self) -> None:
        """Whatever wakes the ticking may be a row to send as well: the sender is rung first, and again for what a tick committed."""
        while True:
            began = self._clock.now()
            self._sender.ring()
            if not await self._tick():
                await self._scrub_if_owed()
                due = [at if at > began else began + PAUSE for at in await self._due()]
                await self._alarm.wait_until(min(due, default=None))

    async def _tick(self) -> int:
        await self._let_go_once_a_day()
        done = await self._ticking.tick()
        self._meters.ticked()
        return done

    def _marked(self, sent: Sequence[Outgoing]) -> None:
        """What became of a post changes what is due next."""
        self._rereading.soon(sent)
        self._looking_ahead.soon(sent)
        self._alarm.ring()

    async def _stop_sending(self, sending: asyncio.Task[None]) -> None:
        self._sender.stop()
        await asyncio.wait([sending], timeout=LONGEST_STOP.total_seconds())
        self._sender.cut()
        await asyncio.wait([sending], timeout=LAST_WORDS.total_seconds())
        sending.cancel()

    async def _let_go_once_a_day(self) -> None:
        today = self._clock.now().date()
        if self._let_go_on == today:
            return
        self._let_go_on = today  # also if it fails: ticks must go on, and tomorrow is soon enough
        gone = await self._store.write(lambda uow: retaining.let_go(self._desk(uow)))
        for community in self._library.communities():
            gone += await self._store.write(partial(self._let_go_in, community))
        if gone:
            self._receiver.scrub_owed = True

    def _let_go_in(self, community: Community, uow: UnitOfWork) -> int:
        return retaining.let_go_in(self._desk(uow), community)

    async def _scrub_if_owed(self) -> None:
        """What was erased must be in no file any more; while somebody reads the database it stays owed."""
        if not self._receiver.scrub_owed:
            return
        self._receiver.scrub_owed = False  # before: what is erased meanwhile owes another
        scrubbed = False
        try:
            scrubbed = await self._store.scrub()
        finally:
            self._receiver.scrub_owed |= not scrubbed

    async def _due(self) -> list[datetime]:
        """When the next step, the next follow-up and the next row are due."""
        row = await self._sender.next_due()
        return [*await self._ticking.next_due(), *([row] if row else [])]

    def _desk(self, uow: UnitOfWork) -> Desk:
        return Desk(uow, self._clock.now(), self._library, self._random)


def _going(part: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
    return asyncio.create_task(supervised(part, work), name=part)


def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
