"""Hearing: what is waiting becomes one batch, one transaction, one commit; only then is it acknowledged and answered.

If a batch fails, its events run one by one; an event that fails alone is parked by its address only (never its text) and read again
through the platform's history later.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import accumulate, islice
from random import Random
from typing import NamedTuple

import structlog

from copbot.domain.heard import (
    Commanded,
    Completing,
    Edited,
    Happening,
    Heard,
    HomeOpened,
    Interaction,
    Pressed,
    Removed,
    Request,
    Said,
    Submitted,
)
from copbot.domain.message import Choices, Form, Nothing, Reply
from copbot.domain.place import Person
from copbot.errors import PlatformError, Refused
from copbot.ports.clock import Alarm, Clock
from copbot.ports.library import Library
from copbot.ports.platform import Platform
from copbot.ports.store import Store, UnitOfWork
from copbot.runtime.attachments import with_files
from copbot.runtime.meters import Meters
from copbot.services import commands, completing, hearing, home, members
from copbot.services.desk import Desk
from copbot.services.identifying import READ_AGAIN_AFTER

BATCH = 200
BREATH = 0.02
"""Seconds from a batch of several events to the next one. A transaction costs 1.5 ms of CPU whatever it holds (measured): in a storm what
comes meanwhile shares one. Who speaks alone waits for nobody.
"""
MAY_ERASE = frozenset({Removed, Edited, Commanded, Pressed, Submitted})
"""After these, erased text must not linger in the database's write-ahead log."""

log = structlog.get_logger(__name__)


class _Waiting(NamedTuple):
    """What came together, and what is told of each once it is committed."""

    heard: Sequence[Heard]
    done: asyncio.Future[list[Reply]]


