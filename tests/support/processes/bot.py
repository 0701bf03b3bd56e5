"""One bot process: copbot as for real, on a database, a platform in another process and a fast clock, until told to stop or killed."""

import asyncio
import logging
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from random import Random

from processes.adapter import FarRoom
from processes.clock import FastAlarm, FastClock
from processes.discord_exchange import on_discord
from processes.slack_exchange import on_slack

from copbot import log
from copbot.app import RECONCILE_EVERY, house
from copbot.content import Content
from copbot.ports.platform import Platform, Setup
from copbot.runtime.bot import Bot
from copbot_room.model import ROOM
from copbot_slack.names import SLACK


@dataclass(frozen=True, slots=True)
class Orders:
    """What a bot process is started with. ``address`` is where the platform is, ``clock`` the FastClock's path."""

    url: str
    platform: str
    address: str
    clock: Path
    log: Path
    seed: int


def live(orders: Orders, content: Content) -> None:
    """Be a bot; returns after SIGTERM."""
    with orders.log.open("a", buffering=1, encoding="utf-8") as lines:
        log.configure("json", stream=lines)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        try:
            asyncio.run(_run(orders, content))
        except BaseException as error:  # however it fell, its log says so; the campaign prints it
            log.logger(__name__).error("A bot process fell", action="fell", pid=os.getpid(), exc_info=error)
            raise


async def _run(orders: Orders, content: Content) -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)

    clock = FastClock(orders.clock)

    def make(setup: Setup) -> Platform:
        if orders.platform == ROOM:
            return FarRoom(orders.address, clock)
        return (on_slack if orders.platform == SLACK else on_discord)(setup, orders.address)

    async with house(
        orders.url, content, {orders.platform: {}}, clock, FastAlarm(clock), random=Random(orders.seed), make=lambda _: make, waits=True
    ) as built:
        await _until(told, built.bot, clock)


async def _until(told: asyncio.Event, bot: Bot, clock: FastClock) -> None:
    tasks = [asyncio.ensure_future(work) for work in (bot.run(), _reconciling(bot, clock), told.wait())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


async def _reconciling(bot: Bot, clock: FastClock) -> None:
    while True:
        await clock.sleep(RECONCILE_EVERY)
        await bot.reconcile()
