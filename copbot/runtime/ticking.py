"""Ticking: what is due in the plans of chats and in follow-ups is done; a fault in one of them stops none of the others."""

from collections.abc import Callable
from datetime import datetime
from random import Random

import structlog

from copbot.errors import DatabaseUnreachable
from copbot.ports.clock import Clock
from copbot.ports.library import Library
from copbot.ports.store import Store, UnitOfWork
from copbot.runtime.meters import Meters
from copbot.services import following_up, performing, probes
from copbot.services.desk import Desk

FOR_A_MOMENT = (DatabaseUnreachable, OSError)
"""Faults of the disk or of the database, not of a step: it stays due."""

log = structlog.get_logger(__name__)


class Ticking:
    """Does what is due. It changes rows only; sending is somebody else's, who is told when there may be something: ``committed``."""

    def __init__(
        self,
        store: Store,
        library: Library,
        clock: Clock,
        random: Random,
        meters: Meters | None = None,
        *,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self._meters = meters or Meters()
        self._committed = committed
        self.performing = False
        """Whether steps of plans are being done just now."""
        self._foreseen: datetime | None = None
        self._store = store
        self._library = library
        self._clock = clock
        self._random = random

    async def tick(self) -> int:
        """Do what is due, the steps of plans before anything else; how many things that were. There may be more when it is over."""
        done = await self._perform_all() + await self._follow_up_due()
        now = self._clock.now()
        if done and self._foreseen is not None and self._foreseen <= now:
            self._meters.done(self._foreseen, now)
            self._foreseen = None
        return done

    async def next_due(self) -> list[datetime]:
        """When the next step is due, and when the next follow-up is."""
        due = await self._store.read(lambda uow: [uow.steps.next_due(), uow.follow_ups.next_due()])
        known = [at for at in due if at is not None]
        self._foreseen = min(known, default=None)
        return known

    async def _perform_all(self) -> int:
        done = 0
        self.performing = True
        try:
            while performed := await self._perform_due():
                done += performed
                self._committed()
        finally:
            self.performing = False
            self._committed()
        return done

    async def _perform_due(self) -> int:
        """Do some due steps in one transaction; if one of them is at fault, step by step, so that it stops nobody else's chat."""
        try:
            return await self._store.write(lambda uow: performing.perform_due(self._desk(uow)))
        except FOR_A_MOMENT as error:
            log.error("What is due cannot be done for the moment", action="tick_delayed", error=type(error).__name__)
            return 0
        except Exception as error:  # one step at fault must not stop the chats of others
            log.error("A step failed; going on step by step", action="tick_failed", error=type(error).__name__, exc_info=error)
        return sum([await self._perform_in(chat) for chat in await self._store.read(lambda uow: performing.chats_due(self._desk(uow)))])

    async def _perform_in(self, chat: int) -> int:
        done = 0
        while True:
            try:
                if not await self._store.write(lambda uow: performing.perform_next_of(self._desk(uow), chat)):
                    return done
            except FOR_A_MOMENT as error:
                log.error("What is due cannot be done for the moment", action="tick_delayed", chat=chat, error=type(error).__name__)
                return done
            except Exception as error:  # noqa: BLE001 - the step is ended and the hosts are told
                log.error("A step cannot be done", action="step_failed", chat=chat, error=type(error).__name__)
                await self._give_up(chat)
            done += 1

    async def _give_up(self, chat: int) -> None:
        """End the step and tell the hosts; if not even that works (their community is gone from the files), end it all the same."""
        try:
            await self._store.write(lambda uow: performing.give_up_next_of(self._desk(uow), chat))
        except Exception as error:  # noqa: BLE001 - see above
            log.error("The hosts could not be told", action="give_up_failed", chat=chat, error=type(error).__name__)
            await self._store.write(lambda uow: performing.give_up_next_of(self._desk(uow), chat, tell=False))

    async def _follow_up_due(self) -> int:
        """A fault in somebody's follow-up stops no chat; it is tried again with the next tick."""
        try:
            return await self._store.write(self._follow_up)
        except Exception as error:  # noqa: BLE001 - see above
            log.error("Follow-ups could not be sent", action="follow_up_failed", error=type(error).__name__)
            return 0

    def _follow_up(self, uow: UnitOfWork) -> int:
        desk = self._desk(uow)
        probes.look(desk)
        return following_up.send_due(desk)

    def _desk(self, uow: UnitOfWork) -> Desk:
        return Desk(uow, self._clock.now(), self._library, self._random)
