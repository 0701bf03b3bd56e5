"""Sending: claim under a lease, hand over, then write what became of it. Three outcomes: sent, certainly not sent, unclear.

Only what is certainly not sent is sent again without asking; anything unclear is looked for under its key first.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import structlog

from copbot.domain.place import Place, Posted, Privately, ThreadOf
from copbot.domain.step import Fate, Outgoing, Verb
from copbot.errors import Refused, TryLater, Unclear
from copbot.ports.clock import Clock
from copbot.ports.library import Library
from copbot.ports.platform import Platform
from copbot.ports.store import Store, UnitOfWork
from copbot.runtime.meters import Meters
from copbot.services import posting
from copbot.services.desk import Desk

LEASE = timedelta(seconds=30)
"""How long a row belongs to who claimed it."""

MARGIN = timedelta(seconds=5)
"""Nothing is handed over with less of the lease left than this: a paused process must not post after its lease."""

AT_ONCE = 100
LEAST_HOLD = timedelta(seconds=1)
"""A lane rests at least this long after a platform asked for patience."""

MOST_ATTEMPTS = 20
LOOK_FIRST = "Look in the channel before you paste it."
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Outcome:
    row: Outgoing
    remedy: str = ""
    hold: timedelta | None = None


class Sender:
    """Empties the outbox. ``owner`` names this process in leases."""

    def __init__(
        self,
        store: Store,
        library: Library,
        platforms: Mapping[str, Platform],
        clock: Clock,
        random: Random,
        owner: str,
        *,
        lease: timedelta = LEASE,
        meters: Meters | None = None,
    ) -> None:
        self._meters = meters or Meters()
        self._store = store
        self._library = library
        self._platforms = platforms
        self._clock = clock
        self._random = random
        self._owner = owner
        self._lease = lease

    async def drain(self) -> list[Outgoing]:
        """Send until nothing can be sent now; the rows that were sent."""
        sent: list[Outgoing] = []
        while rows := await self._claim():
            outcomes = await asyncio.gather(*(self._send(row) for row in rows))
            for outcome in outcomes:
                self._meters.ended(outcome.row)
            await self._finish_all(outcomes)
            sent += [outcome.row for outcome in outcomes if outcome.row.fate is Fate.SENT]
        return sent

    async def _claim(self) -> list[Outgoing]:
        now = self._clock.now()
        return await self._store.write(lambda uow: uow.outbox.claim(self._owner, now, self._lease, AT_ONCE))

    async def _finish_all(self, outcomes: Sequence[_Outcome]) -> None:
        """Write how all attempts ended in one transaction; if one of them is at fault, each in its own: what was sent is marked so."""
        try:
            await self._store.write(lambda uow: self._finish(uow, outcomes))
        except Exception as error:  # noqa: BLE001 - see above; a row that cannot be marked is looked for after its lease
            log.error("Outcomes could not be written at once", action="finish_failed", rows=len(outcomes), error=type(error).__name__)
            for outcome in outcomes:
                await self._finish_one(outcome)

    async def _finish_one(self, outcome: _Outcome) -> None:
        try:
            await self._store.write(lambda uow: self._finish(uow, [outcome]))
        except Exception as error:  # noqa: BLE001 - see above
            log.error("An outcome could not be written", action="finish_failed", key=outcome.row.key, error=type(error).__name__)

    def _finish(self, uow: UnitOfWork, outcomes: Sequence[_Outcome]) -> None:
        desk = Desk(uow, self._clock.now(), self._library, self._random)
        for outcome in sorted(outcomes, key=lambda one: (one.row.chat or 0, one.row.id)):
            posting.finished(desk, outcome.row, remedy=outcome.remedy)
            if outcome.hold is not None:
                uow.outbox.hold(outcome.row.lane, desk.now + outcome.hold)

    async def _send(self, row: Outgoing) -> _Outcome:
        """One attempt. A row that may stand there already keeps its mark until it has been looked for, whatever the attempt raises."""
        not_sent = row.fate if row.fate is Fate.UNCLEAR else Fate.PENDING
        try:
            return await self._attempt(row)
        except TryLater as later:
            return _Outcome(replace(row, fate=not_sent, trouble=later.reason), hold=max(later.after, LEAST_HOLD))
        except Unclear as unclear:
            log.warning("Unclear whether a message was posted", action="post_unclear", platform=unclear.platform, key=row.key)
            return self._still_unclear(row, unclear.reason)
        except Refused as refused:
            log.warning("A message was refused", action="post_refused", platform=refused.platform, key=row.key, reason=refused.reason)
            return _Outcome(replace(row, fate=Fate.FAILED, trouble=refused.reason), remedy=refused.remedy)
        except Exception as error:  # noqa: BLE001 - an adapter's own fault: nobody knows what the platform did
            log.error("An adapter failed", action="post_unclear", key=row.key, error=type(error).__name__)
            return self._still_unclear(row, "the connection to the platform failed")

    def _still_unclear(self, row: Outgoing, reason: str) -> _Outcome:
        """Look again later; a row that has been looked for often enough, or whose time is over, ends and the hosts look themselves."""
        over = row.not_after is not None and self._clock.now() > row.not_after
        if over or row.attempts >= MOST_ATTEMPTS:
            return _Outcome(replace(row, fate=Fate.FAILED, trouble=f"{reason}, and it may stand there"), remedy=LOOK_FIRST)
        return _Outcome(replace(row, fate=Fate.UNCLEAR, trouble=reason))

    async def _attempt(self, row: Outgoing) -> _Outcome:
        platform = self._platforms.get(_platform_of(row))
        if platform is None:
            raise Refused(_platform_of(row), "this platform is not connected", "Switch it on in copbot's settings and start copbot again.")
        place = await self._place(platform, row)
        if row.fate is Fate.UNCLEAR and row.verb in {Verb.POST, Verb.OPEN_THREAD}:
            found = await platform.find(place, key=row.key)
            self._meters.looked_up(platform.name, found=found is not None)
            if found is not None:
                return self._sent(row, found)
        if row.not_after is not None and self._clock.now() > row.not_after:
            return _Outcome(replace(row, fate=Fate.EXPIRED, trouble="it came too late"))
        self._check_lease(row, platform)
        return self._sent(row, await self._hand_over(platform, place, row))

    def _check_lease(self, row: Outgoing, platform: Platform) -> None:
        if row.lease_until is not None and self._clock.now() > row.lease_until - min(MARGIN, self._lease / 2):
            raise Unclear(platform.name, "the lease ran out before the message was handed over")

    def _sent(self, row: Outgoing, posted: Posted | None) -> _Outcome:
        return _Outcome(replace(row, fate=Fate.SENT, posted=posted, sent_at=self._clock.now(), trouble=""))

    async def _place(self, platform: Platform, row: Outgoing) -> Place:
        match row.target:
            case Place():
                return row.target
            case Privately(person):
                if platform.direct is None:
                    raise Refused(
                        platform.name, "this platform has no private messages", "Name a private hosts' channel in the community file."
                    )
                return await platform.direct.place(person)
            case ThreadOf(asked):
                question = await self._store.read(lambda uow: uow.questions.get(asked))
                if question is None or question.root is None:
                    raise TryLater(platform.name, "the thread is not open yet", timedelta(seconds=1))
                return question.root.place

    async def _hand_over(self, platform: Platform, place: Place, row: Outgoing) -> Posted | None:
        match row.verb:
            case Verb.POST:
                return await platform.post(place, row.message, key=row.key)
            case Verb.OPEN_THREAD:
                return await platform.open_thread(place, row.title, row.message, key=row.key)
            case Verb.SCHEDULE | Verb.UNSCHEDULE:
                await _calendar(platform, place, row)
                return None
            case Verb.EDIT | Verb.REMOVE | Verb.PIN:
                return await self._change(platform, row)

    async def _change(self, platform: Platform, row: Outgoing) -> Posted | None:
        earlier = await self._earlier(row)
        if earlier is None:
            return None
        if row.verb is Verb.EDIT:
            await platform.edit(earlier, row.message)
        elif row.verb is Verb.REMOVE:
            await platform.remove(earlier)
        elif platform.pins is not None:
            await platform.pins.pin(earlier)
        return earlier

    async def _earlier(self, row: Outgoing) -> Posted | None:
        """The message that a row changes: of another row, or of a person."""
        if row.edits is None:
            return row.posted
        key = row.edits
        changed = await self._store.read(lambda uow: uow.outbox.get(key))
        return changed.posted if changed else None

    async def next_due(self) -> datetime | None:
        """When there may be something to send."""
        now = self._clock.now()
        return await self._store.read(lambda uow: uow.outbox.next_due(now))


async def _calendar(platform: Platform, place: Place, row: Outgoing) -> None:
    if platform.calendar is None:
        return
    key = f"chat:{row.chat}"
    if row.verb is Verb.UNSCHEDULE:
        await platform.calendar.cancel(place, key=key)
    elif row.starts_at is not None and row.ends_at is not None:
        await platform.calendar.schedule(place, row.title, row.starts_at, row.ends_at, key=key, about=row.message.text)


def _platform_of(row: Outgoing) -> str:
    return row.lane.partition(":")[0]
