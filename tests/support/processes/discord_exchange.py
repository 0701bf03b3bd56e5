"""The loopback Discord as a place for campaigns: it outlives every bot, loses answers and connections, forgets nonces early, answers late,
and knows which bot asks. Every second channel is a forum.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from aiohttp import web
from discord_loopback.calls import Call
from discord_loopback.gateway import Gateway, Link
from discord_loopback.judge import Judge
from discord_loopback.model import FORUM, STARTER, TEXT, Body, Channel, Message
from discord_loopback.people import bot
from discord_loopback.rest import Rest
from discord_loopback.routes import Route
from discord_loopback.server import TOKEN, Loopback
from discord_loopback.world import ANSWER_SECONDS, BOT_USER
from processes.clock import FastClock
from processes.config import HOSTS, MEMBERS, id_of
from processes.discord_folk import ACCOUNTS, DiscordFolk, is_lobby, opens
from processes.loopbacks import EARLY, SPEED, SameTime, Unsteady
from processes.seen import Folk, Seen
from typing_extensions import override

from copbot.domain.step import Outgoing, Verb
from copbot.ports.leases import LEASE_RENEWED
from copbot.ports.platform import Platform, Setup
from copbot_discord import make
from copbot_discord.finding import mark_of
from copbot_discord.gateway import Patience
from copbot_discord.names import DISCORD, instant
from copbot_discord.rendering import title_of

SHARDS = 2
"""Of which one is told of the guild, and the other of private messages."""

CUT = 0.01
"""Share of requests at which the gateway's connections break off; whoever lives resumes."""

NONCE_FROM, NONCE_TO = 20.0, 180.0
"""Seconds for which a nonce is known, drawn anew for every request: longer than a request is under way, or what rests on it is in vain."""

MOST_PARTS = 20
"""Parts of one message by which its posts are known again."""

UP = "get_bot_gateway"
"""Who asks for this is about to listen, if only to its lease."""

ARRIVING = (UP, "get_my_application", "get_my_user", "bulk_set_application_commands")
"""Of these no answer gets lost: the bot waits for seconds then, and by its fast clock that is minutes."""

Report = tuple[str, Body, Channel | None]


def on_discord(setup: Setup, address: str) -> Platform:
    """The adapter of this process, known to the loopback by its token. What it does every ten seconds it does so by the bots' clock."""
    settings = {"token": f"{TOKEN}-{os.getpid()}", "api_url": f"{address}/api/v10", "timeout_seconds": 14.0, "shards": SHARDS}
    platform = make(replace(setup, settings=settings))
    platform.patience = Patience(again=0.5, lease=LEASE_RENEWED / timedelta(seconds=SPEED), identify=0.1)
    return platform


class DiscordExchange(Unsteady):
    """Serves one guild. ``up`` are the bots that are about to listen; ``ever`` is what anybody ever posted."""

    platform = DISCORD

    def __init__(self, channels: Sequence[str], clock: FastClock, random: Random) -> None:
        self.up: set[int] = set()
        self.ever: list[Message] = []
        self._discord = discord = Loopback()
        world = discord.world
        world.time = SameTime(clock)
        world.answer_seconds = ANSWER_SECONDS * SPEED
        world.nonces_in_history = random.random() < 0.5
        discord.judge = _Lenient()
        discord.rest = _Rest(self, discord)
        discord.gateway = self.gateway = _Gateway(world, discord.judge, TOKEN)
        discord.rest.changed = discord.gateway.changed = discord.changed
        world.events = self._happened
        super().__init__(discord, discord.rest.faults, clock, random)
        self._populate(channels)

    @property
    def address(self) -> str:
        """What stands in front of everything."""
        return self._discord.world.address

    def hears(self, pid: int) -> bool:
        """Whether this bot listens by now, or waits until no other one does."""
        return pid in self.up

    def folk(self) -> Folk:
        """Everybody."""
        return DiscordFolk(self._discord, self.gateway, self.random)

    def seen(self, rows: Sequence[Outgoing]) -> Sequence[Seen]:
        """Everything that ever stood there. Discord keeps no keys, but nonces; and of a forum's post the title."""
        keys = {mark: key for row in rows for mark, key in _marks(row)}
        return [self._seen(message, keys) for message in self.ever]

    def forget_early(self) -> None:
        """Discord says of nonces that it knows them for a few minutes."""
        self._discord.world.nonce_seconds = self.random.uniform(NONCE_FROM, NONCE_TO)

    def answer_early(self, thread: str) -> None:
        """Sometimes somebody is in a new thread before the bot has heard that it is there."""
        if self.random.random() < EARLY:
            who = ACCOUNTS[self.random.choice(MEMBERS)]
            self._discord.people.say(who, thread, f"Thought {len(self.ever)} of mine, at once")

    def _happened(self, event: str, body: Body, channel: Channel | None) -> None:
        if event == "MESSAGE_CREATE" and channel is not None and body["type"] != STARTER:
            self.ever.append(channel.messages[body["id"]])
        self.gateway.happened(event, body, channel)

    def _seen(self, message: Message, keys: dict[str, str]) -> Seen:
        world = self._discord.world
        place = world.channels[message.channel]
        in_thread = place.is_thread and not is_lobby(world, place) and message.id != place.id
        return Seen(
            message.id,
            world.parent(place).id,
            place.id if in_thread else None,
            message.author,
            instant(message.id),
            message.content,
            self._key(message, place, keys),
            by_bot=bot(message),
            opens_thread=opens(world, message),
            removed=place.messages.get(message.id) is not message,
        )

    def _key(self, message: Message, place: Channel, keys: dict[str, str]) -> str | None:
        if not bot(message):
            return None
        mark = message.nonce or f"{place.parent} {place.name}"
        return keys.get(mark, mark)

    def _populate(self, channels: Sequence[str]) -> None:
        world = self._discord.world
        for who in (*HOSTS, *MEMBERS):
            world.add_user(ACCOUNTS[who], who.capitalize())
        for number, channel in enumerate(channels, 1):
            world.add_channel(id_of(channel, DISCORD), channel, TEXT if number % 2 else FORUM)
            backstage = f"{channel}-hosts"
            world.add_private(id_of(backstage, DISCORD), backstage, BOT_USER, *(ACCOUNTS[who] for who in HOSTS))


