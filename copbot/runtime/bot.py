"""The bot: receiver, ticker and sender around one store. ``turn`` does everything that is due now; ``run`` does so for ever."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

import structlog

from copbot.domain.chat import HEARING
from copbot.domain.heard import Heard
from copbot.domain.place import Place
from copbot.domain.step import Outgoing
from copbot.errors import NotAuthenticated, PlatformError
from copbot.ports.clock import Alarm, Clock
from copbot.ports.library import Library
from copbot.ports.platform import Platform
from copbot.ports.store import Store, UnitOfWork
from copbot.runtime.receiver import Receiver
from copbot.runtime.sender import Sender
from copbot.services import following_up, hearing, performing, probes, reporting, retaining
from copbot.services.desk import Desk

QUIET_AFTER_GAP = timedelta(minutes=5)
"""Nothing unasked for so long after a start: the bot may not have heard everything yet (2-domain 3.4, rule 14)."""

RECONNECT = 1.0
"""Seconds until a connection that ended is tried again."""

LONGEST_STOP = timedelta(seconds=8)
"""A stop waits this long for the turn in hand; what is not done by then is a row, and the next start does it."""

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
    ) -> None:
        self._store = store
        self._library = library
        self._platforms: Mapping[str, Platform] = {platform.name: platform for platform in platforms}
        self._clock = clock
        self._alarm = alarm
        self._random = random or Random()  # noqa: S311 - pseudonyms, not secrets
        self._owner = owner
        self._receiver = Receiver(store, library, self._platforms, clock, alarm, self._random, self.reconcile)
        self._sender = Sender(store, library, self._platforms, clock, self._random, owner)
        self._let_go_on: date | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take over from whoever ran before, then listen."""
        await self._store.write(self._take_over)
        self._tasks = [asyncio.create_task(self._receiver.run(), name="receiver")]
        self._tasks += [asyncio.create_task(self._connected(platform), name=platform.name) for platform in self._platforms.values()]
        await asyncio.sleep(0)
        await self.reconcile()

    async def stop(self) -> None:
        """Stop hearing; what was heard is committed, what was claimed is finished by ``turn`` before."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def run(self) -> None:
        """Work until cancelled; a turn that has begun is finished first."""
        try:
            await self.start()
            while True:
                await self._alarm.wait_until(await self._whole_turn())
        finally:
            await self.stop()

    async def _whole_turn(self) -> datetime | None:
        """A turn that is finished even if the bot is told to stop meanwhile: what was claimed is sent and marked."""
        turn = asyncio.create_task(self.turn())
        try:
            return await asyncio.shield(turn)
        except asyncio.CancelledError:
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_STOP.total_seconds()):
                    await turn
            raise

    async def turn(self) -> datetime | None:
        """Do everything that is due; when the next thing will be."""
        await self._let_go_once_a_day()
        while True:
            worked = await self._perform_due() + await self._follow_up_due()
            sent = await self._sender.drain()
            await self._read_new_threads(sent)
            if not worked and not sent:
                await self._scrub_if_owed()
                return await self._next_due()

    async def hear(self, heard: Heard) -> None:
        """Take something as if a platform had brought it."""
        await self._receiver.inbox(heard)

    async def report_content(self) -> None:
        """Tell backstage about errors in content files, once for each set of errors."""
        await self._store.write(lambda uow: reporting.report_problems(self._desk(uow)))
        self._alarm.ring()

    async def reconcile(self) -> None:
        """Read the history of every open chat's channel and threads: what was missed is taken over, what is known changes nothing."""
        for place, since in await self._store.read(_open_places):
            await self._read_again(place, since)

    def _take_over(self, uow: UnitOfWork) -> None:
        uow.outbox.free_dead(self._owner)
        until = self._clock.now() + QUIET_AFTER_GAP
        for chat in uow.chats.lock([chat.id for chat in uow.chats.in_states(HEARING)]):
            uow.chats.save(replace(chat, quiet_after_gap_until=until))

    async def _connected(self, platform: Platform) -> None:
        """Keep one platform connected: whatever ends its connection is logged, and it is connected again."""
        while True:
            try:
                await platform.run(self._receiver.inbox)
            except NotAuthenticated as error:
                log.error("A platform does not accept us", action="not_authenticated", platform=platform.name, remedy=error.remedy)
                return
            except Exception as error:  # noqa: BLE001 - supervised: an adapter's fault must not leave the bot deaf
                log.error("A platform's connection ended", action="disconnected", platform=platform.name, error=type(error).__name__)
            await asyncio.sleep(RECONNECT)

    def _follow_up(self, uow: UnitOfWork) -> int:
        desk = self._desk(uow)
        probes.look(desk)
        return following_up.send_due(desk)

    async def _give_up(self, chat: int) -> None:
        """End the step and tell the hosts; if not even that works (their community is gone from the files), end it all the same."""
        try:
            await self._store.write(lambda uow: performing.give_up_next_of(self._desk(uow), chat))
        except Exception as error:  # noqa: BLE001 - see above
            log.error("The hosts could not be told", action="give_up_failed", chat=chat, error=type(error).__name__)
            await self._store.write(lambda uow: performing.give_up_next_of(self._desk(uow), chat, tell=False))

    async def _follow_up_due(self) -> int:
        """A fault in somebody's follow-up stops no chat; it is tried again with the next turn."""
        try:
            return await self._store.write(self._follow_up)
        except Exception as error:  # noqa: BLE001 - see above
            log.error("Follow-ups could not be sent", action="follow_up_failed", error=type(error).__name__)
            return 0

    async def _let_go_once_a_day(self) -> None:
        today = self._clock.now().date()
        if self._let_go_on == today:
            return
        self._let_go_on = today
        if await self._store.write(lambda uow: retaining.let_go(self._desk(uow))):
            self._receiver.scrub_owed = True

    async def _scrub_if_owed(self) -> None:
        """What was erased must be in no file any more; while somebody reads the database it stays owed."""
        if self._receiver.scrub_owed and await self._store.scrub():
            self._receiver.scrub_owed = False

    async def _perform_due(self) -> int:
        """Do all due steps in one transaction; if one of them is at fault, step by step, so that it stops nobody else's chat."""
        try:
            return await self._store.write(lambda uow: performing.perform_due(self._desk(uow)))
        except Exception as error:
            log.error("A step failed; going on step by step", action="tick_failed", error=type(error).__name__, exc_info=error)
        return sum([await self._perform_in(chat) for chat in await self._store.read(lambda uow: performing.chats_due(self._desk(uow)))])

    async def _perform_in(self, chat: int) -> int:
        done = 0
        while True:
            try:
                if not await self._store.write(lambda uow: performing.perform_next_of(self._desk(uow), chat)):
                    return done
            except Exception as error:  # noqa: BLE001 - the step is ended and the hosts are told
                log.error("A step cannot be done", action="step_failed", chat=chat, error=type(error).__name__)
                await self._give_up(chat)
            done += 1

    async def _next_due(self) -> datetime | None:
        steps = await self._store.read(lambda uow: [uow.steps.next_due(), uow.follow_ups.next_due()])
        return min((at for at in [*steps, await self._sender.next_due()] if at is not None), default=None)

    async def _read_new_threads(self, sent: Sequence[Outgoing]) -> None:
        """An answer that came before its question was marked as sent is not lost."""
        for row in sent:
            if row.purpose == "ask" and row.posted is not None:
                await self._read_again(row.posted.place, row.due_at - timedelta(minutes=1))

    async def _read_again(self, place: Place, since: datetime) -> None:
        platform = self._platforms.get(place.platform)
        if platform is None or platform.history is None:
            return
        try:
            happenings = await platform.history.since(place, since)
        except PlatformError as error:
            log.warning("The history of a place could not be read", action="history_failed", platform=place.platform, reason=error.reason)
        except Exception as error:  # noqa: BLE001 - an adapter's own fault must end neither the bot nor the reading of other places
            log.error("The history of a place could not be read", action="history_failed", platform=place.platform, error=type(error).__name__)
        else:
            await asyncio.gather(*(self._receiver.inbox(happening) for happening in happenings))
            return
        await self._store.write(lambda uow: hearing.note_gap(self._desk(uow), place, since))

    def _desk(self, uow: UnitOfWork) -> Desk:
        return Desk(uow, self._clock.now(), self._library, self._random)


def _open_places(uow: UnitOfWork) -> list[tuple[Place, datetime]]:
    chats = uow.chats.in_states(HEARING)
    places = [(chat.place, chat.opened_at or chat.starts_at) for chat in chats]
    threads = [(asked.root.place, asked.asked_at) for asked in uow.questions.of([chat.id for chat in chats]) if asked.root is not None]
    return [*places, *threads]
