"""Putting copbot together: the one place that knows every part. Adapters come in through their entry points only."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import entry_points
from random import Random
from typing import Any

from copbot.content import Content, watch
from copbot.domain.community import Community
from copbot.errors import ConfigurationError
from copbot.log import logger
from copbot.ports.clock import Alarm, Clock, Hints
from copbot.ports.library import Problem
from copbot.ports.platform import Make, Platform, Setup
from copbot.runtime.bot import Bot
from copbot.runtime.clock import SystemClock
from copbot.runtime.patience import PatientStore
from copbot.runtime.single import OneProcess
from copbot.runtime.ticker import Ticker
from copbot.services.commands import SPECS
from copbot.settings import Settings
from copbot.store.database import file_of
from copbot.store.keeping import KeepingTable
from copbot.store.migrate import migrate
from copbot.store.store import SqlStore
from copbot.web.app import WebServer, make_app, take_port

RECONCILE_EVERY = timedelta(minutes=10)
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class House:
    """A copbot put together and not running yet."""

    bot: Bot
    store: SqlStore
    content: Content
    platforms: Sequence[Platform]
    clock: Clock


def installed(name: str) -> Make:
    """What makes the adapter of that name. Raises ConfigurationError if it is not installed."""
    found = [entry for entry in entry_points(group="copbot.adapters") if entry.name == name]
    if not found:
        raise ConfigurationError(f"No adapter called {name!r} is installed; install copbot again with that adapter.")
    make: Make = found[0].load()
    return make


@asynccontextmanager
async def house(
    url: str,
    content: Content,
    adapters: Mapping[str, Mapping[str, Any]],
    clock: Clock,
    alarm: Alarm,
    *,
    random: Random | None = None,
    make: Callable[[str], Make] = installed,
) -> AsyncIterator[House]:
    """Open the database (alone, if it is a file), bring it up to date, and put everything around it. ``make`` finds adapters by name."""
    async with OneProcess(file_of(url)):
        await asyncio.to_thread(migrate, url)
        store = SqlStore.open(url)
        try:
            platforms = [
                make(name)(Setup(SPECS, clock, KeepingTable(store, name), settings)) for name, settings in adapters.items()
            ]
            owner = f"{socket.gethostname()}:{os.getpid()}"
            bot = Bot(PatientStore(store), content, platforms, clock, alarm, random=random, owner=owner)
            async with _listening(store.hints(), alarm):
                yield House(bot, store, content, platforms, clock)
        finally:
            await alarm.aclose()
            await store.aclose()


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
    """Host chats until SIGTERM or Ctrl-C."""
    content = Content.of_instance(settings.config_dir, settings.prompts_dir)
    listening = take_port(settings.host, settings.port)
    clock = SystemClock()
    ticker = Ticker(clock)
    adapters = {"room": room_settings(settings, content)} if settings.room.enabled else {}
    url = settings.database_url.get_secret_value()
    async with house(url, content, adapters, clock, ticker) as built:
        ticker.every(RECONCILE_EVERY, built.bot.reconcile, "reconcile")
        log.info("copbot is running", action="started", port=listening.getsockname()[1])
        await serve(built, listening)
    log.info("copbot has stopped", action="stopped")


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
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    pages = [page for platform in built.platforms if (page := platform.http) is not None]
    web = WebServer(make_app(pages, lambda: {"database": True}))
    tasks = [asyncio.create_task(built.bot.run()), asyncio.create_task(_watch(built))]
    tasks += [asyncio.create_task(companion) for companion in companions]
    serving = asyncio.create_task(web.serve_on(listening))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([*tasks, serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    finally:
        web.stop()
        for task in [*tasks, stopping]:
            task.cancel()
        results = await asyncio.gather(*tasks, serving, stopping, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _watch(built: House) -> None:
    async def changed(_problems: Sequence[Problem]) -> None:
        await built.bot.report_content()

    await watch(built.content, changed)
