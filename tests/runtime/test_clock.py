"""The clock that is the database's: wrong and jumping clocks of machines change nothing."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from typing_extensions import override

from copbot.ports.clock import Clock
from copbot.runtime.clock import AnchoredClock, SystemClock, steady
from copbot.runtime.ticker import Ticker
from copbot.testing.clock import SteppingClock

TRUTH = datetime(2030, 1, 30, 19, 30, tzinfo=UTC)


class Machine(Clock):
    """A machine whose clock is hours off, whose steady clock goes on as told, and a database that knows better."""

    def __init__(self, off: timedelta) -> None:
        self._off = off
        self.passed = 0.0
        self.drift = timedelta()
        self.trip = 0.0

    @override
    def now(self) -> datetime:
        return self.truth() + self._off

    def seconds(self) -> float:
        return 1000 + self.passed

    def truth(self) -> datetime:
        return TRUTH + timedelta(seconds=self.passed) + self.drift

    def ask(self) -> datetime:
        """The database answers in the middle of the trip."""
        self.passed += self.trip / 2
        said = self.truth()
        self.passed += self.trip / 2
        return said


@pytest.fixture(params=[timedelta(hours=-7), timedelta(0), timedelta(hours=30)], ids=["behind", "right", "ahead"])
def machine(request: pytest.FixtureRequest) -> Machine:
    return Machine(request.param)


@pytest.fixture
def clock(machine: Machine) -> AnchoredClock:
    made = AnchoredClock(machine, machine.seconds)
    assert made.now() == machine.now()
    made.anchor(machine.ask)
    return made


def test_it_is_the_databases_time_from_the_first_anchoring_on(machine: Machine, clock: AnchoredClock) -> None:
    assert clock.now() == TRUTH
    machine.passed += 59
    assert clock.now() == TRUTH + timedelta(seconds=59)


def test_what_the_machine_is_set_to_changes_nothing(machine: Machine, clock: AnchoredClock) -> None:
    machine._off += timedelta(days=400)
    assert clock.now() == TRUTH


def test_a_slow_answer_counts_from_its_middle_and_a_very_slow_one_not_at_all(machine: Machine, clock: AnchoredClock) -> None:
    machine.trip = 1.0
    clock.anchor(machine.ask)
    assert clock.now() == machine.truth()
    machine.trip, machine.drift = 30.0, timedelta(seconds=40)
    clock.anchor(machine.ask)
    assert clock.now() == machine.truth() - machine.drift


def test_a_little_ahead_it_stands_still_until_the_time_has_caught_up(machine: Machine, clock: AnchoredClock) -> None:
    machine.passed += 60
    before = clock.now()
    machine.drift = timedelta(seconds=-3)
    clock.anchor(machine.ask)
    assert clock.now() == before
    machine.passed += 2
    assert clock.now() == before
    machine.passed += 2
    assert clock.now() == machine.truth() == before + timedelta(seconds=1)


def test_far_ahead_it_goes_back_once(machine: Machine, clock: AnchoredClock) -> None:
    clock.now()
    machine.drift = timedelta(minutes=-10)
    clock.anchor(machine.ask)
    assert clock.now() == machine.truth()


def test_the_steady_clock_takes_no_notice_of_the_machines(frozen: None) -> None:
    """On a machine set to another year, delays are still delays."""
    begun = steady()
    assert datetime.now(UTC).year == 2001
    assert 0 <= steady() - begun < 60


@pytest.fixture
def frozen() -> Iterator[None]:
    with time_machine.travel("2001-01-01T00:00:00Z", tick=True):
        yield


async def test_the_ticker_wakes_by_delay_on_a_machine_that_is_years_off(frozen: None) -> None:
    clock = AnchoredClock(SteppingClock(TRUTH))
    ticker = Ticker(clock)
    begun = time.monotonic()
    await asyncio.wait_for(ticker.wait_until(clock.now() + timedelta(milliseconds=50)), 10)
    assert 0.04 < time.monotonic() - begun < 10
    await ticker.aclose()


async def test_a_machine_that_is_set_back_while_the_ticker_waits_does_not_keep_it_waiting() -> None:
    clock = AnchoredClock()
    ticker = Ticker(clock)
    waiting = asyncio.create_task(ticker.wait_until(clock.now() + timedelta(milliseconds=80)))
    await asyncio.sleep(0.01)
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=3), tick=True):
        await asyncio.wait_for(waiting, 10)
        assert clock.now() > datetime.now(UTC) + timedelta(hours=2)
    await ticker.aclose()


async def test_chores_go_on_on_a_machine_that_was_set_back() -> None:
    done = asyncio.Event()

    async def chore() -> None:
        done.set()

    ticker = Ticker(AnchoredClock())
    ticker.every(timedelta(hours=1), chore, "chore")
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=3), tick=True):
        ticker.ring()
        await ticker.wait_until(None)
        assert await asyncio.wait_for(done.wait(), 10)
    await ticker.aclose()


async def test_any_function_that_gives_something_to_await_can_be_a_chore() -> None:
    done = asyncio.Event()

    async def chore(event: asyncio.Event) -> None:
        event.set()

    ticker = Ticker(AnchoredClock())
    ticker.every(timedelta(milliseconds=20), lambda: chore(done), "chore")
    assert await asyncio.wait_for(done.wait(), 10)
    await ticker.aclose()


def test_on_sqlite_the_machines_clock_is_the_databases() -> None:
    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(minutes=1)
