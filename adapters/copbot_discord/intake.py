"""What Discord's gateway tells, handed over to copbot. Nothing is acknowledged there: what could not be taken is read in the history."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any

import structlog

from copbot.domain.heard import Heard
from copbot.errors import PlatformError
from copbot.ports.clock import Clock
from copbot.ports.platform import Inbox
from copbot_discord import hearing
from copbot_discord.channels import Channels
from copbot_discord.hearing import Me
from copbot_discord.interactions import Interactions
from copbot_discord.names import DISCORD
from copbot_discord.where import Payload

MOST_AT_ONCE = 5000
"""Events handed over and not yet committed. What comes beyond is read in the history."""

AGAIN_AFTER = 5.0
"""Seconds until something that was not taken is offered again, to see whether the inbox works."""

READ_AGAIN_AFTER = 60.0
"""Seconds until the connection is given up, for the history to be read, after something that could not be read. Each time costs one of the
1,000 connections that Discord allows in a day; the history is read every ten minutes anyway.
"""

MOST_OWN = 10_000
"""Own posts whose ids are known, so that their removal is nobody's."""

UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)
Parser = Callable[[Any], None]

log = structlog.get_logger(__name__)


class Intake:
    """One run's way from the gateway's events to the inbox; none of its parsers waits, so that the gateway is always read.

    ``missed`` is set once the history must be read: when the inbox works again after it did not, or a while after something that could
    not be read. Order is kept in each channel; channels go side by side.
    """

    def __init__(
        self,
        me: Me,
        channels: Channels,
        clock: Clock,
        interactions: Interactions,
        inbox: Inbox,
        *,
        most_at_once: int = MOST_AT_ONCE,
        again_after: float = AGAIN_AFTER,
        read_again_after: float = READ_AGAIN_AFTER,
    ) -> None:
        self.missed = asyncio.Event()
        self._me = me
        self._channels = channels
        self._where = channels.where
        self._clock = clock
        self._interactions = interactions
        self._inbox = inbox
        self._most_at_once = most_at_once
        self._again_after = again_after
        self._read_again_after = read_again_after
        self._loop = asyncio.get_running_loop()
        self._going: set[asyncio.Task[Any]] = set()
        self._burst: list[Heard] = []
        self._under_way = 0
        self._beside: set[asyncio.Task[Any]] = set()
        self._offering = False
        self._held: dict[str, list[tuple[str, Payload]]] = {}
        self._holding = 0
        self._refused = False
        self._read_again: asyncio.TimerHandle | None = None
        self._own: dict[str, None] = {}
        self._away: set[str] = set()

    def parsers(self) -> Mapping[str, Parser]:
        """What takes which event, by its name."""
        happenings = ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK")
        reactions = ("MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE")
        channels = ("CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE")
        return {
            **{event: partial(self._happening, event) for event in (*happenings, *reactions)},
            **{event: self._reader(event, self._where.learn) for event in channels},
            **{event: self._reader(event, self._forget) for event in ("CHANNEL_DELETE", "THREAD_DELETE")},
            **{event: self._reader(event, partial(self._moved, event)) for event in ("GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE")},
            "THREAD_LIST_SYNC": self._reader("THREAD_LIST_SYNC", self._where.learn_server),
            "GUILD_CREATE": self._reader("GUILD_CREATE", self._server_there),
            "GUILD_DELETE": self._reader("GUILD_DELETE", self._server_away),
            "INTERACTION_CREATE": self._interaction,
        }

    def unreadable(self, event: str, error: Exception) -> None:
        """Something came that nobody can read."""
        log.error("An event could not be read", action="event_unreadable", platform=DISCORD, kind=event, error=type(error).__name__)
        if self._read_again is None:
            self._read_again = asyncio.get_running_loop().call_later(self._read_again_after, self.missed.set)

    async def aclose(self, *, at_once: bool) -> None:
        """Take nothing more. What was handed over already comes to its end, unless ``at_once``: people wait for their answers."""
        if self._read_again is not None:
            self._read_again.cancel()
        ending = [*self._beside, *(self._going if at_once else ())]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    def _reader(self, event: str, read: Parser) -> Parser:
        def parser(data: Any) -> None:  # noqa: ANN401 - whatever Discord sends
            try:
                read(data)
            except UNREADABLE as error:
                self.unreadable(event, error)

        return parser

    def _happening(self, event: str, data: Payload) -> None:
        try:
            channel = data["channel_id"]
            if (self._held and channel in self._held) or ("guild_id" in data and self._where.place(channel) is None):
                self._hold(channel, event, data)
            else:
                self._hear(event, data)
        except UNREADABLE as error:
            self.unreadable(event, error)

    def _hear(self, event: str, data: Payload) -> None:
        if event == "MESSAGE_CREATE":
            heard = hearing.said(data, self._me, self._where)
            if heard is not None:
                self._take(heard)
            elif data["author"]["id"] == self._me.user:
                self._note_own(data)
        elif event == "MESSAGE_DELETE_BULK":
            for removed in hearing.all_removed(data, self._where, self._clock.now()):
                self._take(removed)
        elif event != "MESSAGE_DELETE" or data["id"] not in self._own:
            heard = hearing.heard(event, data, self._me, self._where, self._clock.now())
            if heard is not None:
                self._take(heard)

    def _note_own(self, message: Payload) -> None:
        """What copbot removes again is no news; but what it posted for somebody is theirs."""
        if message.get("guild_id"):
            self._where.use(message["guild_id"], hearing.stands(message, self._where).channel)
        if hearing.spoken_for(message, self._me) is None:
            self._own[message["id"]] = None
            if len(self._own) > MOST_OWN:
                del self._own[next(iter(self._own))]

    def _moved(self, event: str, data: Payload) -> None:
        for move in hearing.moved(event, data, self._me, self._where, self._clock.now()):
            self._take(move)

    def _forget(self, channel: Payload) -> None:
        self._where.forget(channel["id"])

    def _server_there(self, guild: Payload) -> None:
        """A server that was away in the middle of a run is back: what happened in it meanwhile was told to nobody."""
        if guild.get("unavailable"):
            return
        self._where.learn_server(guild)
        if guild["id"] in self._away:
            self._away.discard(guild["id"])
            self.missed.set()

    def _server_away(self, guild: Payload) -> None:
        if guild.get("unavailable"):
            self._away.add(guild["id"])

    def _interaction(self, payload: Payload) -> None:
        self._go(self._going, self._acted(payload))

    async def _acted(self, payload: Payload) -> None:
        try:
            await self._interactions.take(payload, self._inbox)
        except UNREADABLE as error:
            self.unreadable("INTERACTION_CREATE", error)
        except Exception as error:  # noqa: BLE001 - whatever one interaction did, the others must be heard
            log.error("An interaction failed", action="interaction_failed", platform=DISCORD, error=type(error).__name__)

    def _take(self, heard: Heard) -> None:
        """What is read from the gateway in one go is handed over in one go, in the order in which it came: a task for each message would
        cost as much as reading it.
        """
        if self._under_way + self._holding >= self._most_at_once:
            self._not_taken(())
            return
        self._under_way += 1
        self._burst.append(heard)
        if len(self._burst) == 1:
            self._go(self._going, self._handed_over())

    def _go(self, going: set[asyncio.Task[Any]], coroutine: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(coroutine)
        going.add(task)
        task.add_done_callback(going.discard)

    async def _handed_over(self) -> None:
        """Begins once nothing more is there to be read at once."""
        burst, self._burst = self._burst, []
        try:
            await self._inbox(*burst)
        except Exception as error:  # noqa: BLE001 - whatever the inbox raised: it is offered again, or read in the history
            log.warning("Events were not taken", action="not_taken", platform=DISCORD, events=len(burst), error=type(error).__name__)
            self._not_taken(burst)
        else:
            if self._refused:
                self.missed.set()
        finally:
            self._under_way -= len(burst)

    def _not_taken(self, burst: Sequence[Heard]) -> None:
        """The first ones not taken are offered until they are, in case nothing else is said; the others are read in the history."""
        self._refused = True
        if burst and not self._offering:
            self._offering = True
            self._go(self._beside, self._offered_again(burst))

    async def _offered_again(self, burst: Sequence[Heard]) -> None:
        while True:
            await asyncio.sleep(self._again_after)
            try:
                await self._inbox(*burst)
            except Exception as error:  # noqa: BLE001 - as above
                log.info("The inbox does not work yet", action="not_taken", platform=DISCORD, error=type(error).__name__)
            else:
                self.missed.set()
                return

    def _hold(self, channel: str, event: str, data: Payload) -> None:
        """Discord has not told of this channel: what happens in it waits until it has been asked."""
        if self._under_way + self._holding >= self._most_at_once:
            self._not_taken(())
            return
        if channel not in self._held:
            self._held[channel] = []
            self._go(self._beside, self._find_out(channel))
        self._held[channel].append((event, data))
        self._holding += 1

    async def _find_out(self, channel: str) -> None:
        there = await self._is_there(channel)
        held = self._held.pop(channel)
        self._holding -= len(held)
        for event, data in held if there else ():
            self._reader(event, partial(self._hear, event))(data)

    async def _is_there(self, channel: str) -> bool:
        try:
            return await self._channels.find(channel)
        except PlatformError as error:
            log.warning("A channel could not be asked for", action="channel_unknown", platform=DISCORD, reason=error.reason)
            self.missed.set()
            return False
