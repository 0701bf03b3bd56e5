"""The two ways to try copbot: in the browser, and as a script."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from copbot import app
from copbot.content import Content
from copbot.domain.chat import Chat, State
from copbot.domain.transcript import Transcript
from copbot.errors import ConfigurationError
from copbot.log import configure
from copbot.rehearsal import script
from copbot.rehearsal.rehearsal import BEFORE, CURTAIN, Piece, Rehearsal, choose, remembered
from copbot.rehearsal.stage import Stage
from copbot.runtime.clock import RehearsalAlarm, RehearsalClock
from copbot.services import transcripts
from copbot.services.desk import Desk
from copbot.settings import Settings
from copbot.store.database import file_of
from copbot.store.readings import SqlReadings
from copbot.store.store import SqlStore
from copbot.web.app import take_port

HOME = Path(".copbot")
"""Where the browser's rehearsal is kept, so that it goes on after Ctrl-C."""

SPEED = 12.0
FASTEST = 600.0
"""In the browser ``max`` is this: ten minutes a second, so that one can still see it."""

BREATH = 0.1
"""Seconds between two looks of the simulated members, in the browser."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The options of ``copbot try``."""

    speed: str
    seed: int
    db: str | None
    out: Path
    question_set: str
    at: datetime | None
    port: int
    settings: Path | None


def play_script(wish: Wish) -> int:
    """Play everything as fast as it goes, report, write the files; 0 if all that was planned happened."""
    configure("console", "error")
    with tempfile.TemporaryDirectory(prefix="copbot-try-") as folder:
        url = wish.db or f"sqlite:///{Path(folder) / 'copbot.sqlite3'}"
        return asyncio.run(_script(wish, url))


def play_in_browser(wish: Wish) -> int:
    """Serve the room until Ctrl-C."""
    configure("console", "warning")
    HOME.mkdir(exist_ok=True)
    asyncio.run(_browser(wish, wish.db or f"sqlite:///{HOME / 'try.sqlite3'}"))
    return 0


@asynccontextmanager
async def _rehearsal(wish: Wish, url: str, speed: float) -> AsyncIterator[tuple[app.House, Rehearsal, RehearsalClock]]:
    settings = Settings.load(wish.settings)
    content = Content.of_instance(settings.config_dir, settings.prompts_dir)
    piece = choose(content, wish.question_set, wish.at)
    clock = RehearsalClock(piece.starts_at - BEFORE)
    room = _room(piece, url, speed)
    async with app.house(url, content, {"room": room}, clock, RehearsalAlarm(clock), random=Random(wish.seed)) as built:  # noqa: S311 - a rehearsal
        stage = built.platforms[0]
        if not isinstance(stage, Stage):
            raise ConfigurationError("The room that is installed cannot be rehearsed in; install copbot again.")
        clock.jump(await remembered(built.store) or clock.now())
        cast = stage.cast(piece.channel("room"), piece.question_set.id, seed=wish.seed, since=clock.now())
        yield built, Rehearsal(piece, built.bot, built.store, stage, cast, clock, goes_on=wish.db is not None), clock


def _room(piece: Piece, url: str, speed: float) -> dict[str, object]:
    database = file_of(url)
    path = str(database.with_suffix(".room.sqlite3")) if database else None
    return {"path": path, "channels": app.channels_of([piece.community]), "personas": piece.personas, "speed": speed}


async def _script(wish: Wish, url: str) -> int:
    async with _rehearsal(wish, url, 0) as (built, rehearsal, clock):
        await built.bot.start()
        chat = await rehearsal.schedule()
        await rehearsal.play_until(None)
        await built.bot.stop()
        played, account = await built.store.read(lambda uow: _account(Desk(uow, clock.now(), built.content, Random(0)), chat.id))  # noqa: S311
        log = await SqlReadings(built.store).log(list, chat.id)
    files = script.write_files(wish.out, log, account)
    print(f"{chat.title}\n\n{played.report()}\n")
    print("\n".join(f"wrote {path}" for path in files))
    return 1 if played.trouble else 0


def _account(desk: Desk, id: int) -> tuple[script.Played, Transcript]:
    chat = desk.uow.chats.get(id)
    if chat is None:
        raise ConfigurationError("The chat is gone.")
    return script.look_back(desk.uow, desk, chat), transcripts.collect(desk, chat)


async def _browser(wish: Wish, url: str) -> None:
    speed = _speed(wish.speed)
    listening = take_port("127.0.0.1", wish.port)
    if wish.db is None:
        await _make_way(url)
    async with _rehearsal(wish, url, speed) as (built, rehearsal, clock):
        await built.bot.start()
        chat = await rehearsal.schedule()
        await rehearsal.play_until(max(chat.starts_at - CURTAIN, clock.now()))
        await built.bot.stop()
        clock.run(speed)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/?as={rehearsal.piece.host}"
        print(
            f"\n  copbot's room is open:  {address}\n\n  {_what_happens(chat, clock)}\n  Ctrl-C stops it; copbot try goes on from there.\n",
            flush=True,
        )
        await app.serve(built, listening, _keep_playing(rehearsal, clock))
        await rehearsal.remember()
    print("Stopped. copbot try goes on from there.", file=sys.stderr)


def _what_happens(chat: Chat, clock: RehearsalClock) -> str:
    if chat.state is State.PLANNED:
        wait = (chat.starts_at - clock.now()) / clock.speed
        return (
            f"“{chat.title}” begins in {max(int(wait.total_seconds()), 1)} seconds; its clock runs {clock.speed:g} times as fast as yours."
        )
    return f"“{chat.title}” goes on where it stopped; its clock runs {clock.speed:g} times as fast as yours."


def _speed(text: str) -> float:
    if text == "max":
        return FASTEST
    try:
        speed = float(text or SPEED)
    except ValueError:
        speed = 0
    if not 0 < speed <= FASTEST:
        raise ConfigurationError(f"--speed takes a number up to {FASTEST:g}, or max; not {text!r}")
    return speed


async def _keep_playing(rehearsal: Rehearsal, clock: RehearsalClock) -> None:
    """Let the simulated members look at the channel again and again, and note the time for a later start."""
    noted = clock.now()
    while True:
        await asyncio.sleep(BREATH)
        await rehearsal.cast.play(clock.now())
        if clock.now() - noted > timedelta(seconds=clock.speed):
            noted = clock.now()
            await rehearsal.remember()


async def _make_way(url: str) -> None:
    """Take away a rehearsal in copbot's own folder whose hour is over, so that the next start begins anew."""
    database = file_of(url)
    if database is None or not await asyncio.to_thread(database.exists):
        return
    store = SqlStore.open(url)
    going_on = await store.read(lambda uow: uow.chats.in_states((State.PLANNED, State.OPEN)))
    await store.aclose()
    if not going_on:
        await asyncio.to_thread(_clear, database)


def _clear(database: Path) -> None:
    for file in database.parent.glob(f"{database.stem}.*"):
        file.unlink()
