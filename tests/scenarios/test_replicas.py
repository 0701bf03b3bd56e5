"""Two copies of the bot on one PostgreSQL: every step is done once, every message posted once."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from random import Random

import pytest
from databases import ONLY_ON_POSTGRESQL, Postgres
from playhouse import BACKSTAGE, HOSTS, House, Open, london

from copbot.domain.step import Fate, StepState
from copbot.runtime.bot import Bot
from copbot.store.store import SqlStore


@pytest.fixture(params=ONLY_ON_POSTGRESQL)
def url(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[str]:
    with postgres.migrated() as address:
        yield address


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    opened = SqlStore.open(url)
    yield opened
    opened.close()


async def until(house: House, bots: list[Bot], moment: datetime) -> None:
    """Let time pass with all bots at work at once."""
    while True:
        due = [at for at in await asyncio.gather(*(bot.turn() for bot in bots)) if at is not None]
        if not due or min(due) > moment:
            house.clock.set(moment)
            return
        house.clock.set(min(due))


async def test_three_at_once_do_everything_once(open_house: Open, twins: list[SqlStore]) -> None:
    house = await open_house("2018-01-28 12:00")
    others = [
        Bot(store, house.content, [house.room], house.clock, house.clock, random=Random(number), owner=f"twin {number}")
        for number, store in enumerate(twins)
    ]
    await house.schedule()
    bots = [house.bot, *others]
    for bot in others:
        await bot.start()
    await until(house, bots, london("2018-01-31 21:00"))
    assert house.asked() == ["Q1", "Q2", "Q3", "Q4", "Take-away"]
    assert [house.posted_at(label) for label in house.asked()] == ["19:35", "19:48", "19:58", "20:08", "20:24"]
    posts = [entry.text for channel in (BACKSTAGE, "resnetslt", *(f"@{who}" for who in HOSTS)) for entry in house.everything(channel)]
    assert [text for text, times in Counter(posts).items() if times > 1] == []
    id = (await house.chat()).id
    rows = await house.store.read(lambda uow: uow.outbox.of(id))
    assert {row.fate for row in rows} <= {Fate.SENT, Fate.CANCELLED, Fate.PENDING}
    assert all(row.attempts == 1 for row in rows if row.fate is Fate.SENT)
    assert {step.state for step in (await house.steps()).values()} <= {StepState.DONE, StepState.DUE, StepState.SKIPPED}
    for bot in others:
        await bot.stop()
