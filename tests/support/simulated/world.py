"""One seed from beginning to end: bots that come and go around one database and one platform, and people in it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import structlog
from simulated.databases import Database
from simulated.scenario import DAY, HOUR, Scenario, draw

from copbot.content import Content
from copbot.ports.platform import Platform
from copbot.runtime.bot import Bot
from copbot.runtime.patience import PatientStore
from copbot.store.store import SqlStore
from copbot.testing.simulation.clock import JumpingClock, SimulatedAlarm
from copbot.testing.simulation.harbour import Harbour
from copbot.testing.simulation.loop import SimulatedLoop
from copbot.testing.simulation.platform import HarbourPlatform
from copbot.testing.simulation.process import Life, Process
from copbot.testing.simulation.trace import Trace
from copbot.testing.simulation.weather import calmed

START = datetime(2018, 1, 30, 9, 0, tzinfo=UTC)
RECONCILE_EVERY = timedelta(minutes=30)
LONG_READING = timedelta(hours=20)
FAULTS = frozenset(
    {
        "part_failed",
        "tick_failed",
        "step_failed",
        "give_up_failed",
        "follow_up_failed",
        "batch_failed",
        "event_parked",
        "interaction_failed",
        "finish_failed",
    }
)
"""What copbot logs of faults of its own: no weather may cause them."""

UNREAD = frozenset({"history_failed", "event_parked", "part_failed"})
"""What copbot logs when something that was said is to be read again later."""

LOGGED: ContextVar[Callable[[Mapping[str, Any]], None]] = ContextVar("logged")
"""Where lines of the log go: to the world in which they were written."""

MakePlatform = Callable[[Harbour, Process], Platform]


@dataclass(slots=True)
class Counts:
    """What a campaign is proud of."""

    kills: int = 0
    posts: int = 0
    responses: int = 0
    starts: int = 0


@dataclass(slots=True)
class Copy:
    """One running process, and how it ended."""

    process: Process
    bot: Bot
    store: SqlStore
    alarm: SimulatedAlarm
    gone: asyncio.Event
    task: asyncio.Task[None] | None = None


@dataclass(slots=True)
class World:
    """Everything there is in one seed."""

    seed: int
    database: Database
    content: Content
    make_platform: MakePlatform = HarbourPlatform
    change: Callable[[Scenario], Scenario] = lambda scenario: scenario
    random: Random = field(init=False)
    loop: SimulatedLoop = field(init=False)
    trace: Trace = field(init=False)
    clock: JumpingClock = field(init=False)
    scenario: Scenario = field(init=False)
    harbour: Harbour = field(init=False)
    copies: list[Copy] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    stores: list[SqlStore] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    unread: bool = False
    calm: bool = False
    over: bool = False

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.loop = SimulatedLoop(self.part())  # type: ignore[abstract]  # what is not there is not used
        self.trace = Trace(self.loop.time)
        self.clock = JumpingClock(START, self.loop)
        self.scenario = self.change(draw(self.part(), copies=self.database.copies))
        weather, threads = self.scenario.weather, self.scenario.threads
        self.harbour = Harbour(self.loop, self.part(), lambda: self.clock.true, weather, threads, self.trace)
        self.trace("scenario", self.scenario)

    def part(self) -> Random:
        """Chance for one part of the world, that other parts do not disturb."""
        return Random(self.random.getrandbits(64))

    async def keep_running(self, slot: int) -> None:
        """Start one copy after the other in this slot, each some time after the one before was gone."""
        random = self.part()
        while not self.over:
            copy = self._start(f"{slot}.{self.counts.starts}", random)
            await copy.gone.wait()
            self.copies.remove(copy)
            await asyncio.sleep(random.choice((0.5, 5, 20, 90)) * random.random() if not self.calm else 1)

    def _start(self, name: str, random: Random) -> Copy:
        self.counts.starts += 1
        process = Process(name, self.trace)
        store = self.database.open()
        self.stores.append(store)
        alarm = SimulatedAlarm(self.clock)
        platform = self.make_platform(self.harbour, process)
        bot = Bot(PatientStore(store), self.content, [platform], self.clock, alarm, random=Random(random.getrandbits(64)), owner=name)
        copy = Copy(process, bot, store, alarm, asyncio.Event())
        process.on_stop = lambda life: self._stopped(copy, life)
        self.processes.append(process)
        self.copies.append(copy)
        self.trace("process", name, "started")
        copy.task = process.run(self.loop, self._live(copy))
        return copy

    def _stopped(self, copy: Copy, life: Life) -> None:
        if life is Life.DEAD:
            self.counts.kills += 1
            copy.gone.set()
        else:
            away = self.random.uniform(1, 120)
            self.loop.call_later(away, lambda: self.loop.put_back(copy.process.go_on()), context=self.harbour.world)

    async def _live(self, copy: Copy) -> None:
        """What ``copbot run`` does with a bot: run it, and read history again from time to time."""
        chores = asyncio.create_task(self._reconcile(copy.bot))
        try:
            await copy.bot.run()
        except asyncio.CancelledError:
            self.trace("process", copy.process.name, "stopped")
        except Exception as error:  # whatever ended it is a fault that fails the seed
            self.faults.append(f"the bot ended by itself: {type(error).__name__}: {error}")
            self.trace("process", copy.process.name, "CRASHED", type(error).__name__, error)
            raise
        finally:
            chores.cancel()
            copy.gone.set()

    async def _reconcile(self, bot: Bot) -> None:
        while True:
            await asyncio.sleep(self.reading_period().total_seconds())
            if not self.owes_reading():
                continue
            try:
                await bot.reconcile()
            except Exception as error:  # noqa: BLE001 - as the real alarm's chores: logged, and done again next time
                self.trace("reconciling failed", type(error).__name__)

    def reading_period(self) -> timedelta:
        """Often around short chats; a virtual fortnight of that would take longest."""
        now = timedelta(seconds=self.loop.time())
        if any(chat.wait < now < chat.ends + HOUR / 2 for chat in self.scenario.chats if chat.ends - chat.wait <= HOUR):
            return RECONCILE_EVERY
        return LONG_READING if now < self.scenario.ends + DAY else 30 * DAY

    def owes_reading(self) -> bool:
        """Whether history must be read with no gap to cause it: something that was heard was not taken, or a reading failed."""
        return self.scenario.chores or self.unread

    async def settle(self) -> None:
        """Faults stop, and everybody gets the time to put things right."""
        self.calm = True
        self.harbour.weather = calmed(self.harbour.weather)
        self.harbour.closed_to_bot.clear()
        self.resume_all()
        self.set_clock_right()
        for _ in range(2):
            await asyncio.sleep(900)
            if self.owes_reading():
                await self.copies[0].process.run(self.loop, self.copies[0].bot.reconcile())
        await asyncio.sleep(60)

    def resume_all(self) -> None:
        """Let every paused copy go on."""
        for copy in self.copies:
            copy.process.spare()
            self.loop.put_back(copy.process.go_on())

    def set_clock_right(self) -> None:
        """The clock shows the true time again."""
        self.clock.jump(-self.clock.off)
        self.ring()

    def ring(self) -> None:
        """A jump of the clock is noticed with the next look at it: the real alarm looks every thirty seconds."""
        for copy in self.copies:
            copy.alarm.ring()

    def run(self, story: Callable[["World"], Coroutine[Any, Any, None]]) -> None:
        """Play the story, then bury the processes. Raises what the story raises."""
        self.database.empty()
        LOGGED.set(self._logged)
        self.harbour.world = copy_context()
        try:
            self.loop.run_until_complete(story(self))
        finally:
            self.trace.over = True
            self._bury()

    def _logged(self, line: Mapping[str, Any]) -> None:
        details = " ".join(f"{name}={line[name]}" for name in ("action", "key", "chat", "kind", "part", "error", "reason") if name in line)
        self.trace("log", details)
        self.unread |= line.get("action") in UNREAD
        by_the_adapter = line.get("error") == "ConnectionResetError"
        if line.get("action") in FAULTS and not by_the_adapter and not self.trace.over:
            self.faults.append(f"{line['event']} ({details})")

    def _bury(self) -> None:
        """Cancel whatever is left, the dead included, so that nothing of this seed runs in the next one."""
        self.over = True
        self.loop.bury(self.processes)
        for store in self.stores:
            store.close()
        self.loop.close()


@contextmanager
def logging_into_worlds() -> Iterator[None]:
    """Let the log of every copbot go to the world in which it runs, and nowhere else."""
    before = structlog.get_config()
    structlog.configure(processors=[_keep], wrapper_class=structlog.make_filtering_bound_logger(30), cache_logger_on_first_use=False)
    try:
        yield
    finally:
        structlog.configure(**before)


def _keep(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    keep = LOGGED.get(None)
    if keep is not None:
        keep(line)
    raise structlog.DropEvent
