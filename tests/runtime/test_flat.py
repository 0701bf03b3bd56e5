"""A small soak: what one tick, one heard batch and one due step cost does not grow with what is planned, open or over."""

import gc
from datetime import timedelta

import pytest
import sqlalchemy as sa
from touching import Effort, effort
from town import HOUR_FORMAT, OPENS, Town

from copbot.store.database import is_postgresql
from copbot.store.store import SqlStore

LATER = OPENS + timedelta(days=40)


async def plan(town: Town, planned: int, opened: int) -> None:
    """So many more chats: planned for days on which nothing falls due yet, and open now."""
    places = town.places
    await town.book(HOUR_FORMAT, [(places[each % len(places)], LATER + timedelta(minutes=each)) for each in range(planned)])
    await town.book(HOUR_FORMAT, [(places[each], town.clock.now() + timedelta(minutes=20)) for each in range(opened)])
    town.clock.step(timedelta(minutes=26))
    while (due := await town.bot.turn()) is not None and due <= town.clock.now():
        pass


async def costs(town: Town) -> dict[str, Effort]:
    """Of a tick with nothing to do, and of a batch of messages in three chats."""
    await town.bot.turn()
    await town.store.change(_analyse)
    async with effort(town.store) as idle:
        await town.bot.turn()
    async with effort(town.store) as heard:
        await town.talk([town.places[each % 3] for each in range(30)], people=4)
    return {"idle": idle, "heard": heard}


def _analyse(connection: sa.Connection) -> None:
    """PostgreSQL plans by statistics, which its own autovacuum would bring up to date some minutes later."""
    if is_postgresql(connection):
        connection.exec_driver_sql("ANALYZE")


@pytest.fixture
async def town(store: SqlStore) -> Town:
    return Town(store, channels=50)


async def test_what_a_tick_and_a_batch_cost_does_not_grow_with_what_is_planned_and_open(town: Town) -> None:
    await town.bot.start()
    await plan(town, planned=20, opened=3)
    await costs(town)
    few = await costs(town)
    await plan(town, planned=200, opened=20)
    many = await costs(town)
    await town.bot.stop()
    assert {name: cost.statements for name, cost in many.items()} == {name: cost.statements for name, cost in few.items()}
    for name, cost in many.items():
        assert cost.touched <= 1.2 * few[name].touched + 50, f"{name}: {few[name]} grew to {cost}"


async def test_nothing_is_remembered_of_what_is_over(store: SqlStore) -> None:
    """Objects that are alive, counted day by day once all that fills only once is full. Nobody who talks or types a command comes back."""
    town = Town(store, channels=5)
    await town.bot.start()
    alive = []
    for day in range(3):
        await town.book(HOUR_FORMAT, [(place, town.clock.now() + timedelta(minutes=20)) for place in town.places])
        for hour in range(24):
            town.clock.step(timedelta(hours=1))
            await town.bot.turn()
            await town.talk(town.places, people=1000)
            for each in range(10):
                await town.ask_for_help(f"visitor-{day}-{hour}-{each}")
        town.platform.profiles.clear()
        gc.collect()
        alive.append(len(gc.get_objects()))
    await town.bot.stop()
    assert alive[2] <= alive[1] + 100


async def test_who_somebody_is_is_asked_once_a_day(store: SqlStore) -> None:
    """People move, and their private messages come by their own clock."""
    town = Town(store, channels=5)
    await town.bot.start()
    for _ in range(2):
        await town.ask_for_help("maria")
        await town.ask_for_help("maria")
        town.clock.step(timedelta(days=1))
    await town.bot.stop()
    assert list(town.platform.profiles.values()) == [2]
