"""Every alarm keeps one contract: it wakes at its time or when it is rung, and never needs to be believed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from copbot.ports.clock import Alarm, Clock
from copbot.runtime.clock import RehearsalAlarm, RehearsalClock, SystemClock
from copbot.runtime.ticker import Ticker
from copbot.testing.clock import SteppingClock

START = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)
Pair = tuple[Clock, Alarm, Callable[[timedelta], None]]


def ticker() -> Pair:
    clock = SystemClock()
    return clock, Ticker(clock), lambda _: None


def rehearsal() -> Pair:
    clock = RehearsalClock(START)
    clock.run(1)
    return clock, RehearsalAlarm(clock), lambda _: None


def stepping() -> Pair:
    clock = SteppingClock(START)
    return clock, clock, clock.step


@pytest.fixture(params=[ticker, rehearsal, stepping])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    made: Pair = request.param()
    yield made
    await made[1].aclose()


async def waiting(alarm: Alarm, when: datetime | None) -> asyncio.Task[None]:
    task = asyncio.create_task(alarm.wait_until(when))
    await asyncio.sleep(0.01)
    return task


async def test_it_wakes_at_its_time(pair: Pair) -> None:
    clock, alarm, pass_time = pair
    task = await waiting(alarm, clock.now() + timedelta(milliseconds=80))
    assert not task.done()
    pass_time(timedelta(milliseconds=80))
    async with asyncio.timeout(10):
        await task
    assert task.done()


async def test_a_time_that_has_passed_wakes_at_once(pair: Pair) -> None:
    clock, alarm, _ = pair
    async with asyncio.timeout(10):
        await alarm.wait_until(clock.now() - timedelta(minutes=1))
    assert (await waiting(alarm, None)).cancel()


async def test_ringing_wakes_also_without_a_time(pair: Pair) -> None:
    _, alarm, _ = pair
    task = await waiting(alarm, None)
    assert not task.done()
    alarm.ring()
    async with asyncio.timeout(10):
        await task


async def test_a_ring_before_the_wait_is_not_lost(pair: Pair) -> None:
    clock, alarm, _ = pair
    alarm.ring()
    async with asyncio.timeout(10):
        await alarm.wait_until(clock.now() + timedelta(hours=1))
    assert (await waiting(alarm, None)).cancel()


async def test_it_can_be_waited_for_again(pair: Pair) -> None:
    _, alarm, _ = pair
    for _ in range(3):
        task = await waiting(alarm, None)
        assert not task.done()
        alarm.ring()
        async with asyncio.timeout(10):
            await task
