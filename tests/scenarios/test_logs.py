"""Nothing that people write is in any log line, whatever goes wrong, at the most talkative level."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
import structlog
from playhouse import CHANNEL, House, Open
from typing_extensions import override

from copbot.domain.heard import Said
from copbot.domain.place import Person, Place, Posted
from copbot.log import configure
from copbot.ports.store import UnitOfWork
from copbot.store.store import SqlStore

T = TypeVar("T")
WORDS = "zebrafinch"
"""In everything that anybody writes here, and in nothing else."""


class Quoting(SqlStore):
    """A real store whose next writes fail with an exception that quotes what could not be written."""

    failing = 0

    @override
    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        if self.failing:
            self.failing -= 1
            raise ValueError(f"cannot write {WORDS}")
        return await super().write(work)


@pytest.fixture
def store() -> Quoting:
    return Quoting.in_memory()


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """All that is logged, libraries included."""
    stream = io.StringIO()
    names = ("", "copbot", "copbot_room", "alembic.runtime.plugins", "apscheduler", "uvicorn.access", "watchfiles")
    before = {name: logging.getLogger(name).level for name in names}
    handlers = list(logging.getLogger().handlers)
    configure("json", "debug", adapters=["copbot_room"], stream=stream)
    yield stream
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


async def broken(*_: object, key: str) -> Posted:
    raise RuntimeError(f"the platform does not like {WORDS}")


async def test_what_people_write_is_in_no_line(
    open_house: Open, store: Quoting, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    house: House = await open_house("2018-01-28 12:00")
    await house.schedule()
    await house.until("2018-01-31 19:36")
    thread = house.thread("Q1")
    people = house.room.people
    said = await people.say("maria", CHANNEL, f"I tried {WORDS}", thread)
    await people.edit("maria", said, f"I tried {WORDS} again")
    await people.say("tom", CHANNEL, f"The {WORDS} of NHS 943 476 5919", thread)
    await house.cop("sally", f"ask Does {WORDS} help?")
    await house.cop("maria", f"privacy {WORDS}")
    await house.cop("tom", f"{WORDS}")
    store.failing = 3
    with pytest.raises(ValueError, match=WORDS):
        await house.bot.hear(Said(house.clock.now(), Place("room", CHANNEL, thread), Person("room", "ben"), "x1", WORDS))
    store.failing = 2
    await house.cop("maria", f"commit {WORDS}")
    monkeypatch.setattr(house.room, "open_thread", broken)
    await house.until("2018-01-31 19:48:05")
    store.failing = 1
    await house.until("2018-01-31 19:50")
    written = lines.getvalue()
    actions = {json.loads(line)["action"] for line in written.splitlines()}
    assert {"batch_failed", "event_parked", "adapter_failed", "post_unclear", "tick_failed"} <= actions
    assert WORDS not in written
