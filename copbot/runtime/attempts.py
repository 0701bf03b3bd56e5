"""One attempt to send one row. Three outcomes: sent, certainly not sent, unclear.

Only what is certainly not sent is sent again without asking; anything unclear is looked for under its key first.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from copbot.domain.message import Message
from copbot.domain.place import Place, Posted, Privately, ThreadOf
from copbot.domain.step import Fate, Outgoing, Verb, platform_of
from copbot.errors import Refused, TryLater, Unclear
from copbot.ports.clock import Clock
from copbot.ports.platform import Platform
from copbot.ports.store import Store, UnitOfWork
from copbot.runtime.meters import Meters
from copbot.services import posting

LEASE = timedelta(seconds=30)
"""How long a row belongs to who claimed it."""

LIMIT = 0.4
"""The part of its lease that an attempt may take: less than half of it (3-architecture 6)."""

HANDED_OVER_BY = 0.5
"""The part of its lease in which a row may be handed over. The rest is for it to arrive in: longer than an attempt may take, so that nobody
else looks for it too early, not even if this process was paused or its database slow.
"""

LEAST_HOLD = timedelta(seconds=1)
"""A lane rests at least this long after a platform asked for patience."""

MOST_ATTEMPTS = 20
LAST_WORD_ATTEMPTS = 3
LAST_WORD_AGAIN = timedelta(minutes=10)
"""So often, and so long after each other, what hosts must hear is tried in private: nobody is left who could tell them otherwise."""

MAY_STAND_THERE = ", and it may stand there"
LOOK_FIRST = "Look in the channel before you paste it."
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: the row as it is to be marked, what a host can do about it, and how long its lane rests."""

    row: Outgoing
    remedy: str = ""
    hold: timedelta | None = None


