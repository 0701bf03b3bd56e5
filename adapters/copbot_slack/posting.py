"""Keyed posting on a platform that takes no keys.

What Slack documents and this rests on (4-platforms.md A4, A6, H1): message metadata is carried with a post and shown again on request;
after ``internal_error``, ``fatal_error`` or a lost answer a post may stand there. So every post carries its key, what is begun is kept
before Slack is asked (``ring``), and nothing whose outcome is unknown is sent again before it has been looked for, nor while it may
still arrive.

A process that sleeps and is overtaken finds so as it keeps what it begins, or is stopped as the first byte is about to leave: what
leaves, leaves within half the time in which it may arrive.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from weakref import WeakValueDictionary

from copbot.domain.message import File, Message
from copbot.domain.place import Place, Posted
from copbot.errors import PlatformError, Unclear
from copbot.kit.ring import Begun, Ring, Shape, Shapes
from copbot.kit.split import split
from copbot.ports.clock import Clock
from copbot_slack import files
from copbot_slack.account import Account
from copbot_slack.finding import Look, metadata_of
from copbot_slack.names import SLACK, instant
from copbot_slack.rendering import LIMITS, render
from copbot_slack.web import InTime, Web

Ask = Callable[[InTime], Awaitable[str]]
"""Asks Slack for something, if it is in time; gives the ``ts`` of what stands there then."""


class Posting:
    """Posts messages, once each. ``settle`` is how long after it was begun a post may still arrive: longer than a call may take."""

    def __init__(self, web: Web, account: Account, ring: Ring, shapes: Shapes, look: Look, clock: Clock, settle: timedelta) -> None:
        self._web = web
        self._account = account
        self._ring = ring
        self._shapes = shapes
        self._look = look
        self._clock = clock
        self._settle = settle
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def post(self, place: Place, message: Message, *, key: str, title: str | None = None) -> Posted:
        """Post a message, its parts and files in order; with a title it opens a thread, in which what does not fit stands. Keyed."""
        parts = split(message, LIMITS)
        begun = Begun(key, 1, len(parts) + len(message.files), self._clock.now(), place.thread)
        first = replace(begun, opens=title is not None, title=title or "")
        ts = await self.part(place.channel, first, parts[0])
        posted = _posted(place.channel, replace(first, id=ts))
        rest = replace(begun, thread=posted.place.thread)
        for number, part in enumerate(parts[1:], 2):
            await self.part(place.channel, replace(rest, part=number), part, of=ts)
        for number, file in enumerate(message.files, len(parts) + 1):
            await self._file(place.channel, replace(rest, part=number, file=file.name), file, of=ts)
        return posted

    async def find(self, place: Place, *, key: str) -> Posted | None:
        """What was posted under this key; None while any part or file of it is missing. Raises Unclear if one may still arrive."""
        async with self._lock(place.channel):
            if 1 not in await self._ring.of(place.channel, key):
                await self._recover(place, key)
            known = await self._ring.of(place.channel, key)
            for part, begun in known.items():
                if begun.id is None and 1 in known:
                    await self._settled(place.channel, begun, of=known[1].id if part > 1 else None)
            known = await self._ring.of(place.channel, key)
        first = known.get(1)
        if first is None or first.thread != place.thread or len([one for one in known.values() if one.id]) < first.parts:
            return None
        return _posted(place.channel, first)

    async def part(self, channel: str, begun: Begun, message: Message, *, of: str | None = None) -> str:
        """One post, if it does not stand there yet; its ``ts``. ``of`` is the ``ts`` of its message's first post, if it is another."""
        known = await self._account.known()
        rendered = render(message, begun.title, workspace=known.workspace)

        async def ask(in_time: InTime) -> str:
            answer = await self._web.post(
                lambda slack: slack.chat_postMessage(
                    channel=channel,
                    thread_ts=begun.thread,
                    text=rendered.text,
                    blocks=rendered.blocks,
                    metadata=metadata_of(begun),
                    link_names=False,
                ),
                channel,
                in_time,
            )
            return str(answer["ts"])

        return await self._once(channel, begun, ask, of=of)

    async def _file(self, channel: str, begun: Begun, file: File, *, of: str) -> None:
        async def ask(in_time: InTime) -> str:
            id = await files.prepare(self._web, file, channel)
            shape = await self._shapes.of(channel, of)
            await self._shapes.put(channel, of, replace(shape, files=(*shape.files, id)))
            await files.show(self._web, id, file.name, Place(SLACK, channel, begun.thread), in_time)
            return of

        await self._once(channel, begun, ask, of=of)

    async def _once(self, channel: str, begun: Begun, ask: Ask, *, of: str | None) -> str:
        async with self._lock(channel):
            begun = replace(begun, at=self._clock.now())
            earlier = await self._ring.begin(channel, begun)
            if earlier is not None:
                standing = earlier.id or await self._settled(channel, earlier, of=of)
                if standing:
                    return standing
                begun = replace(begun, at=self._clock.now())
                if await self._ring.begin(channel, begun) is not None:
                    raise Unclear(SLACK, "another copbot is posting it just now")
            ts = await self._asked(channel, begun, ask)
            await self._stands(channel, begun, ts, of=of)
            return ts

    async def _asked(self, channel: str, begun: Begun, ask: Ask) -> str:
        try:
            return await ask(lambda: self._clock.now() - begun.at < self._settle / 2)
        except Unclear:
            raise
        except PlatformError:
            await self._ring.drop(channel, begun)
            raise

    async def _settled(self, channel: str, begun: Begun, *, of: str | None) -> str | None:
        """What an earlier attempt came to: where it stands, or None and it may be begun anew."""
        found = await self._look.standing(channel, begun, after=of or "" if begun.file else "")
        if found is None:
            await self._ring.drop(channel, begun)
            return None
        ts = of if begun.file and of else found
        await self._stands(channel, begun, ts, of=of)
        return ts

    async def _recover(self, place: Place, key: str) -> None:
        """Keep what stands in Slack of a message that is not in the ring."""
        found = await self._look.unknown(place, key)
        for part, ts in sorted((begun.part, begun.id or "") for begun in found.values()):
            await self._stands(place.channel, found[part], ts, of=found[1].id if part > 1 else None)

    async def _stands(self, channel: str, begun: Begun, ts: str, *, of: str | None) -> None:
        """Keep that it stands there: the ring last, so that whatever is missing before is made good by the next attempt."""
        if of is None and begun.title:
            await self._shapes.put(channel, ts, Shape(begun.title))
        elif of is not None and not begun.file:
            await self._shapes.put(channel, of, (await self._shapes.of(channel, of)).with_part(begun.part, ts))
        await self._ring.put(channel, replace(begun, id=ts))

    def _lock(self, channel: str) -> asyncio.Lock:
        return self._locks.setdefault(channel, asyncio.Lock())


def _posted(channel: str, first: Begun) -> Posted:
    ts = first.id or ""
    return Posted(Place(SLACK, channel, ts if first.opens else first.thread), ts, instant(ts))