class Receiver:
    """Takes what every platform hears. ``scrub_owed``: something may have been erased since the database was last scrubbed."""

    def __init__(
        self,
        store: Store,
        library: Library,
        platforms: Mapping[str, Platform],
        clock: Clock,
        alarm: Alarm,
        random: Random,
        reread: Callable[[], Awaitable[None]],
        meters: Meters | None = None,
    ) -> None:
        self._meters = meters or Meters()
        self._store = store
        self._library = library
        self._platforms = platforms
        self._clock = clock
        self._alarm = alarm
        self._random = random
        self._reread = reread
        self._known: set[Person] = set()
        self._known_on: date | None = None
        self._at_home: set[Person] = set()
        self._nameless: asyncio.Queue[Person] = asyncio.Queue()
        self.scrub_owed = True  # whoever ran before may have died between erasing and scrubbing
        self._waiting: list[_Waiting] = []
        self._something_waits = asyncio.Event()

    async def inbox(self, *heard: Heard) -> None:
        """Return when all of it is committed; an interaction has been answered by then, too."""
        happenings: list[Heard] = []
        for one in heard:
            if isinstance(one, Request):
                await self._answer(one)
            elif isinstance(one, Completing):
                await self._tell(one, await self._choices_for(one))
            elif isinstance(one, HomeOpened):
                self._at_home.add(one.person)
                await self._show_home(one.person)
            else:
                happenings.append(one)
        if happenings:
            await self._commit(happenings)
            self._wonder_who(happenings)

    async def run(self) -> None:
        """Commit batch after batch until cancelled."""
        while True:
            await self._something_waits.wait()
            batch = self._next_batch()
            if not self._waiting:
                self._something_waits.clear()
            await self._settle(batch)
            if sum(len(one.heard) for one in batch) > 1:
                await asyncio.sleep(BREATH)

    def _next_batch(self) -> list[_Waiting]:
        """Whole bursts: what came together waits for one commit."""
        events = accumulate(len(one.heard) for one in self._waiting)
        taken = next((number for number, so_far in enumerate(events, 1) if so_far >= BATCH), len(self._waiting))
        batch = self._waiting[:taken]
        del self._waiting[:taken]
        return batch

    def _wonder_who(self, heard: Iterable[Heard]) -> None:
        """Who speaks without a name is to be asked for."""
        for one in heard:
            if isinstance(one, Said) and not one.name and self._can_be_asked_for(one.person):
                self._nameless.put_nowait(one.person)

    def _can_be_asked_for(self, person: Person) -> bool:
        return person not in self._known and person.platform in self._platforms

    async def get_to_know(self) -> None:
        """Ask, one after the other and until cancelled, who those are whose messages came without a name."""
        while True:
            await self._know(await self._nameless.get())

    async def _answer(self, heard: Request) -> None:
        """Handle and tell. A fault of copbot's own is told with an apology: it must never end the platform that brought it."""
        try:
            reply = await self._form_for(heard) or (await self._commit([heard]))[0]
        except Exception as error:  # noqa: BLE001 - whatever one interaction did, the others must be heard
            log.error("An interaction failed", action="interaction_failed", kind=type(heard).__name__, error=type(error).__name__)
            reply = hearing.apology(self._library)
        await self._tell(heard, reply)
        try:
            if isinstance(heard, Pressed) and heard.action in READ_AGAIN_AFTER:
                await self._reread()
            for person in (heard.person, *hearing.picked(heard)):
                await self._know(person)
            if heard.person in self._at_home:
                await self._show_home(heard.person)
        except Exception as error:  # noqa: BLE001 - as above
            log.error("What follows an interaction failed", action="interaction_failed", error=type(error).__name__)

    async def _tell(self, heard: Interaction, reply: Reply) -> None:
        if isinstance(reply, Nothing):
            return
        platform = self._platforms[heard.person.platform]
        try:
            await platform.tell(heard, with_files(reply, self._clock))
        except PlatformError as error:
            log.warning("Somebody could not be told", action="tell_failed", platform=platform.name, reason=error.reason)
        except Exception as error:  # noqa: BLE001 - an adapter's own fault; telling is at most once anyway
            log.error("Somebody could not be told", action="tell_failed", platform=platform.name, error=type(error).__name__)

    async def _show_home(self, person: Person) -> None:
        """Write the person's own page of the bot, where the platform has one."""
        shown = self._platforms[person.platform].home
        if shown is None:
            return
        page = await self._store.read(lambda uow: home.page(self._desk(uow), person))
        try:
            await shown.show(person, page)
        except PlatformError as error:
            log.warning("A page could not be shown", action="home_failed", platform=person.platform, reason=error.reason)

    async def _know(self, person: Person) -> None:
        """Ask the platform once a day who this is: their name, and the zone that their private messages are timed by. People move.

        What the platform did not say this time it is asked again when they act again.
        """
        today = self._clock.now().date()
        if self._known_on != today:
            self._known_on = today
            self._known.clear()
        if person in self._known:
            return
        self._known.add(person)
        try:
            profile = await self._platforms[person.platform].profile(person)
        except PlatformError as error:
            if not isinstance(error, Refused):
                self._known.discard(person)
            log.info("A profile could not be read", action="profile_failed", platform=person.platform, reason=error.reason)
            return
        await self._store.write(lambda uow: members.know(self._desk(uow), profile))

    async def _form_for(self, heard: Request) -> Form | None:
        """Forms are read-only and jump the queue: platforms give three seconds for them."""
        if not commands.opens_form(heard):
            return None
        reply = await self._store.read(lambda uow: commands.handle(self._desk(uow), heard))
        return reply if isinstance(reply, Form) else None

    async def _choices_for(self, heard: Completing) -> Choices:
        """What somebody who is typing could mean: read only, and nothing of it is kept."""
        try:
            return await self._store.read(lambda uow: completing.choices(self._desk(uow), heard))
        except Exception as error:  # noqa: BLE001 - who gets no help can still type
            log.error("A completion failed", action="completion_failed", option=heard.option, error=type(error).__name__)
            return Choices()

    async def _commit(self, heard: Sequence[Heard]) -> list[Reply]:
        """What is to be told of each. Raises what kept any of them from being stored, or parked; the others are stored all the same."""
        loop = asyncio.get_running_loop()
        bursts = [_Waiting(heard[start : start + BATCH], loop.create_future()) for start in range(0, len(heard), BATCH)]
        self._waiting += bursts
        self._something_waits.set()
        if len(bursts) == 1:  # nearly always, and then gathering would cost more than waiting
            return await bursts[0].done
        return [reply for replies in await asyncio.gather(*(one.done for one in bursts)) for reply in replies]

    async def _settle(self, batch: Sequence[_Waiting]) -> None:
        """One batch, to its end, whatever happens: nobody who waits is left waiting, and the next batch comes."""
        heard = [event for one in batch for event in one.heard]
        try:
            with self._meters.hearing(len(heard)):
                replies = iter(await self._write(heard))
        except Exception as error:  # noqa: BLE001 - one poison event must not take its neighbours along
            log.error("A batch could not be stored", action="batch_failed", events=len(heard), error=type(error).__name__)
            for one in batch:
                await self._one_by_one(one)
        else:
            for one in batch:
                _finish(one, list(islice(replies, len(one.heard))))
        if not MAY_ERASE.isdisjoint(map(type, heard)):
            self.scrub_owed = True
        self._alarm.ring()

    async def _one_by_one(self, burst: _Waiting) -> None:
        replies = [await self._alone(heard) for heard in burst.heard]
        told = [reply for reply in replies if not isinstance(reply, Exception)]
        if len(told) == len(replies):
            _finish(burst, told)
        elif not burst.done.done():
            burst.done.set_exception(next(reply for reply in replies if isinstance(reply, Exception)))

    async def _alone(self, heard: Heard) -> Reply | Exception:
        """What to tell of it, or why it could not even be parked."""
        try:
            [reply] = await self._write([heard])
        except Exception as error:  # noqa: BLE001 - parked by address only, read again through history
            return await self._parked(heard, error)
        return reply

    async def _parked(self, heard: Heard, error: Exception) -> Reply | Exception:
        self._meters.parked()
        log.error("An event is parked", action="event_parked", kind=type(heard).__name__, error=type(error).__name__)
        try:
            if isinstance(heard, Happening):
                await self._store.write(lambda uow: hearing.park(self._desk(uow), heard, type(error).__name__))
        except Exception as worse:  # noqa: BLE001 - not even parking works: the platform keeps it and brings it again
            return worse
        return hearing.apology(self._library) if isinstance(heard, Request) else Nothing()

    async def _write(self, heard: Sequence[Heard]) -> list[Reply]:
        return await self._store.write(lambda uow: hearing.take(self._desk(uow), heard))

    def _desk(self, uow: UnitOfWork) -> Desk:
        return Desk(uow, self._clock.now(), self._library, self._random)


def _finish(one: _Waiting, replies: list[Reply]) -> None:
    if not one.done.done():
        one.done.set_result(replies)
