"""Two processes on one PostgreSQL: neither counts on what the other is about to change."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import TYPE_CHECKING

import pytest
from databases import ONLY_ON_POSTGRESQL, Postgres

from copbot.domain.chat import Counters
from copbot.ports.store import Store
from copbot.services.desk import Desk
from copbot.services.listening import hear
from copbot.store.store import SqlStore

if TYPE_CHECKING:
    from .conftest import Play


@pytest.fixture(params=ONLY_ON_POSTGRESQL)
def url(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[str]:
    with postgres.migrated() as address:
        yield address


def test_erasing_waits_for_who_listens_to_the_chat(
    make: Callable[[Store], "Play"], twins: list[SqlStore], postgres: Postgres, url: str
) -> None:
    play = make(twins[0])
    play.knows("ada", "ben", "cleo")
    play.hears(play.says("ada", "not for the record"), play.says("ben", "we tried that"))
    later = play.says("cleo", "so did we", minute=6)
    with ThreadPoolExecutor(1) as thread:
        with twins[1].transaction() as uow:
            uow.chats.lock([play.chat.id])
            erased = thread.submit(play.commands, "ada", "off-record", message="ada5")
            postgres.wait_for_a_waiter(url)
            hear(Desk(uow, later.at, play.library, Random(1)), [later])
        erased.result()
    assert [row.member for row in play.responses()] == [play.known(name).id for name in ("ben", "cleo")]
    assert play.counters(1) == Counters(play.asked[1].id, play.at(6), messages=2, voices=2, first_at=play.at(5))
