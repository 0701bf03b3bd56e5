"""Doing things once on a platform that forgets: what is begun is kept before Discord is asked, and looked for before it is asked again.

What Discord documents and this rests on (4-platforms.md B3): a message with a nonce and ``enforce_nonce`` is not posted a second time for
"the past few minutes"; how many they are is not said. So what carries a nonce may be sent again when it has been looked for in vain: what
is still on its way, the nonce keeps from standing there twice. What carries none (a forum's post) is begun anew only when the first
attempt can arrive no more.

A process that sleeps and is overtaken finds so as it keeps what it begins, or is stopped as the first byte is about to leave: what
leaves, leaves within half the time in which it may arrive.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from weakref import WeakValueDictionary

from copbot.errors import PlatformError, Unclear
from copbot.kit.ring import Begun, Ring
from copbot.ports.clock import Clock
from copbot_discord.names import DISCORD
from copbot_discord.sending import InTime

Ask = Callable[[InTime], Awaitable[str]]
"""Asks Discord for something, if it is in time; gives the id of what stands there then."""

Find = Callable[[Begun], Awaitable[str | None]]
"""Looks for what was begun and never confirmed; its id, or None if it does not stand there now. Raises Unclear if nobody can tell."""


class Once:
    """Does each thing once. ``settle`` is how long after it was begun a post may still arrive: longer than a call may take."""

    def __init__(self, ring: Ring, clock: Clock, settle: timedelta) -> None:
        self._ring = ring
        self._clock = clock
        self._settle = settle
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def do(self, where: str, begun: Begun, ask: Ask, find: Find, *, nonce: bool) -> str:
        """Ask for it, unless it stands in this ring or is found; its id. ``nonce``: asking again does no harm for a while."""
        async with self._lock(where):
            started = self._clock.now()
            begun = replace(begun, at=started)
            earlier = await self._ring.begin(where, begun)
            if earlier is not None:
                if standing := earlier.id or await self._found(where, earlier, find, nonce=nonce):
                    return standing
                begun = earlier if nonce else await self._anew(where, begun)
            id = await self._asked(where, begun, ask, lambda: self._clock.now() - started < self._settle / 2, drop=earlier is not begun)
            await self._ring.put(where, replace(begun, id=id))
            return id

    async def settled(self, where: str, begun: Begun, find: Find, *, nonce: bool) -> None:
        """Find out what became of something that was begun: it has an id in the ring then, or may be begun again. Raises Unclear."""
        async with self._lock(where):
            await self._found(where, begun, find, nonce=nonce)

    async def note(self, where: str, begun: Begun) -> None:
        """Keep in this ring what is known otherwise to stand there."""
        async with self._lock(where):
            await self._ring.put(where, begun)

    async def forget(self, where: str, id: str) -> None:
        """It does not stand there any more, and may be done again."""
        async with self._lock(where):
            await self._ring.drop_posted(where, id)

    async def _found(self, where: str, begun: Begun, find: Find, *, nonce: bool) -> str | None:
        found = await find(begun)
        if found is not None:
            await self._ring.put(where, replace(begun, id=found))
        elif not nonce:
            if self._clock.now() - begun.at < self._settle:
                raise Unclear(DISCORD, "it was asked for only just now and may still arrive")
            await self._ring.drop(where, begun)
        return found

    async def _anew(self, where: str, begun: Begun) -> Begun:
        anew = replace(begun, at=self._clock.now())
        if await self._ring.begin(where, anew) is not None:
            raise Unclear(DISCORD, "another copbot is posting it just now")
        return anew

    async def _asked(self, where: str, begun: Begun, ask: Ask, in_time: InTime, *, drop: bool) -> str:
        """``drop``: this is the first attempt, so that nothing stands there if it is refused."""
        try:
            return await ask(in_time)
        except Unclear:
            raise
        except PlatformError:
            if drop:
                await self._ring.drop(where, begun)
            raise

    def _lock(self, where: str) -> asyncio.Lock:
        return self._locks.setdefault(where, asyncio.Lock())