class Attempts:
    """Hands rows that were claimed for ``lease`` to their platforms. ``words`` is asked what a row that edits says now."""

    def __init__(
        self,
        store: Store,
        platforms: Mapping[str, Platform],
        clock: Clock,
        lease: timedelta,
        words: Callable[[UnitOfWork, Outgoing], Message],
        meters: Meters | None = None,
    ) -> None:
        self._meters = meters or Meters()
        self._store = store
        self._platforms = platforms
        self._clock = clock
        self._lease = lease
        self._words = words
        self._limits: set[asyncio.Timeout] = set()

    async def make(self, row: Outgoing) -> Outcome:
        """One attempt. A row that may stand there already keeps its mark until it has been looked for, whatever the attempt raises."""
        not_sent = row.fate if row.fate is Fate.UNCLEAR else Fate.PENDING
        try:
            return await self._in_time(row)
        except TryLater as later:
            return Outcome(replace(row, fate=not_sent, trouble=later.reason), hold=max(later.after, LEAST_HOLD))
        except Unclear as unclear:
            return self._still_unclear(row, unclear.reason)
        except Refused as refused:
            log.warning("A message was refused", action="post_refused", platform=refused.platform, key=row.key, reason=refused.reason)
            return self._refused(row, refused)
        except TimeoutError:
            return self._still_unclear(row, "the platform did not answer in time")
        except Exception as error:  # noqa: BLE001 - an adapter's own fault: nobody knows what the platform did
            log.error("An adapter failed", action="adapter_failed", key=row.key, error=type(error).__name__)
            return self._still_unclear(row, "the connection to the platform failed")

    def cut(self) -> None:
        """Let the time of all attempts be over now."""
        for limit in self._limits:
            if not limit.expired():
                limit.reschedule(0)

    async def _in_time(self, row: Outgoing) -> Outcome:
        async with asyncio.timeout(self._lease.total_seconds() * LIMIT) as limit:
            self._limits.add(limit)
            try:
                return await self._attempt(row)
            finally:
                self._limits.discard(limit)

    def _still_unclear(self, row: Outgoing, reason: str) -> Outcome:
        """Look again later; a row that has been looked for often enough, or whose time is over, ends and the hosts look themselves."""
        log.warning("Unclear whether a message was posted", action="post_unclear", platform=platform_of(row.lane), key=row.key)
        over = row.not_after is not None and self._clock.now() > row.not_after
        if over or row.attempts >= MOST_ATTEMPTS:
            return Outcome(replace(row, fate=Fate.FAILED, trouble=f"{reason}{MAY_STAND_THERE}"), remedy=LOOK_FIRST)
        return Outcome(replace(row, fate=Fate.UNCLEAR, trouble=reason))

    def _refused(self, row: Outgoing, refused: Refused) -> Outcome:
        """The end of the row; an earlier attempt whose outcome nobody knows may have posted it all the same.

        What tells hosts of trouble is looked for again, and in private tried again: it may be the only word that they get of it.
        """
        if row.fate is not Fate.UNCLEAR:
            if _is_last_word(row) and row.attempts < LAST_WORD_ATTEMPTS:
                return Outcome(replace(row, fate=Fate.PENDING, trouble=refused.reason), hold=LAST_WORD_AGAIN)
            return Outcome(replace(row, fate=Fate.FAILED, trouble=refused.reason), remedy=refused.remedy)
        if row.purpose in posting.TELLINGS:
            return self._still_unclear(row, refused.reason)
        trouble = f"{refused.reason}{MAY_STAND_THERE}"
        return Outcome(replace(row, fate=Fate.FAILED, trouble=trouble), remedy=f"{LOOK_FIRST} {refused.remedy}")

    async def _attempt(self, row: Outgoing) -> Outcome:
        platform = self._platforms.get(platform_of(row.lane))
        if platform is None:
            raise Refused(
                platform_of(row.lane), "this platform is not connected", "Switch it on in copbot's settings and start copbot again."
            )
        place = await self._place(platform, row)
        if row.fate is Fate.UNCLEAR and row.verb in {Verb.POST, Verb.OPEN_THREAD}:
            found = await platform.find(place, key=row.key)
            self._meters.looked_up(platform.name, found=found is not None)
            if found is not None:
                return self._sent(row, found, found.at)
        if row.not_after is not None and self._clock.now() > row.not_after:
            return Outcome(replace(row, fate=Fate.EXPIRED, trouble="it came too late"))
        self._check_lease(row)
        return self._sent(row, await self._hand_over(platform, place, row))

    def _check_lease(self, row: Outgoing) -> None:
        """Raises TryLater, since nothing was sent; should somebody else have claimed the row by now, that is theirs to mark."""
        if row.lease_until is not None and self._clock.now() > row.lease_until - self._lease * HANDED_OVER_BY:
            raise TryLater(platform_of(row.lane), "it was not handed over in time", timedelta())

    def _sent(self, row: Outgoing, posted: Posted | None, at: datetime | None = None) -> Outcome:
        """``at`` is when an earlier attempt did it, by the platform's clock, which may be ahead."""
        now = self._clock.now()
        return Outcome(replace(row, fate=Fate.SENT, posted=posted, sent_at=min(at or now, now), trouble=""))

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
        earlier, message = await self._store.read(lambda uow: (_earlier(uow, row), self._words(uow, row)))
        if earlier is None:
            return None
        if row.verb is Verb.EDIT:
            await platform.edit(earlier, message)
        elif row.verb is Verb.REMOVE:
            await platform.remove(earlier)
        elif platform.pins is not None:
            await platform.pins.pin(earlier)
        return earlier


def _is_last_word(row: Outgoing) -> bool:
    return row.purpose in posting.TELLINGS and isinstance(row.target, Privately)


def _earlier(uow: UnitOfWork, row: Outgoing) -> Posted | None:
    """The message that a row changes: of another row, or of a person."""
    if row.edits is None:
        return row.posted
    changed = uow.outbox.get(row.edits)
    return changed.posted if changed else None


async def _calendar(platform: Platform, place: Place, row: Outgoing) -> None:
    if platform.calendar is None:
        return
    key = f"chat:{row.chat}"
    if row.verb is Verb.UNSCHEDULE:
        await platform.calendar.cancel(place, key=key)
    elif row.starts_at is not None and row.ends_at is not None:
        await platform.calendar.schedule(place, row.title, row.starts_at, row.ends_at, key=key, about=row.message.text)
