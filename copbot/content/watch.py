"""Hot reload: the library follows its files."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from pathlib import Path

from copbot.content.library import Content
from copbot.errors import ConfigurationError
from copbot.ports.library import Problem

DEBOUNCE = 300
"""Milliseconds. Editors write a file in several steps, and a copied folder arrives file by file."""


async def watch(
    content: Content,
    on_change: Callable[[Sequence[Problem]], Awaitable[None]],
    *,
    stop: asyncio.Event | None = None,
    changes: AsyncIterable[object] | None = None,
) -> None:
    """Reload after every change, and pass on what is wrong then. Runs until ``stop`` is set or cancelled.

    ``changes``: what to wait for instead of the file system. If the config folder itself goes, the last good content stays.
    """
    from watchfiles import awatch  # costs 50 ms of every start, and only a running bot watches

    folders = [folder for folder in (content.config_dir, content.prompts_dir) if folder.is_dir()]
    source = changes if changes is not None else awatch(*folders, debounce=DEBOUNCE, step=50, stop_event=stop)
    async for _ in source:
        try:
            problems = await asyncio.to_thread(content.reload)
        except ConfigurationError as error:
            problems = [Problem(Path(content.config_dir), 1, 1, "no-folder", str(error))]
        await on_change(problems)
