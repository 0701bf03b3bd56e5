"""Closing what is open, also while somebody is in a hurry."""

import asyncio
from collections.abc import Coroutine


async def to_its_end(closing: Coroutine[None, None, None]) -> None:
    """Let it take its time, which should be a second at most; who cancels meanwhile, however often, gets their way then."""
    task, cancelled = asyncio.create_task(closing), False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
