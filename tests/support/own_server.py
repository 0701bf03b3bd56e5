"""A PostgreSQL server of a test's own, to be crashed, and a network before it that can swallow everything."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg

PROGRAMS = Path("/usr/lib/postgresql")
PIECE = 65_536
"""Bytes passed on at once."""


class OwnServer:
    """Started, crashed and started again; all that it has committed is on the disk.

    ``disk`` is where its data are, ``wal`` where its write-ahead log is, if those are not in its folder, where it listens.
    """

    def __init__(self, folder: Path, *, disk: Path | None = None, wal: Path | None = None) -> None:
        self._folder = folder
        self._data = (disk or folder) / "data"
        self._programs = max(PROGRAMS.glob("*/bin"), key=lambda path: int(path.parent.name))
        elsewhere = ["--waldir", str(wal)] if wal else []
        what = ["--auth", "trust", "--username", "postgres", "--encoding", "UTF8", "--locale", "C.UTF-8", "--wal-segsize", "1", "--no-sync"]
        self._run("initdb", *what, *elsewhere)

    def start(self) -> None:
        """Return once it takes connections, after having recovered from a crash."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder}"
        self._run("pg_ctl", "--wait", "--silent", "--log", f"{self._folder}/log", "--options", options, "start")

    def crash(self) -> None:
        """Its processes end at once, in the middle of what they do; nobody is told."""
        self._run("pg_ctl", "--mode", "immediate", "--silent", "stop")

    def write_ahead_until_it_falls(self) -> None:
        """As a busy neighbour: fill its write-ahead log, on a disk that is full, as often as it gets up again by itself."""
        while self.is_up:
            with suppress(psycopg.OperationalError), self.admin() as neighbour:
                while True:
                    neighbour.execute("SELECT pg_logical_emit_message(false, 'neighbour', repeat('x', 1000))")

    def make(self, database: str) -> None:
        """An empty database."""
        with self.admin() as admin:
            admin.execute(f"CREATE DATABASE {database}")

    @contextmanager
    def admin(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection of its operator's."""
        with closing(psycopg.connect(self.url("postgres"), autocommit=True)) as connection:
            yield connection

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self._folder}"

    @property
    def is_up(self) -> bool:
        """Whether it runs, though it may be recovering."""
        return self._run("pg_ctl", "status", check=False).returncode == 0

    @property
    def said(self) -> str:
        """Its log."""
        return (self._folder / "log").read_text("utf-8")

    @property
    def socket(self) -> str:
        """Where it listens."""
        return f"{self._folder}/.s.PGSQL.5432"

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        command = [str(self._programs / program), "--pgdata", str(self._data), *arguments]
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        return subprocess.run([*as_postgres, *command], check=check, cwd="/", stdout=subprocess.DEVNULL)


class Network:
    """Passes on every byte between the bots and the server, until it swallows them or hangs up. It has a thread of its own."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._passing = asyncio.Event()
        self._passing.set()
        self._lines: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)

    def open(self) -> int:
        """The port on which it listens."""
        self._thread.start()
        opening = asyncio.start_server(self._connected, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result()
        return int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Hang up for good."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def swallow(self) -> None:
        """From now on nothing arrives, in neither direction; who connects is let in and hears nothing."""
        self._loop.call_soon_threadsafe(self._passing.clear)

    def hang_up(self) -> None:
        """Cut what is connected, and pass on again what comes on new connections."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for line in self._lines:
            line.cancel()
        self._passing.set()

    async def _close(self) -> None:
        self._server.close()
        self._cut()
        await asyncio.gather(*self._lines)

    async def _connected(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        task.add_done_callback(self._lines.discard)
        with closing(writer), suppress(asyncio.CancelledError, OSError):
            await self._passing.wait()
            there, away = await asyncio.open_unix_connection(self._socket)
            with closing(away):
                await asyncio.gather(self._pass_on(reader, away), self._pass_on(there, writer))

    async def _pass_on(self, reader: StreamReader, writer: StreamWriter) -> None:
        while piece := await reader.read(PIECE):
            await self._passing.wait()
            writer.write(piece)
            await writer.drain()
        raise ConnectionResetError


@contextmanager
def server_behind_a_network() -> Iterator[tuple[OwnServer, Network, str]]:
    """The server, the network before it, and the address of an empty database there."""
    with scratch() as folder, running(OwnServer(folder)) as server:
        network = Network(server.socket)
        yield server, network, f"postgresql://postgres@127.0.0.1:{network.open()}/copbot?sslmode=disable"
        network.close()


@contextmanager
def running(server: OwnServer) -> Iterator[OwnServer]:
    """It is up and has an empty database called copbot; in the end it is gone."""
    server.start()
    try:
        server.make("copbot")
        yield server
    finally:
        server.crash()


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for a server."""
    folder = Path(tempfile.mkdtemp())
    try:
        yield owned(folder)
    finally:
        shutil.rmtree(folder)


def owned(folder: Path) -> Path:
    """The folder, of whom servers run as."""
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    return folder
