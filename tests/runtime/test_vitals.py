"""Readiness and metrics: what is wrong is named, and a database that hangs holds nobody up."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from playhouse import House
from prometheus_client.parser import text_string_to_metric_families
from typing_extensions import override

from copbot.errors import DatabaseUnreachable, Gone
from copbot.ports.readings import Queues
from copbot.ports.store import UnitOfWork
from copbot.runtime.bot import Bot
from copbot.runtime.meters import Meters
from copbot.runtime.patience import PatientStore
from copbot.runtime.vitals import Look, Vitals
from copbot.store.readings import SqlReadings
from copbot.store.store import SqlStore
from copbot.testing.clock import SteppingClock

T = TypeVar("T")
NOW = datetime(2030, 1, 30, 19, 30, tzinfo=UTC)
WELL = Queues(None, None, 0, migrated=True)


class Steady:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> float:
        return self.passed


class FullDisk(SqlStore):
    """A real store on a disk that can be full for a while."""

    full = False

    def __init__(self, engine: sa.Engine, **options: Any) -> None:
        super().__init__(engine, **options)
        self.asked = asyncio.Event()

    @override
    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        self.asked.set()
        if self.full:
            raise DatabaseUnreachable("the database: there is no room left on its disk")
        return await super().write(work)


@pytest.fixture
def seconds() -> Steady:
    return Steady()


@pytest.fixture
def meters(seconds: Steady) -> Meters:
    made = Meters(seconds)
    made.connected("room", yes=True)
    made.ticked()
    return made


@pytest.fixture
def vitals(meters: Meters) -> Vitals:
    return Vitals(meters, SteppingClock(NOW), longest_answer=timedelta(milliseconds=20))


def says(found: Queues | Exception) -> Look:
    async def look(_now: datetime) -> Queues:
        if isinstance(found, Exception):
            raise found
        return found

    return look


async def hangs(_now: datetime) -> Queues:
    await asyncio.Event().wait()
    return WELL


def values(text: bytes) -> dict[str, float]:
    """Every sample, by its name with labels."""
    return {
        sample.name + "".join(f" {name}={value}" for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


async def test_all_is_well(vitals: Vitals) -> None:
    vitals.hosting(says(WELL), ["room"])
    assert await vitals.ready() == {"database": "ok", "tables": "ok", "ticker": "ok", "room": "ok"}


async def test_a_copy_that_stands_by_is_not_ready(vitals: Vitals) -> None:
    assert "standing by" in (await vitals.ready())["database"]
    assert b"copbot_build_info" in await vitals.metrics()


@pytest.mark.parametrize("look", [hangs, says(DatabaseUnreachable("away"))], ids=["hangs", "away"])
async def test_a_database_that_does_not_answer(vitals: Vitals, look: Look) -> None:
    vitals.hosting(look, ["room"])
    async with asyncio.timeout(10):
        assert (await vitals.ready())["database"] == "does not answer"
        measured = values(await vitals.metrics())
    assert measured["copbot_database_answers"] == 0
    assert measured["copbot_outbox_oldest_due_seconds"] != measured["copbot_outbox_oldest_due_seconds"]


async def test_a_database_that_can_be_read_but_not_written(vitals: Vitals, meters: Meters) -> None:
    vitals.hosting(says(WELL), ["room"])
    disk = FullDisk.in_memory()
    disk.full = True
    writing = asyncio.create_task(PatientStore(disk, retry=0, meters=meters).write(lambda uow: uow.facts.put("name", "value")))
    await disk.asked.wait()
    await asyncio.sleep(0)
    assert (await vitals.ready())["database"] == "answers, but not to everything: see database_away in the log"
    assert values(await vitals.metrics())["copbot_database_answers"] == 0
    disk.full = False
    await writing
    assert (await vitals.ready())["database"] == "ok"
    assert values(await vitals.metrics())["copbot_database_answers"] == 1
    disk.close()


async def test_tables_of_an_older_copbot(vitals: Vitals) -> None:
    vitals.hosting(says(Queues(None, None, 0, migrated=False)), [])
    assert (await vitals.ready())["tables"] == "older than this copbot"


async def test_a_ticker_that_stopped(vitals: Vitals, seconds: Steady) -> None:
    vitals.hosting(says(WELL), [])
    seconds.passed += 89
    assert (await vitals.ready())["ticker"] == "ok"
    seconds.passed += 6
    assert (await vitals.ready())["ticker"] == "nothing was done for 95 seconds"


async def test_a_platform_that_is_not_connected(vitals: Vitals, meters: Meters) -> None:
    vitals.hosting(says(WELL), ["room", "other"])
    meters.connected("room", yes=False)
    found = await vitals.ready()
    assert (found["room"], found["other"]) == ("not connected", "not connected")


async def test_queues_are_told_by_their_age(vitals: Vitals) -> None:
    vitals.hosting(says(Queues(NOW - timedelta(seconds=40), NOW - timedelta(minutes=5), 2, migrated=True)), [])
    measured = values(await vitals.metrics())
    assert measured["copbot_outbox_oldest_due_seconds"] == 40
    assert measured["copbot_steps_oldest_due_seconds"] == 300
    assert measured["copbot_outbox_unclear_posts"] == 2
    assert measured["copbot_database_answers"] == 1


async def test_what_waits_is_read_from_the_database(live: House) -> None:
    readings = SqlReadings(live.store)
    nothing = await readings.queues(live.clock.now() - timedelta(minutes=1))
    assert (nothing.oldest_outgoing, nothing.oldest_step, nothing.unclear) == (None, None, 0)
    live.clock.step(timedelta(minutes=7))
    late = await readings.queues(live.clock.now())
    assert late.oldest_step is not None
    assert live.clock.now() - late.oldest_step >= timedelta(minutes=2)
    live.room.server.lose_next_answer()
    await live.bot.turn()
    unclear = await readings.queues(live.clock.now())
    assert unclear.unclear == 1
    assert unclear.oldest_outgoing is not None


def test_counters_are_there_before_anything_is_counted(meters: Meters) -> None:
    measured = values(meters.render(None, NOW))
    assert measured["copbot_posts_total outcome=refused platform=room"] == 0
    assert measured["copbot_look_ups_total outcome=found platform=room"] == 0


async def test_a_chat_is_measured_without_naming_anybody(live: House) -> None:
    meters = Meters()
    await live.bot.stop()
    live.bot = Bot(live.store, live.content, [live.room], live.clock, live.clock, owner="first", meters=meters)
    await live.bot.start()
    await live.until("2018-01-31 19:36")
    await live.room.people.say("maria", "resnetslt", "Yes", live.thread("Q1"))
    await live.until("2018-01-31 19:47")
    live.room.server.lose_next_answer()
    await live.until("2018-01-31 19:55")
    live.room.server.fail_next(Gone("room", "there is no such channel", "Make it again."))
    await live.until("2018-01-31 20:10")
    text = meters.render(None, live.clock.now())
    measured = values(text)
    assert measured["copbot_posts_total outcome=sent platform=room"] > 3
    assert measured["copbot_posts_total outcome=unclear platform=room"] == 1
    assert measured["copbot_posts_total outcome=refused platform=room"] == 1
    assert measured["copbot_look_ups_total outcome=found platform=room"] == 1
    assert measured["copbot_posting_lag_seconds_count platform=room"] > 3
    assert measured["copbot_tick_lag_seconds_count"] > 3
    assert measured["copbot_hearing_batch_events_sum"] >= 1
    assert measured["copbot_hearing_parked_events_total"] == 0
    assert measured["copbot_platform_connected platform=room"] == 1
    labels = {name.split("=")[0] for key in measured for name in key.split(" ")[1:]}
    assert labels <= {"platform", "outcome", "kind", "le", "version", "python", "implementation", "major", "minor", "patchlevel"}
    assert b"maria" not in text
    assert b"resnetslt" not in text
    await live.bot.stop()
    assert values(meters.render(None, live.clock.now()))["copbot_platform_connected platform=room"] == 0
