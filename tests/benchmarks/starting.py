"""How long a newcomer waits for the first page of ``copbot try``, and how much memory it takes then, against a bare page."""

import asyncio
import os
import re
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.benchmarks.measuring import Figure, note

ROUNDS = 5
LONGEST = 60.0
LOOK_AGAIN = 0.005
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the start of the process to its first page, and its resident memory then, in bytes."""

    seconds: float
    memory: int


def startup(folder: Path) -> Figure:
    """No target. The ratio is that of the times; that of the memories is in a note."""
    return asyncio.run(_startup(folder))


async def _startup(folder: Path) -> Figure:
    ours, peer = [], []
    for number in range(ROUNDS + 1):  # the first round writes the bytecode, and is not counted
        home = folder / str(number)
        home.mkdir()
        ours.append(await _start([str(Path(sys.executable).with_name("copbot")), "try", "--port"], home))
        peer.append(await _start([sys.executable, str(Path(__file__).with_name("bare_page.py"))], home))
    mine, other = _middle(ours[1:]), _middle(peer[1:])
    note(f"  memory: {mine.memory / other.memory:.2f} times the peer's")
    return Figure(_words(mine), _words(other), mine.seconds / other.seconds)


def _middle(starts: Sequence[Start]) -> Start:
    return Start(median(each.seconds for each in starts), int(median(each.memory for each in starts)))


def _words(start: Start) -> str:
    return f"{start.seconds:.2f}s/{start.memory / MEGABYTE:.0f}MB"


async def _start(command: Sequence[str], home: Path) -> Start:
    """Start a server with a free port as its last argument, wait for its page, and stop it."""
    port = _free_port()
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("COPBOT_", "PYTHON"))}
    began = perf_counter()
    silent = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, str(port), cwd=home, env=settings, stdout=silent, stderr=silent)
    try:
        async with asyncio.timeout(LONGEST):
            while not await _has_page(port):
                assert process.returncode is None, f"{command[0]} ended with {process.returncode}"
                await asyncio.sleep(LOOK_AGAIN)
        return Start(perf_counter() - began, _resident(process.pid))
    finally:
        process.terminate()
        await process.wait()


async def _has_page(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
    assert b"<title>" in answer
    return True


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _resident(process: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text("ascii"))
    assert found is not None
    return int(found[1]) * 1024
