"""One SQLite file, one process; a second copy stands by."""

import asyncio
from pathlib import Path

from copbot.runtime.single import OneProcess


async def test_a_second_copy_waits_until_the_first_is_gone(tmp_path: Path) -> None:
    database = tmp_path / "copbot.sqlite3"
    first, second = OneProcess(database), OneProcess(database)
    await first.__aenter__()
    waiting = asyncio.create_task(second.__aenter__())
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await first.__aexit__(None, None, None)
    async with asyncio.timeout(10):
        await waiting
    await second.__aexit__(None, None, None)
