"""Parts that must never be silently dead."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

AGAIN = 1.0
"""Seconds until a part that failed goes on."""

log = structlog.get_logger(__name__)


async def supervised(part: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work until it ends by itself; a fault is logged, and after a moment it goes on."""
    while True:
        try:
            return await work()
        except Exception as error:  # whatever it was: a part that is silently dead is worse
            log.error("A part of the bot failed; it goes on", action="part_failed", part=part, error=type(error).__name__, exc_info=error)
        await asyncio.sleep(AGAIN)
