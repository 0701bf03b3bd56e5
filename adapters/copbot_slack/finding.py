"""Finding copbot's own posts again, by the key in their metadata; files by their name, since Slack gives them no metadata.

What Slack documents and this rests on: 4-platforms.md A4. Metadata can be read by every app and member of the workspace: there is
nothing in it but keys and numbers. What another app copies out of it counts for nothing: only posts of copbot's own account are looked at.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from typing import Any

from copbot.domain.place import Place
from copbot.errors import Unclear
from copbot.kit.ring import Begun, Ring
from copbot.ports.clock import Clock
from copbot_slack.account import Account
from copbot_slack.names import SLACK, instant, ts_of
from copbot_slack.reading import Page, Reading, Shown

EVENT_TYPE = "copbot_post"

MOST_PAGES = 5
"""A thousand messages are looked through for one post."""

SKEW = timedelta(hours=1)
"""Slack's clock and copbot's are taken to agree at least this well."""

OVERLAP = timedelta(minutes=2)
"""What was begun earlier may have been posted a little later."""


def metadata_of(begun: Begun) -> dict[str, Any]:
    """What a post carries, so that it can be found."""
    payload = {"key": begun.key, "part": begun.part, "parts": begun.parts, "opens": begun.opens}
    return {"event_type": EVENT_TYPE, "event_payload": payload}


class Look:
    """Looks through what stands in Slack. ``settle`` is how long after it was begun a post may still arrive."""

    def __init__(self, reading: Reading, account: Account, ring: Ring, clock: Clock, settle: timedelta) -> None:
        self._reading = reading
        self._account = account
        self._ring = ring
        self._clock = clock
        self._settle = settle

    async def standing(self, channel: str, begun: Begun, *, after: str = "") -> str | None:
        """The ``ts`` of what was begun and never confirmed; None if it certainly does not stand there and will not. It is posted
        later than ``after``, if that is known.

        Raises Unclear if it may still arrive, or too much was said since, and PlatformError.
        """
        oldest, more = after or await self._oldest(channel, begun), False
        async for page in self._pages(Place(SLACK, channel, begun.thread), oldest):
            for shown in page.messages:
                if _is(begun, shown):
                    return str(shown["ts"])
            more = page.more
        if more:
            raise Unclear(SLACK, "too much was said in the channel since then to be sure that it does not stand there")
        if self._clock.now() - begun.at < self._settle:
            raise Unclear(SLACK, "it was asked for only just now and may still arrive")
        return None

    async def unknown(self, place: Place, key: str) -> dict[int, Begun]:
        """What stands there of a message that is not in the ring: of one that was begun before the ring was lost, or long ago.

        By part; nothing, if its first part is not there.
        """
        found = await self._marked(place, key)
        first = found.get(1)
        if first is None:
            return {}
        if first.opens and len(found) < first.parts:
            found |= await self._marked(Place(SLACK, place.channel, first.id), key)
        return found

    async def _marked(self, place: Place, key: str) -> dict[int, Begun]:
        found: dict[int, Begun] = {}
        async for page in self._pages(place):
            found |= {begun.part: begun for shown in page.messages for begun in _marks(shown, place.thread) if begun.key == key}
            if found and len(found) == next(iter(found.values())).parts:
                break
        return found

    async def _pages(self, place: Place, oldest: str = "") -> AsyncIterator[Page]:
        """What copbot itself posted there."""
        user = (await self._account.known()).me.user
        async for page in self._reading.pages(place, oldest, most=MOST_PAGES, metadata=True):
            yield Page([shown for shown in page.messages if shown.get("user") == user], more=page.more)

    async def _oldest(self, channel: str, begun: Begun) -> str:
        earlier = await self._ring.before(channel, begun)
        by_our_clock = begun.at - SKEW
        return ts_of(max(instant(earlier) - OVERLAP, by_our_clock) if earlier else by_our_clock)


def _is(begun: Begun, shown: Shown) -> bool:
    if begun.file:
        return any(file.get("name") == begun.file for file in shown.get("files", ()))
    return any((mark.key, mark.part) == (begun.key, begun.part) for mark in _marks(shown, begun.thread))


def _marks(shown: Shown, thread: str | None) -> Iterator[Begun]:
    """The post that a message shows itself to be, if it is one of copbot's."""
    metadata: Mapping[str, Any] = shown.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    if metadata.get("event_type") == EVENT_TYPE and isinstance(payload.get("part"), int):
        ts, opens = str(shown["ts"]), bool(payload.get("opens"))
        yield Begun(str(payload.get("key")), payload["part"], int(payload.get("parts", 1)), instant(ts), thread, ts, opens)