class _Rest(Rest):
    """Knows bots by their tokens."""

    def __init__(self, exchange: DiscordExchange, discord: Loopback) -> None:
        super().__init__(discord.world, discord.judge, TOKEN)
        self._exchange = exchange

    @override
    async def _failing(self, route: Route, call: Call, request: web.Request, headers: dict[str, str]) -> web.StreamResponse:
        exchange = self._exchange
        if route.operation in ARRIVING:
            if route.operation == UP:
                exchange.up.add(_pid_of(request))
            return self._answer(route, call, request, headers)
        await exchange.dawdle()
        if exchange.lost and exchange.random.random() < CUT:
            exchange.gateway.cut()
        answer = await super()._failing(route, call, request, headers)
        if "posted" in request and exchange.watching is not None:
            await exchange.watching(_pid_of(request), request["posted"])
        await exchange.dawdle()
        return answer

    @override
    def _answer(self, route: Route, call: Call, request: web.Request, headers: dict[str, str]) -> web.Response:
        before, threads = len(self._exchange.ever), set(self._world.channels)
        self._exchange.forget_early()
        answer = super()._answer(route, call, request, headers)
        for thread in set(self._world.channels) - threads:
            if not is_lobby(self._world, self._world.channel(thread)) and self._world.channel(thread).is_thread:
                self._exchange.answer_early(thread)
        if route.needs_token and len(self._exchange.ever) > before:
            request["posted"] = self._exchange.ever[before].id
        return answer

    @override
    def _authorise(self, route: Route, request: web.Request) -> None:
        """Every bot has a right token here."""


class _Gateway(Gateway):
    """Knows bots by their tokens. While somebody takes something back at once, ``held`` has what is not reported yet."""

    held: list[Report] | None = None

    def reversed(self, do: Callable[[], object]) -> None:
        """What happens is reported in the wrong order."""
        self.held = []
        do()
        held, self.held = self.held, None
        for report in reversed(held):
            self.happened(*report)

    @override
    def happened(self, event: str, body: Body, channel: Channel | None) -> None:
        if self.held is not None:
            self.held.append((event, body, channel))
        else:
            super().happened(event, body, channel)

    @override
    async def _identify(self, link: Link, asked: Body) -> None:
        self.sessions = {id: session for id, session in self.sessions.items() if session.link is not None}
        await super()._identify(link, asked | {"token": TOKEN})

    @override
    async def _resume(self, link: Link, asked: Body) -> None:
        await super()._resume(link, asked | {"token": TOKEN})


class _Lenient(Judge):
    """Looks at nothing: what is sent is judged elsewhere, and here the time is needed for other things."""

    @override
    def request(self, operation: str, method: str, template: str, kind: str, call: Call) -> None: ...
    @override
    def answer(self, method: str, template: str, status: int, body: object) -> None: ...
    @override
    def frame(self, frame: Body) -> None: ...
    @override
    def event(self, frame: Body) -> None: ...


def _pid_of(request: web.Request) -> int:
    return int(request.headers["Authorization"].rpartition("-")[2])


def _marks(row: Outgoing) -> list[tuple[str, str]]:
    """What the posts of an outbox row are known by, and their keys."""
    marks = [(mark_of(row.key, part), row.key if part == 1 else f"{row.key}.{part}") for part in range(1, MOST_PARTS + 1)]
    if row.verb is Verb.OPEN_THREAD and row.posted is not None:
        marks.append((f"{row.posted.place.channel} {title_of(row.title)}", row.key))
    return marks
