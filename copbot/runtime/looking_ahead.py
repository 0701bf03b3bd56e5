"""Shortly before a chat its platform is asked what is missing there, so that its hosts hear of it while there is time to mend it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random

import structlog

from copbot.domain.step import Outgoing, Verb
from copbot.ports.clock import Clock
from copbot.ports.library import Library
from copbot.ports.platform import Finding, Platform
from copbot.ports.store import Store
from copbot.services import panel, reporting
from copbot.services.desk import Desk

LONGEST_LOOK = timedelta(seconds=10)
"""A platform that says nothing in this time says nothing: the chat begins all the same."""

log = structlog.get_logger(__name__)


class LookingAhead:
    """Looks when a chat's panel is there, which is ten minutes before it begins."""

    def __init__(self, store: Store, library: Library, platforms: Mapping[str, Platform], clock: Clock, random: Random) -> None:
        self._store = store
        self._library = library
        self._platforms = platforms
        self._clock = clock
        self._random = random
        self._later: asyncio.Queue[int] = asyncio.Queue()

    async def at_chats_of(self, sent: Sequence[Outgoing]) -> None:
        """Look at the chats whose panels these rows have opened."""
        for id in _chats(sent):
            await self._look(id)

    def soon(self, sent: Sequence[Outgoing]) -> None:
        """The same, but by ``run``."""
        for id in _chats(sent):
            self._later.put_nowait(id)

    async def run(self) -> None:
        """Look at what is to be looked at soon; for ever."""
        while True:
            await self._look(await self._later.get())

    async def _look(self, id: int) -> None:
        chat = await self._store.read(lambda uow: uow.chats.get(id))
        platform = self._platforms.get(chat.place.platform) if chat is not None else None
        if chat is None or platform is None:
            return
        try:
            async with asyncio.timeout(LONGEST_LOOK.total_seconds()):
                findings: Sequence[Finding] = await platform.check(chat.place)
        except Exception as error:  # noqa: BLE001 - an adapter's own fault, no answer, or none in time: the chat begins all the same
            log.warning("A channel could not be looked at", action="check_failed", platform=platform.name, error=type(error).__name__)
            return
        if findings:
            await self._store.write(
                lambda uow: reporting.report_findings(Desk(uow, self._clock.now(), self._library, self._random), id, findings)
            )


def _chats(sent: Sequence[Outgoing]) -> list[int]:
    """Each once, though each host may have a panel."""
    opened = (row.chat for row in sent if row.purpose == panel.KEY and row.verb is Verb.POST)
    return list(dict.fromkeys(id for id in opened if id is not None))
