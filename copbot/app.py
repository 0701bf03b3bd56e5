"""Putting copbot together: the one place that knows every part. Adapters come in through their entry points only."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import entry_points
from random import Random
from typing import Any

from copbot.content import Content, watch
from copbot.content.command_names import read_command_names
from copbot.domain.community import Community
from copbot.errors import ConfigurationError, DatabaseUnreachable
from copbot.log import logger
from copbot.ports.clock import Alarm, Clock, Hints
from copbot.ports.leases import Leases
from copbot.ports.library import Problem
from copbot.ports.platform import Make, Platform, Setup
from copbot.runtime.bot import Bot
from copbot.runtime.clock import AnchoredClock, SystemClock
from copbot.runtime.collecting import searching_seldom
from copbot.runtime.metered import MeteredStore
from copbot.runtime.meters import CONTENT_TYPE, Meters
from copbot.runtime.patience import PatientKeeping, PatientStore, patiently
from copbot.runtime.single import OneProcess
from copbot.runtime.ticker import Ticker
from copbot.runtime.vitals import Vitals
from copbot.services.commands import SPECS
from copbot.settings import Settings
from copbot.store.database import file_of, time_of
from copbot.store.keeping import KeepingTable
from copbot.store.leasing import LeaseTable
from copbot.store.migrate import migrate
from copbot.store.readings import SqlReadings
from copbot.store.store import SqlStore
from copbot.web.app import WebServer, take_port

RECONCILE_EVERY = timedelta(minutes=10)
ANCHOR_EVERY = timedelta(minutes=1)
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class House:
    """A copbot put together and not running yet."""

    bot: Bot
    store: SqlStore
    content: Content
    platforms: Sequence[Platform]
    clock: Clock
    meters: Meters


def installed(name: str) -> Make:
    """What makes the adapter of that name. Raises ConfigurationError if it is not installed."""
    found = [entry for entry in entry_points(group="copbot.adapters") if entry.name == name]
    if not found:
        raise ConfigurationError(f"No adapter called {name!r} is installed; install copbot again with that adapter.")
    make: Make = found[0].load()
    return make


def make_platform(
    name: str, store: SqlStore, clock: Clock, settings: Mapping[str, Any], make: Make, leases: Leases | None = None
) -> Platform:
    """A platform whose adapter remembers things in the store. ``leases`` None: no other process is at work on it."""
    return make(Setup(SPECS, clock, PatientKeeping(KeepingTable(store, name)), settings, leases))


@asynccontextmanager
async def house(
    url: str,
    content: Content,
    adapters: Mapping[str, Mapping[str, Any]],
    clock: Clock,
    alarm: Alarm,
    *,
    random: Random | None = None,
    meters: Meters | None = None,
    make: Callable[[str], Make] = installed,
    waits: bool = False,
) -> AsyncIterator[House]:
    """Open the database (alone, if it is a file), bring it up to date, and put everything around it.

    ``make`` finds adapters by name. ``waits``: a database that is not there yet is waited for; else DatabaseUnreachable says so.
    """
    meters = meters or Meters()
    async with OneProcess(file_of(url)):
        store = await (patiently(lambda: _opened(url)) if waits else _opened(url))
        leases: dict[str, LeaseTable | None] = {}
        try:
            await _set_by_the_database(clock, store)
            owner = f"{socket.gethostname()}:{os.getpid()}"
            leases |= {name: None if file_of(url) else LeaseTable(store, name, clock, owner) for name in adapters}
            platforms = [make_platform(name, store, clock, settings, make(name), leases[name]) for name, settings in adapters.items()]
            patient = MeteredStore(PatientStore(store, meters=meters), meters)
            bot = Bot(patient, content, platforms, clock, alarm, random=random, owner=owner, meters=meters)
            async with _listening(store.hints(), alarm):
                yield House(bot, store, content, platforms, clock, meters)
        finally:
            await alarm.aclose()
            await _let_go(leases.values())
            await store.aclose()


async def _let_go(leases: Iterable[LeaseTable | None]) -> None:
    """Another process goes on at once where this one stops."""
    for each in leases:
        if each is not None:
            await each.release_all()


async def _opened(url: str) -> SqlStore:
    """The database, brought up to date. In a thread: it may keep us waiting."""

    def opened() -> SqlStore:
        migrate(url)
        return SqlStore.open(url)

    return await asyncio.to_thread(opened)


async def _set_by_the_database(clock: Clock, store: SqlStore) -> None:
    """Anchor the clock; while the database is away it goes on by itself."""
    if isinstance(clock, AnchoredClock):
        with suppress(DatabaseUnreachable):
            await store.query(lambda connection: clock.anchor(lambda: time_of(connection)))


@asynccontextmanager
async def _listening(hints: Hints | None, alarm: Alarm) -> AsyncIterator[None]:
    """Ring when another process has put something on its way, as far as the database tells."""
    listening = asyncio.create_task(hints.listen(alarm.ring)) if hints else None
    try:
        yield
    finally:
        if listening is not None:
            listening.cancel()
            await asyncio.wait([listening])


async def run(settings: Settings) -> None:
    """Host chats until SIGTERM or Ctrl-C. The server answers from the beginning, also while another copy has the database."""
    content = Content.of_instance(settings.config_dir, settings.prompts_dir)
    listening = take_port(settings.host, settings.port)
    url = settings.database_url.get_secret_value()
    clock = SystemClock() if file_of(url) else AnchoredClock()
    meters = Meters()
    vitals = Vitals(meters, clock)
    web = WebServer(vitals.ready, vitals.metrics, CONTENT_TYPE)

    async def host() -> None:
        ticker = Ticker(clock)
        async with house(url, content, adapters_of(settings, content), clock, ticker, meters=meters, waits=True) as built:
            ticker.every(RECONCILE_EVERY, built.bot.reconcile, "reconcile")
            ticker.every(ANCHOR_EVERY, lambda: _set_by_the_database(clock, built.store), "anchor")
            log.info("copbot is running", action="started", port=listening.getsockname()[1])
            await _work(built, vitals, web)

    with searching_seldom():
        await _until_told(web.serve_on(listening), host())
    log.info("copbot has stopped", action="stopped")


def adapters_of(settings: Settings, content: Content) -> Mapping[str, Mapping[str, Any]]:
    """The adapters that are switched on, each with its settings. The room is, too, unless another is or it is switched off."""
    switched = {"slack": settings.slack.for_adapter(), "discord": discord_settings(settings)}
    others = {name: values for name, values in switched.items() if values}
    with_room = not others if settings.room.enabled is None else settings.room.enabled
    return {**({"room": room_settings(settings, content)} if with_room else {}), **others}


def discord_settings(settings: Settings) -> dict[str, Any]:
    """Discord's settings, with what commands are called in other languages; empty if it is not set up."""
    values, file = settings.discord.for_adapter(), settings.discord.names_file
    return {**values, **({"names": read_command_names(file, SPECS)} if values and file else {})}


def room_settings(settings: Settings, content: Content) -> dict[str, Any]:
    """The room's settings; without channels of its own it has those that the communities name."""
    return {"channels": channels_of(content.communities()), **settings.room.for_adapter(), "host": settings.host}


def channels_of(communities: Iterable[Community]) -> list[dict[str, object]]:
    """The room's channels that the communities name, each with its hosts' channel."""
    channels: list[dict[str, object]] = []
    for community in communities:
        for one in community.channels:
            if one.platform == "room":
                channels.append({"id": one.channel, "title": one.channel, "purpose": community.purpose or community.name, "hosts": False})
                if one.hosts_channel:
                    backstage = {"id": one.hosts_channel, "title": one.hosts_channel, "purpose": "Backstage: hosts only", "hosts": True}
                    channels.append(backstage)
    return channels


async def serve(built: House, listening: socket.socket, *companions: Coroutine[None, None, None]) -> None:
    """Run bot, pages, content watch and companions until told to stop; then finish what has begun, within seconds."""
    vitals = Vitals(built.meters, built.clock)
    web = WebServer(vitals.ready, vitals.metrics, CONTENT_TYPE)
    await _until_told(web.serve_on(listening), _work(built, vitals, web), *companions)


async def _work(built: House, vitals: Vitals, web: WebServer) -> None:
    """What a copbot that has its database does until it is cancelled."""
    vitals.hosting(SqlReadings(built.store).queues, [platform.name for platform in built.platforms])
    web.add_pages(page for platform in built.platforms if (page := platform.http) is not None)
    await _together(built.bot.run(), _watch(built))


async def _until_told(*work: Coroutine[None, None, None]) -> None:
    """Do all of this until SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await _together(*work, _wait_for(stop))


async def _wait_for(stop: asyncio.Event) -> None:
    await stop.wait()


async def _together(*work: Coroutine[None, None, None]) -> None:
    """Do all of this until one of them ends, then end the others. Raises what one of them raised."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _watch(built: House) -> None:
    async def changed(_problems: Sequence[Problem]) -> None:
        await built.bot.report_content()

    await watch(built.content, changed)
